//! How a component is configured.

use crate::Component;
use cce_model::ObjectModel;
use std::sync::Arc;

/// A component that is made of the objects of the lab, which all components share, and a configuration of its own.
pub trait Configured: Component + Sized {
    /// What is the component's alone.
    type Config;

    /// A component that has not started.
    fn new(model: Arc<ObjectModel>, config: Self::Config) -> Self;

    /// Goes by another configuration from now on: an object changed, or a setting of its own.
    fn reconfigure(&mut self, model: Arc<ObjectModel>, config: Self::Config);
}

//! What tables and layouts promise.

mod layouts;
mod types;

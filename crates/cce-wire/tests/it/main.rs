//! What tables and layouts promise.

mod layouts;
mod secrets;
mod types;

//! What tables and layouts promise.

mod layouts;
mod numbers;
mod secrets;
mod types;

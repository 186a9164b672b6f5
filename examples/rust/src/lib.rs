//! A third-party application in Rust: see `examples/application`.

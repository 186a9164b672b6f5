//! The whole lab under load, over real TCP: see `it/`.

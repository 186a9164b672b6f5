//! Scenarios: their files, their selectors, and the shipped ones.

mod files;
mod play;
mod shipped;
mod support;

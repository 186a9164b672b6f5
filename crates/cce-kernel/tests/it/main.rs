//! What the kernel does, as a component and a driver see it.

mod listener;
mod session;
mod toy;

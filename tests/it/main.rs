//! The whole lab under load, over real TCP.

mod load;

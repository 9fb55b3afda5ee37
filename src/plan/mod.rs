//! What is to be done, in which order, and why. Pure.

pub mod scaling;

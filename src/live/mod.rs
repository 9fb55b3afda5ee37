//! What is running: connections to Redis nodes. I/O; decisions are made elsewhere.

pub mod kubernetes;
pub mod objects;
pub mod redis;

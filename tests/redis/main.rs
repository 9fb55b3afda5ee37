//! Tests on clusters of real servers. Each test starts its own and ends it.

mod access;
mod cluster;
mod membership;
mod support;

//! Tests on clusters of real servers. Each test starts its own and ends it.

mod cluster;
mod health;
mod support;

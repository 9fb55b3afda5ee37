//! Tests on clusters of real servers. Each test starts its own and ends it.

// A test that cannot go on fails, in its helpers too.
#![allow(clippy::unwrap_used)]

mod access;
mod atomic;
mod cluster;
mod compose;
mod health;
mod keys;
mod lab;
mod membership;
mod migrate;
mod nodes;
mod plan;
mod scaling;
mod show;
mod state;
mod support;
mod walk;

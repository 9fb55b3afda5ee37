//! `slots migrate` on clusters of real servers.

mod access;
mod conflicts;
mod failures;
mod layouts;
mod locks;
mod refusals;
mod signals;
mod sizes;
mod support;

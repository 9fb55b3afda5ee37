//! `slots migrate` on clusters of real servers.

mod conflicts;
mod layouts;
mod locks;
mod refusals;
mod signals;
mod sizes;
mod support;

//! A node becomes a member: looked at, compared with the members, given their functions, introduced to all of them.

mod compare;
mod examine;
mod facts;
mod functions;
mod meet;
mod run;

pub use examine::Standing;
pub use run::{Joined, examine, join};

//! Whether a cluster is whole: what its nodes say, judged. Pure: what nodes answered goes in, findings and repairs come out.

mod checkup;
mod evidence;
mod finding;
mod keys;
mod members;
mod open;
mod ownership;
mod repair;
mod replicas;
mod roster;
mod unassigned;
mod views;
mod wording;

#[cfg(test)]
mod checkup_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod support_tests;

pub use checkup::diagnose;
pub use evidence::{Evidence, Keys, Link, Seen, Silent, Witness};
pub use finding::{Finding, Health, Rule, Severity};
pub use repair::{Phase, Repair};

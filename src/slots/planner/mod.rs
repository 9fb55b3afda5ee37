//! The planner: from a cluster state and a target to the moves that are left. `docs/planner.md` has the model and the proofs.
//!
//! Pure, like all of `slots`. The parts: `problem` reads state and target into numbers, `counts` and `weighted` decide how much each
//! master gives and takes, `carve` which slots these are, `single` what cannot be cut exactly (with `ledger` and `cover`), `replicas` who
//! copies whom (with `flow`), `risks` what to know, `estimate` how long it takes, `assemble` the plan.

mod assemble;
mod carve;
mod counts;
mod cover;
mod error;
mod estimate;
mod flow;
mod ledger;
mod problem;
mod replicas;
mod risks;
mod single;
mod weighted;

#[cfg(test)]
mod case_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod replica_tests;
#[cfg(test)]
mod skewed_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod universe_tests;

pub use assemble::{plan, plan_with};
pub use error::{Named, PlanError};
pub use estimate::Rates;
pub use problem::JOINING;

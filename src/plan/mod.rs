//! Differences put into an order in which they can be mended, and what each step does, costs and relies on.
//!
//! Pure: takes objects and what differs, gives a plan. Carrying it out is the business of `apply`.

mod digest;
mod html;
mod judge;
mod make;
mod markdown;
pub mod nodes;
mod order;
mod protect;
mod risk;
pub mod scaling;
mod seal;
mod text;
mod types;
mod volumes;

pub use html::plan_html;
pub use judge::{Judgement, Stale, judge};
pub use make::{Inputs, make};
pub use markdown::plan_markdown;
pub use order::{Stage, Wave, waves};
pub use protect::{Named, as_asked, is_kept, is_protected, protection};
pub use risk::risk_of;
pub use seal::{Seal, Sealed, Seals, sealed};
pub use text::{plan_text, step_line};
pub use types::{Action, ApplySetRef, Carries, Cause, ClusterRef, Plan, PlannedField, Risk, SlotStep, Step};
pub use volumes::{Claim, claims, has_claims};

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod testing;

//! What Git sets against what is live: fields owned by managers, the proof that an apply changes nothing, fields that Git gave up.
//!
//! Pure: what a dry run of the server said is given by the caller.

mod applyset;
mod assess;
mod change;
mod confirm;
mod given_up;
mod ignore;
mod leave_alone;
mod live;
mod owners;
mod schema;
mod set;
mod walk;

pub use applyset::{ApplySetParent, GROUP_KINDS, ID, NAMESPACES, PART_OF, TOOLING};
pub use assess::{Assessment, Doubt, Known, Need, assess, comparable};
pub use change::{Sides, create, delete, failed, update};
pub use confirm::{Confirmed, Drifted, Equals, NoSchema, confirm};
pub use given_up::GivenUp;
pub use ignore::{IgnoreRule, IgnoreRules, Pattern, PatternError};
pub use live::LiveObject;
pub use owners::{Entry, Ours};
pub use schema::KindSchema;
pub use set::{FieldSet, Shape, Step, step};

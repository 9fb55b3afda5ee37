//! What the commands about slots share: where the cluster is, how it is reached, what it is to become.

mod access;
mod context;
mod environment;
mod guards;
mod health;
mod key_model;
mod key_table;
mod listen;
mod look;
mod migration_text;
mod picture;
mod planning;
mod progress;
mod source;
mod state_file;
mod summary;
mod target;

pub use access::resolve as access_of;
pub use access::{certificates, password_of};
pub use context::Context;
pub use environment::{complete, fleets};
pub use guards::{guard, now, out_of_windows};
pub use health::{fix_text, health_text, whole_text};
pub use key_model::{ModelFile, ScriptFiles, read_model, read_text};
pub use key_table::key_table;
pub use listen::listen;
pub use look::{look, warn_of_unreachable};
pub use migration_text::migration_text;
pub use picture::Picture;
pub use planning::{Planned, Purpose, plan_live, plan_live_to, plan_saved, plan_to};
pub use progress::Display;
pub use source::{Home, Live, Source, live, source};
pub use state_file::{read_document, read_shown_state, read_state};
pub use summary::summary;

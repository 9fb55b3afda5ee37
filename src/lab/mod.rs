//! A cluster of local server processes, to try things on.
//!
//! Knows nothing of plans and migrations. Ends only processes that it started: each is kept with its start time and command line, and compared
//! before a signal is sent. Linux only: it reads `/proc`, and uses network namespaces.

mod announce;
mod compose;
mod config;
mod form;
mod forward;
mod life;
mod load;
mod ports;
mod process;
mod server;
mod spec;
mod starting;
mod state;
mod status;

pub use announce::{Network, NoNetwork, obstacle};
pub use compose::{Compose, IMAGE};
pub use forward::{Forward, forward};
pub use life::{Ended, Lab};
pub use load::Load;
pub use process::{Fate, Process, Signal};
pub use server::{Product, ServerProgram};
pub use spec::{Layout, Position, Reach, Spec, TlsFiles};
pub use state::{LabNode, STATE_FILE};
pub use status::{LabStatus, NodeStatus};

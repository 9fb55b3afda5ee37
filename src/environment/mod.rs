//! Environments: names for an overlay together with the cluster, the nodes, the secret store and the guards that go with it
//! (`environments/NAME.yaml`).
//!
//! An environment says where an overlay goes, never what is in it: rendering by name and by path gives the same objects.

mod find;
mod list;
mod read;
mod types;
mod windows;

pub use find::{DIRECTORY, Place, find, names, overlay_directory};
pub use list::{Compared, Listed, ListedCluster, ListedGuards, ListedRedis, side_by_side};
pub use read::read;
pub use types::*;
pub use windows::{NoWindow, Window};

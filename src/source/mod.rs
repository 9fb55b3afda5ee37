//! Where files come from: disk, memory, a revision of a git repository, other machines; and the rules for what a kustomization may reach.
//!
//! The only module of the build that touches files, processes and sockets; the others see the traits [`FileSystem`], [`Remotes`] and [`Tools`].

mod blame;
mod changed;
mod changes;
mod commit;
mod disk;
mod error;
mod file_system;
mod loader;
mod memory;
mod names;
mod origin_path;
mod path;
mod process;
mod remote;
mod repo_spec;
mod revision;
mod substitute;
mod suggestions;
mod tools;

pub use blame::{Blamer, Commit, LineBlame};
pub use changed::Changed;
pub use changes::{Change, ChangeKind, Changes, Revision, Until, has_working_tree};
pub use commit::{Commit as NewCommit, Committed, commit};
pub use disk::Disk;
pub use error::{LoadError, LoadErrorKind, UNREACHABLE};
pub use file_system::{FileError, FileSystem, MAX_FILE_BYTES};
pub use loader::{Entry, KUSTOMIZATION_NAMES, KustomizationFile, LoadOptions, LoadRestriction, Loaded, Loader};
pub use memory::Memory;
pub use names::FileNames;
pub use origin_path::OriginPath;
pub use path::{clean, join, relative};
pub use remote::{
    Checkout, LOCK_FILE, Lock, LockEntry, Network, NetworkOptions, NoRemotes, Remotes, cache_directory, proxy_for,
};
pub use repo_spec::{DEFAULT_TIMEOUT, NotARepository, RepoSpec, is_remote_file, redact};
pub use revision::GitRevision;
pub use substitute::{KustomizationSource, Substitute};
pub use tools::{
    Chart, FunctionCall, FunctionOutput, HelmCall, HelmChart, LEGAL_VALUES_MERGES, NoTools, PluginCall, SystemTools,
    ToolError, ToolErrorKind, Tools, arguments_from_file, merge_exec_environment, plugin_home, plugin_path,
    split_arguments,
};

//! Arguments that narrow the targets of a command to those that depend on changes.

use clap::Args;

/// Which changes count.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Only what depends on changes")]
pub struct Narrow {
    /// Everything, whatever changed
    #[arg(long, conflicts_with_all = ["from", "to", "staged", "changed_files"])]
    pub all: bool,
    /// Changes since this revision: anything that `git rev-parse` takes; `REV...` is the commit where REV and the newer state parted
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// Changes up to this revision, which is read from the object database, or up to the files as they are (worktree)
    #[arg(long, value_name = "REV|worktree", conflicts_with = "staged")]
    pub to: Option<String>,
    /// Changes that are staged for the next commit; the files are read as they are in the working tree
    #[arg(long)]
    pub staged: bool,
    /// The arguments are names of files that changed, as git hooks get them, not targets. With `--staged` or `--from` deleted files are added, as hooks are
    /// not told of them
    #[arg(long)]
    pub changed_files: bool,
}

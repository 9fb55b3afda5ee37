//! What can be done about a difference on a running node.

use crate::drift::NodeField;

/// How a difference is mended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Task<'f> {
    /// `CONFIG SET` of that directive.
    Setting(&'f str),
    /// `ACL SETUSER` of that user.
    User(&'f str),
    /// The sentinel begins to watch the master.
    Watch,
    /// `SENTINEL SET` of that option.
    Statement(&'f str),
    /// The node becomes a replica of that one.
    Follow,
    /// The directive counts from the next start on.
    Restart(&'f str),
}

/// What an apply does about a difference; nothing where somebody else has to, or where it mends itself.
pub fn task_of(field: &NodeField) -> Option<Task<'_>> {
    let (area, name) = field.path.split_once('.')?;
    match (area, name, field.fix.as_str()) {
        ("config", name, "runtime") => Some(Task::Setting(name)),
        ("config", name, "restart") => Some(Task::Restart(name)),
        // A user that Git does not know may be in use: nobody is thrown out unasked.
        ("acl", name, "runtime") => (!field.after.is_null()).then_some(Task::User(name)),
        // What a sentinel watches besides, and whom it knows, it finds out by itself.
        ("sentinel", "master", "runtime") => field.before.is_null().then_some(Task::Watch),
        ("sentinel", "sentinels", _) => None,
        ("sentinel", name, "runtime") => Some(Task::Statement(name)),
        ("replication", "master", "runtime") => Some(Task::Follow),
        _ => None,
    }
}

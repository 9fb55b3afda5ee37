//! What `plan`, `apply` and `delete` share: the target, its cluster, and how it is told what happened.

mod clusters;
mod deployment;
mod file;
mod fill;
mod nodes;
mod outcome;
mod signals;
mod teller;

pub use clusters::Clusters;
pub use deployment::{Deployment, Wish, lacks_rights};
pub use file::{check_plan, read_plan};
pub use fill::fill_to_compare;
pub use outcome::{diagnostic, failures, report_text};
pub use signals::listen;
pub use teller::Teller;

/// `user@host pid N`, as far as known.
pub fn holder() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).or_else(user_of_process);
    let user = user.unwrap_or_else(|| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host = host.or_else(|| variable("HOSTNAME")).unwrap_or_else(|| "unknown".to_owned());
    format!("{user}@{host} pid {}", std::process::id())
}

/// The name that the system has for whoever runs this.
#[cfg(unix)]
fn user_of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').nth(2) == Some(&id))?;
    line.split(':').next().map(str::to_owned)
}

#[cfg(not(unix))]
fn user_of_process() -> Option<String> {
    None
}

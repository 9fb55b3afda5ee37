//! What `plan`, `apply` and `delete` share: the target, its cluster, and how it is told what happened.

mod deployment;
mod file;
mod outcome;
mod signals;
mod teller;

pub use deployment::{Deployment, Wish};
pub use file::{check_plan, read_plan};
pub use outcome::{failures, report_text};
pub use signals::listen;
pub use teller::Teller;

/// `user@host pid N`, as far as known.
pub fn holder() -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host = host.or_else(|| variable("HOSTNAME")).unwrap_or_else(|| "unknown".to_owned());
    format!("{user}@{host} pid {}", std::process::id())
}

//! Passwords that change: for a while both the old and the new one are valid.

use std::collections::BTreeSet;

use crate::plan::nodes::{Task, Window};
use crate::redis::acl::hash;

use super::look::Database;

/// The user that `requirepass` is about.
pub(super) const DEFAULT: &str = "default";
/// The setting that is the password of the default user.
pub(super) const REQUIREPASS: &str = "requirepass";

/// The setting that replicas log in at their master with.
pub(super) const MASTERAUTH: &str = "masterauth";

/// The users of a database whose passwords change while others may still use the old ones.
pub fn window(database: &Database) -> Window {
    let mut users = BTreeSet::new();
    for (change, fields) in database.answering() {
        for field in fields {
            let name = match field.path.split_once('.') {
                Some(("acl", name)) => name,
                Some(("config", REQUIREPASS)) => DEFAULT,
                _ => continue,
            };
            if !added(database, &change.node, name).is_empty() && is_left_behind(database, &change.node, name) {
                users.insert(name.to_owned());
            }
        }
    }
    Window { users: users.into_iter().collect() }
}

/// The hashes of passwords that a user is to have and a node does not know.
pub(super) fn added(database: &Database, node: &str, user: &str) -> BTreeSet<String> {
    let now = database.user(node, user).and_then(|rules| rules.passwords()).unwrap_or_default();
    wanted(database, node, user).difference(&now).cloned().collect()
}

fn wanted(database: &Database, node: &str, user: &str) -> BTreeSet<String> {
    if let Some(rules) = database.wanted_user(user) {
        return rules.passwords().unwrap_or_default();
    }
    if let Some(password) = database.wanted.password(user) {
        return [hash(password.value.expose())].into();
    }
    let setting = (user == DEFAULT).then(|| database.setting(node, REQUIREPASS)).flatten();
    let text = setting.filter(|setting| !setting.is_completed_later()).map(|setting| setting.text());
    text.filter(|text| !text.is_empty()).map(|text| hash(&text)).into_iter().collect()
}

/// Whether a password that is valid now is so no more in the end.
fn is_left_behind(database: &Database, node: &str, user: &str) -> bool {
    !left_behind(database, node, user).is_empty()
}

/// The hashes of passwords that a node lets in and that nobody wants any more.
pub(super) fn left_behind(database: &Database, node: &str, user: &str) -> BTreeSet<String> {
    let wanted = wanted(database, node, user);
    let now = database.user(node, user).and_then(|rules| rules.passwords()).unwrap_or_default();
    if wanted.is_empty() { BTreeSet::new() } else { now.difference(&wanted).cloned().collect() }
}

/// Whether a task takes away a password that somebody may still use.
pub(super) fn ends_one(database: &Database, node: &str, task: Task<'_>) -> bool {
    match task {
        Task::User(user) => is_left_behind(database, node, user),
        Task::Setting(REQUIREPASS) => is_left_behind(database, node, DEFAULT),
        _ => false,
    }
}

//! What else knows a password that is replaced: sentinels, and the Secret that pods start with.

use ::redis::cmd;

use crate::diagnostics::Diagnostic;
use crate::drift::NodeChange;
use crate::drift::nodes::WantedPassword;
use crate::live::redis::{Connection, NodeError};
use crate::plan::nodes::Task;
use crate::redis::acl::{Rules, hash};
use crate::secrets::Secret;
use crate::topology::PREVIOUS;

use super::look::Database;
use super::mend::failed;
use super::window::{DEFAULT, left_behind};

/// A password that is replaced: pods that start in the meantime let in both, those that were given the one before as well as those that get the new one.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Whose it is.
    pub user: String,
    /// The namespace of the Secret.
    pub namespace: String,
    /// The Secret that pods take the new one from.
    pub secret: String,
    /// The key of the new one.
    pub key: String,
    /// The new one.
    pub new: Secret,
    /// The one before.
    pub old: Secret,
    /// The Secret and the key that pods have had the one before from, where they are others.
    pub former: Option<(String, String)>,
}

/// The passwords that are replaced and that pods take from Secrets, with the ones before as far as anybody knows them.
pub(super) async fn kept(database: &Database) -> Vec<Kept> {
    let mut all = Vec::new();
    for password in &database.wanted.passwords {
        let nodes = database.answering().map(|(change, _)| change.node.as_str());
        let old: Vec<String> = nodes.flat_map(|node| left_behind(database, node, &password.user)).collect();
        let Some(former) = database.access.former.as_ref().filter(|_| !old.is_empty()) else { continue };
        let known = former.passwords().await.into_iter().find(|known| old.contains(&hash(known.value.expose())));
        all.extend(known.map(|known| {
            let WantedPassword { user, secret, key, value: new, .. } = password.clone();
            // A run that was ended has put it beside the new one already.
            let is_beside = known.key.ends_with(PREVIOUS);
            let is_same = (&known.secret, &known.key) == (&secret, &key);
            let former = (!is_beside && !is_same).then_some((known.secret, known.key));
            Kept { user, namespace: database.wanted.namespace.clone(), secret, key, new, old: known.value, former }
        }));
    }
    all
}

/// Sentinels let the new password in beside the old one, and use it at the nodes and at each other, which know it by then.
///
/// # Errors
/// When a sentinel says no.
pub(super) async fn open_sentinels(database: &Database) -> Result<(), Diagnostic> {
    let (Some(password), Some(watched)) = (database.wanted.password(DEFAULT), &database.wanted.sentinels) else {
        return Ok(());
    };
    let value = password.value.expose();
    let new = format!("#{}", hash(value));
    for (sentinel, connection) in sentinels(database).await {
        let let_in = cmd("ACL").arg("SETUSER").arg(DEFAULT).arg(&new).to_owned();
        said(database, &sentinel, connection.query::<()>(&let_in).await)?;
    }
    for (sentinel, connection) in sentinels(database).await {
        let at_nodes = cmd("SENTINEL").arg("SET").arg(&watched.master).arg("auth-pass").arg(value).to_owned();
        said(database, &sentinel, connection.query::<()>(&at_nodes).await)?;
        // Servers before 6.2 have no other word for it than their own password.
        let at_others = cmd("SENTINEL").arg("CONFIG").arg("SET").arg("sentinel-pass").arg(value).to_owned();
        let _ = connection.query::<()>(&at_others).await;
    }
    Ok(())
}

/// Sentinels let only the new password in.
///
/// # Errors
/// When a sentinel says no.
pub(super) async fn close_sentinels(database: &Database) -> Result<(), Diagnostic> {
    let Some(password) = database.wanted.password(DEFAULT) else { return Ok(()) };
    let new = hash(password.value.expose());
    for (sentinel, connection) in sentinels(database).await {
        let lines: Vec<String> = said(database, &sentinel, connection.query(cmd("ACL").arg("LIST")).await)?;
        let rules = lines.iter().filter_map(|line| Rules::parse(line)).find(|rules| rules.name == DEFAULT);
        let now = rules.and_then(|rules| rules.passwords()).unwrap_or_default();
        let old: Vec<String> = now.iter().filter(|known| **known != new).map(|known| format!("!{known}")).collect();
        if now.contains(&new) && !old.is_empty() {
            let end = cmd("ACL").arg("SETUSER").arg(DEFAULT).arg(old).to_owned();
            said(database, &sentinel, connection.query::<()>(&end).await)?;
        }
    }
    Ok(())
}

async fn sentinels(database: &Database) -> Vec<(NodeChange, Connection)> {
    let mut all = Vec::new();
    for (change, _) in database.answering().filter(|(change, _)| database.is_sentinel(change)) {
        if let Ok(connection) = database.connect(change).await {
            all.push((change.clone(), connection));
        }
    }
    all
}

fn said<T>(database: &Database, sentinel: &NodeChange, answer: Result<T, NodeError>) -> Result<T, Diagnostic> {
    answer.map_err(|error| failed(database, sentinel, Task::User(DEFAULT), &error))
}

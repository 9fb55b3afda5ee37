//! One difference on one node.

use std::time::Duration;

use ::redis::{Cmd, cmd, pipe};

use crate::diagnostics::Diagnostic;
use crate::drift::NodeChange;
use crate::live::redis::{Connection, NodeError};
use crate::plan::nodes::Task;

use super::follow::follow;
use super::look::Database;
use super::window::{DEFAULT, MASTERAUTH, left_behind};

/// How long a node may take for a change and its files.
const PATIENCE: Duration = Duration::from_secs(10);

/// Mends it.
///
/// # Errors
/// When the node cannot be reached, or says no.
pub(super) async fn mend(database: &Database, node: &NodeChange, task: Task<'_>) -> Result<(), Diagnostic> {
    let refused = |error: NodeError| failed(database, node, task, &error);
    let connection = database.connect(node).await.map_err(refused)?;
    match task {
        Task::Setting(name) => {
            let written = database.setting(&node.node, name).map(|setting| setting.text());
            let of_secret = || database.wanted.password(DEFAULT).filter(|_| name == MASTERAUTH);
            let written = written.or_else(|| Some(of_secret()?.value.expose().to_owned()));
            let Some(value) = written else { return Ok(()) };
            let set = cmd("CONFIG").arg("SET").arg(name).arg(value).to_owned();
            kept(&connection, &set).await.map_err(refused)?;
        }
        Task::User(name) => {
            let words: Vec<String> = match database.wanted_user(name) {
                Some(rules) => rules.commands(database.user(&node.node, name)),
                // Only its password is known.
                None => left_behind(database, &node.node, name).iter().map(|hashed| format!("!{hashed}")).collect(),
            };
            if words.is_empty() {
                return Ok(());
            }
            kept(&connection, cmd("ACL").arg("SETUSER").arg(name).arg(words)).await.map_err(refused)?;
        }
        Task::Statement(name) => {
            let Some((master, value)) = statement(database, name) else { return Ok(()) };
            let set = cmd("SENTINEL").arg("SET").arg(master).arg(name).arg(value).to_owned();
            connection.query::<()>(&set).await.map_err(refused)?;
        }
        Task::Watch => watch(database, node, &connection).await?,
        Task::Follow => follow(database, node, &connection).await?,
        // Whoever replaces pods does that.
        Task::Restart(_) => {}
    }
    Ok(())
}

/// Lets passwords in, known by their hashes, beside those that a user has.
///
/// # Errors
/// When the node cannot be reached, or says no.
pub(super) async fn let_in(
    database: &Database,
    node: &NodeChange,
    user: &str,
    hashes: impl IntoIterator<Item = String>,
) -> Result<(), Diagnostic> {
    let refused = |error: NodeError| failed(database, node, Task::User(user), &error);
    let connection = database.connect(node).await.map_err(refused)?;
    let words: Vec<String> = hashes.into_iter().map(|hashed| format!("#{hashed}")).collect();
    connection.query::<()>(cmd("ACL").arg("SETUSER").arg(user).arg(words)).await.map_err(refused)
}

/// Changes something and writes what runs to the server's own files, all in one go: whoever is killed in between would find nothing to do any more. Most
/// servers in pods have files that nobody writes to, or none: Git has what they begin with.
async fn kept(connection: &Connection, change: &Cmd) -> Result<(), NodeError> {
    let mut all = pipe();
    all.add_command(change.clone());
    all.add_command(cmd("CONFIG").arg("REWRITE").to_owned());
    all.add_command(cmd("ACL").arg("SAVE").to_owned());
    let answers = connection.pipeline(&all, PATIENCE).await?;
    answers.into_iter().next().map_or(Ok(()), |answer| connection.read(answer))
}

/// The master that sentinels watch, and the value of an option.
fn statement<'d>(database: &'d Database, name: &str) -> Option<(&'d str, String)> {
    let sentinels = database.wanted.sentinels.as_ref()?;
    let said = sentinels.statements.iter().find(|(option, _)| option == name).map(|(_, value)| value.value.clone());
    let quorum = || sentinels.quorum.as_ref().filter(|_| name == "quorum").map(|quorum| quorum.value.to_string());
    Some((&sentinels.master, said.or_else(quorum)?))
}

/// A sentinel begins to watch the master where the others see it.
async fn watch(database: &Database, node: &NodeChange, connection: &Connection) -> Result<(), Diagnostic> {
    let Some(sentinels) = &database.wanted.sentinels else { return Ok(()) };
    let name = sentinels.master.as_str();
    // The one that does not watch it yet says nothing of it.
    let Some((_, (host, port))) = database.sentinel(name).await else {
        return Err(Diagnostic::error(
            "redisops::nodes::no_sentinel",
            format!("`{}` cannot be told to watch `{name}`: no other sentinel says where it is", node.node),
        )
        .help(format!("tell it yourself: `SENTINEL MONITOR {name} HOST PORT QUORUM`")));
    };
    let refused = |error: NodeError| failed(database, node, Task::Watch, &error);
    let quorum = sentinels.quorum.as_ref().map_or(2, |quorum| quorum.value);
    let monitor = cmd("SENTINEL").arg("MONITOR").arg(name).arg(host).arg(port).arg(quorum).to_owned();
    connection.query::<()>(&monitor).await.map_err(refused)?;
    for (option, value) in [("auth-user", database.access.user.clone()), ("auth-pass", password(database))] {
        if let Some(value) = value {
            let set = cmd("SENTINEL").arg("SET").arg(name).arg(option).arg(value).to_owned();
            connection.query::<()>(&set).await.map_err(refused)?;
        }
    }
    for (option, value) in &sentinels.statements {
        let set = cmd("SENTINEL").arg("SET").arg(name).arg(option).arg(&value.value).to_owned();
        connection.query::<()>(&set).await.map_err(refused)?;
    }
    Ok(())
}

fn password(database: &Database) -> Option<String> {
    database.access.password.as_ref().map(|password| password.expose().to_owned())
}

/// What could not be done on a node, and why.
pub(super) fn failed(database: &Database, node: &NodeChange, task: Task<'_>, error: &NodeError) -> Diagnostic {
    let what = match task {
        Task::Setting(name) => format!("`{name}` cannot be set"),
        Task::User(name) => format!("user `{name}` cannot be changed"),
        Task::Watch | Task::Statement(_) => "the sentinel cannot be changed".to_owned(),
        Task::Follow => "it cannot become a replica".to_owned(),
        Task::Restart(name) => format!("`{name}` cannot be changed while it runs"),
    };
    Diagnostic::error(
        "redisops::nodes::refused",
        format!("node `{}` of `{}`: {what}: {error}", node.node, database.wanted.name),
    )
    .help("what was done before stays; mend it and run the same command again: it goes on from here")
}

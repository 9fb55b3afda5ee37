//! Whether the user may do all that a run needs, before anything is touched.

use ::redis::{Pipeline, Value, pipe};
use futures::future::join_all;

use crate::diagnostics::Diagnostic;
use crate::live::redis::{Connection, NodeError};

use super::commands::PATIENCE;

/// A key that no pattern but one for all keys matches.
const KEY: &str = "redisops\u{1}any\u{1}key";

/// What is run on every node.
const EVERYWHERE: [&[&str]; 6] = [
    &["PING"],
    &["INFO", "replication"],
    &["CLIENT", "SETNAME", "x"],
    &["CLIENT", "LIST"],
    &["CLUSTER", "NODES"],
    &["CLUSTER", "INFO"],
];

/// What is run on givers and takers, with arguments that change nothing should they be run.
const MOVING: [&[&str]; 19] = [
    // Slot 16384 does not exist.
    &["CLUSTER", "SETSLOT", "16384", "STABLE"],
    &["CLUSTER", "GETKEYSINSLOT", "0", "0"],
    &["CLUSTER", "COUNTKEYSINSLOT", "0"],
    // No such key: `NOKEY`, without a connection to anybody.
    &["MIGRATE", "127.0.0.1", "1", "", "0", "1", "KEYS", KEY],
    &["ASKING"],
    // A payload that is none.
    &["RESTORE-ASKING", KEY, "0", "x"],
    &["RESTORE", KEY, "0", "x"],
    &["EXISTS", KEY],
    &["TYPE", KEY],
    &["DUMP", KEY],
    &["PTTL", KEY],
    &["MEMORY", "USAGE", KEY],
    &["OBJECT", "IDLETIME", KEY],
    &["DEL", KEY],
    &["WATCH", KEY],
    &["UNWATCH"],
    &["MULTI"],
    &["DISCARD"],
    &["CLUSTER", "MYID"],
];

/// What a user may not do on a node.
struct Missing {
    node: String,
    commands: Vec<String>,
}

/// Checks the rights on givers and takers, and on the other nodes.
///
/// # Errors
/// When something is missing: what, and where.
pub(super) async fn check(user: &str, moving: &[&Connection], others: &[&Connection]) -> Result<(), Diagnostic> {
    let of_moving = moving.iter().map(|connection| missing(connection, user, true));
    let of_others = others.iter().map(|connection| missing(connection, user, false));
    let asked = join_all(of_moving).await.into_iter().chain(join_all(of_others).await);
    let found: Vec<Missing> =
        asked.filter_map(Result::ok).filter(|missing: &Missing| !missing.commands.is_empty()).collect();
    let Some(first) = found.first() else { return Ok(()) };
    let mut diagnostic =
        Diagnostic::error("redisops::slots::rights", format!("user `{user}` may not do all that moving slots needs"));
    for missing in found.iter().take(6) {
        diagnostic = diagnostic.note(format!("{}: {}", missing.node, missing.commands.join(", ")));
    }
    let rules: Vec<String> = first.commands.iter().map(|command| rule(command)).collect();
    Err(diagnostic.help(format!(
        "give it the rights, as in `ACL SETUSER {user} {} ~*` on every node (`docs/access.md` has the whole list); `--force rights` goes on regardless",
        rules.join(" ")
    )))
}

/// `+cluster|setslot` for `CLUSTER SETSLOT`.
fn rule(command: &str) -> String {
    format!("+{}", command.to_ascii_lowercase().replace(' ', "|"))
}

async fn missing(connection: &Connection, user: &str, moves: bool) -> Result<Missing, NodeError> {
    let commands: Vec<&[&str]> =
        EVERYWHERE.iter().chain(if moves { MOVING.iter() } else { [].iter() }).copied().collect();
    let mut dry = pipe();
    for words in &commands {
        dry.cmd("ACL").arg("DRYRUN").arg(user).arg(*words);
    }
    let replies = connection.pipeline(&dry, PATIENCE).await?;
    let unknown = |reply: &Value| matches!(reply, Value::ServerError(_));
    // Before 7.0, and for a user who may not ask, there is only trying.
    let replies = if replies.iter().all(unknown) { tried(connection, &commands).await? } else { replies };
    let denied = commands.iter().zip(replies).filter(|(_, reply)| is_denied(reply)).map(|(words, _)| name(words));
    let mut names: Vec<String> = Vec::new();
    denied.for_each(|name| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    Ok(Missing { node: connection.address().to_string(), commands: names })
}

/// Runs the commands, whose arguments change nothing.
async fn tried(connection: &Connection, commands: &[&[&str]]) -> Result<Vec<Value>, NodeError> {
    let mut all: Pipeline = pipe();
    for words in commands {
        // The name of a connection stays.
        match words[..] {
            ["CLIENT", "SETNAME", _] => all.cmd("CLIENT").arg("SETNAME").arg("redisops-steps"),
            _ => all.cmd(words[0]).arg(&words[1..]),
        };
    }
    connection.pipeline(&all, PATIENCE).await
}

/// `ACL DRYRUN` answers `OK` or a text that says why not; a command that is run answers `NOPERM`.
fn is_denied(reply: &Value) -> bool {
    let says = |text: &str| text.contains("no permissions") || text.contains("has no permission");
    match reply {
        Value::ServerError(error) => error.code() == "NOPERM",
        Value::BulkString(text) => says(&String::from_utf8_lossy(text)),
        Value::SimpleString(text) => says(text),
        _ => false,
    }
}

fn name(words: &[&str]) -> String {
    let two = matches!(words[0], "CLUSTER" | "CLIENT" | "MEMORY" | "OBJECT");
    words[..if two { 2 } else { 1 }].join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_a_dry_run() {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        assert!(is_denied(&text("User mover has no permissions to run the 'migrate' command")));
        assert!(is_denied(&text("User mover has no permissions to access the 'x' key")));
        assert!(!is_denied(&Value::Okay));
        assert!(!is_denied(&Value::Nil));
    }

    #[test]
    fn rules_are_as_acl_writes_them() {
        assert_eq!(rule(&name(&["CLUSTER", "SETSLOT", "16384", "STABLE"])), "+cluster|setslot");
        assert_eq!(rule(&name(&["MIGRATE", "h"])), "+migrate");
    }
}

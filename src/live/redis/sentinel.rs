//! Asking a sentinel what it watches.

use std::collections::BTreeMap;

use ::redis::{Value, cmd, pipe};

use crate::drift::CompareError;
use crate::drift::nodes::{SentinelAnswers, WatchedMaster};

use super::ask::{Asked, compare_error, first_answers};
use super::connection::Connection;
use super::error::{NodeError, Trouble};

/// Asks a sentinel about all masters that it watches.
///
/// # Errors
/// When it cannot be reached, does not answer in time, or is no sentinel.
pub async fn ask_sentinel(asked: &Asked<'_>) -> Result<SentinelAnswers, CompareError> {
    answers(asked).await.map_err(|error| compare_error(&error))
}

type Fields = BTreeMap<String, String>;

async fn answers(asked: &Asked<'_>) -> Result<SentinelAnswers, NodeError> {
    let patience = asked.access.connect_timeout;
    let commands = [cmd("SENTINEL").arg("MASTERS").to_owned(), cmd("SENTINEL").arg("MYID").to_owned()];
    let (connection, [masters, id]) = first_answers(asked, &commands, patience).await?;
    let masters: Vec<Fields> = connection.read(masters).map_err(|error| no_sentinel(&connection, error))?;
    // Servers before 6.2 do not tell their identity.
    let id: String = connection.read(id).unwrap_or_default();
    let mut all = pipe();
    let names: Vec<String> = masters.iter().filter_map(|master| master.get("name").cloned()).collect();
    for name in &names {
        for what in ["REPLICAS", "SENTINELS", "CKQUORUM"] {
            all.cmd("SENTINEL").arg(what).arg(name);
        }
    }
    let mut replies = connection.pipeline(&all, patience).await?.into_iter();
    let mut watched = Vec::new();
    for (fields, name) in masters.into_iter().filter(|fields| fields.contains_key("name")).zip(names) {
        let mut next = || replies.next().unwrap_or(Value::Nil);
        let (replicas, sentinels, quorum) = (next(), next(), next());
        let replicas: Vec<Fields> = connection.read(replicas).unwrap_or_default();
        let sentinels: Vec<Fields> = connection.read(sentinels)?;
        let complaint = match connection.read::<String>(quorum) {
            Err(NodeError { trouble: Trouble::Server { code, message }, .. }) => Some(format!("{code} {message}")),
            _ => None,
        };
        watched.push(WatchedMaster {
            name,
            fields,
            replicas: replicas.iter().map(|it| (address(it), text(it, "flags"))).collect(),
            sentinels: sentinels.iter().map(|it| (text(it, "runid"), text(it, "flags"))).collect(),
            complaint,
        });
    }
    Ok(SentinelAnswers { id, masters: watched })
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).cloned().unwrap_or_default()
}

fn address(fields: &Fields) -> String {
    let (host, port) = (text(fields, "ip"), text(fields, "port"));
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// A server with data does not know the command.
fn no_sentinel(connection: &Connection, error: NodeError) -> NodeError {
    match &error.trouble {
        Trouble::Server { code, message } if code == "ERR" && message.contains("unknown command") => NodeError::new(
            connection.address(),
            Trouble::NotRedis("it is a node with data, and no sentinel".to_owned()),
        ),
        _ => error,
    }
}

//! Asking a node everything that is compared with Git: one round trip, and one more where users are compared.

use std::collections::BTreeMap;
use std::time::Duration;

use ::redis::{Cmd, Value, cmd, pipe};

use crate::drift::CompareError;
use crate::drift::nodes::{Answers, Module};
use crate::redis::acl::{Categories, Rules};
use crate::redis::{Info, parse_nodes};
use crate::slots::Address;

use super::access::Access;
use super::connection::Connection;
use super::error::{NodeError, Trouble};
use super::server_file;

/// What is asked, and how.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Addresses to try, the best first; more than one where a certificate may carry one name or another.
    pub ways: Vec<Address>,
    /// Further names of the node.
    pub names: Vec<String>,
    /// Whether its users are compared.
    pub with_users: bool,
    /// Whether a Service is asked, and an operator decides what is behind it: few settings are told there.
    pub is_service: bool,
    /// Whether an address map leads to it.
    pub is_mapped: bool,
    /// How it is reached.
    pub access: &'a Access,
}

/// Asks a node.
///
/// # Errors
/// When it cannot be reached, does not let us in, does not answer in time, is still loading its data, or is not Redis.
pub async fn ask(asked: &Asked<'_>) -> Result<Answers, CompareError> {
    answers(asked).await.map_err(|error| compare_error(&error))
}

async fn answers(asked: &Asked<'_>) -> Result<Answers, NodeError> {
    let patience = asked.access.connect_timeout;
    let commands = [
        cmd("INFO"),
        cmd("CONFIG").arg("GET").arg("*").to_owned(),
        cmd("ACL").arg("LIST").to_owned(),
        cmd("MODULE").arg("LIST").to_owned(),
        cmd("CLUSTER").arg("NODES").to_owned(),
    ];
    let (connection, replies) = first_answers(asked, &commands, patience).await?;
    let reached = asked.access.map.reach(connection.address());
    let [info, config, users, modules, cluster] = replies;
    let info = Info::parse(&connection.read::<String>(info)?);
    let not_redis = |why: &str| NodeError::new(connection.address(), Trouble::NotRedis(why.to_owned()));
    if info.get("redis_version").is_none() {
        return Err(not_redis("`INFO` does not tell a version"));
    }
    if info.get("redis_mode") == Some("sentinel") {
        return Err(not_redis("it is a sentinel, and no node with data"));
    }
    if info.get("loading") == Some("1") {
        let message = "it is still loading its data".to_owned();
        return Err(NodeError::new(connection.address(), Trouble::Server { code: "LOADING".to_owned(), message }));
    }
    let config: BTreeMap<String, String> = match asked.is_service {
        true => optional(&connection, config)?.unwrap_or_default(),
        false => connection.read(config)?,
    };
    let users: Option<Vec<String>> = optional(&connection, users)?;
    let cluster: Option<String> = optional(&connection, cluster)?;
    let cluster = cluster.filter(|_| info.get("cluster_enabled") == Some("1"));
    let lines = cluster.map(|text| parse_nodes(&text)).transpose().map_err(|bad| not_redis(&bad.to_string()))?;
    let categories = match (asked.with_users, &users) {
        (true, Some(_)) => categories(&connection, patience).await?,
        _ => Categories::default(),
    };
    // A way through an API server ends in a pod; its process may be one of this machine all the same, and then tells so by its number and age.
    let is_forwarded = asked.access.tunnel.is_some();
    let own = Address::new("localhost", reached.port);
    let (is_local, file) = server_file::read(&info, if is_forwarded { &own } else { &reached });
    let port = info.number("tcp_port").and_then(|port| u16::try_from(port).ok()).filter(|_| is_forwarded && is_local);
    let about = asked.access.about(connection.address()).await;
    let mut names = asked.names.clone();
    names.extend([reached.to_string(), connection.address().to_string()]);
    names.extend(about.names);
    if is_forwarded && is_local {
        // Where those find it that run beside it.
        names.extend(port.map(|port| Address::new("127.0.0.1", port).to_string()));
    }
    Ok(Answers {
        users: users.map(|lines| lines.iter().filter_map(|line| Rules::parse(line)).collect()),
        categories,
        modules: modules_of(&modules),
        tells_modules: matches!(modules, Value::Array(_)),
        cluster: lines,
        file,
        is_stand_in: is_local && (asked.is_mapped || is_forwarded),
        zone: about.zone,
        zones: about.zones,
        port: port.unwrap_or(reached.port),
        names,
        config,
        info,
    })
}

/// Opens a connection by the first way that works, and sends the commands. A password that nobody asks for is no obstacle: that it is missing is told.
pub(super) async fn first_answers<const N: usize>(
    asked: &Asked<'_>,
    commands: &[Cmd; N],
    patience: Duration,
) -> Result<(Connection, [Value; N]), NodeError> {
    let mut all = pipe();
    commands.iter().for_each(|command| {
        all.add_command(command.clone());
    });
    let mut last: Option<NodeError> = None;
    for way in &asked.ways {
        let connection = match open(asked.access, way).await {
            Ok(connection) => connection,
            Err(error) => {
                let goes_on = matches!(error.trouble, Trouble::Tls(_));
                last = Some(error);
                if goes_on {
                    continue;
                }
                break;
            }
        };
        let replies = match connection.pipeline(&all, patience).await {
            Err(error) if matches!(error.trouble, Trouble::Closed(_)) => {
                return Err(why_closed(asked, way, error).await);
            }
            other => other?,
        };
        let wrong = |_| NodeError::new(way, Trouble::NotRedis("it answers more or less than it is asked".to_owned()));
        let replies: [Value; N] = replies.try_into().map_err(wrong)?;
        return Ok((connection, replies));
    }
    let nowhere = || {
        let place = Address::new("nowhere", 1);
        NodeError::new(&place, Trouble::Unreachable("no address is known".to_owned()))
    };
    Err(last.unwrap_or_else(nowhere))
}

/// What answers something else and hangs up may be gone before its answer is read: a short question tells.
async fn why_closed(asked: &Asked<'_>, way: &Address, closed: NodeError) -> NodeError {
    match asked.access.connect(way).await {
        Err(error) if matches!(error.trouble, Trouble::NotRedis(_)) => error,
        _ => closed,
    }
}

/// Opens a connection. A password that nobody asks for is no obstacle.
///
/// # Errors
/// When nobody is reached, or does not let us in.
pub async fn open(access: &Access, way: &Address) -> Result<Connection, NodeError> {
    let refused = match access.open(way).await {
        Err(error) if matches!(error.trouble, Trouble::Auth(_)) => error,
        other => return other,
    };
    let is_default = access.user.as_deref().is_none_or(|user| user == "default");
    if access.password.is_none() || !is_default {
        return Err(refused);
    }
    if let Some(former) = &access.former {
        for password in former.passwords().await {
            let with = Access { password: Some(password.value), former: None, ..access.clone() };
            match with.open(way).await {
                Err(error) if matches!(error.trouble, Trouble::Auth(_)) => {}
                other => return other,
            }
        }
    }
    let open = Access { user: None, password: None, ..access.clone() };
    let Ok(connection) = open.open(way).await else { return Err(refused) };
    match connection.query_within::<Value>(&cmd("PING"), access.connect_timeout).await {
        Err(error) if matches!(error.trouble, Trouble::Auth(_)) => Err(refused),
        _ => Ok(connection),
    }
}

/// A reply that some servers or users do not have.
fn optional<T: ::redis::FromRedisValue>(connection: &Connection, reply: Value) -> Result<Option<T>, NodeError> {
    match reply {
        Value::ServerError(_) => Ok(None),
        other => connection.read(other).map(Some),
    }
}

/// What each category of commands has, as this server says.
async fn categories(connection: &Connection, patience: Duration) -> Result<Categories, NodeError> {
    let names: Vec<String> = connection.query_within(cmd("ACL").arg("CAT"), patience).await?;
    let mut all = pipe();
    for name in &names {
        all.cmd("ACL").arg("CAT").arg(name);
    }
    let replies = connection.pipeline(&all, patience).await?;
    let mut members: Vec<(String, Vec<String>)> = Vec::new();
    for (name, reply) in names.into_iter().zip(replies) {
        members.push((name, connection.read(reply)?));
    }
    Ok(Categories::new(members))
}

/// Names and files of modules; servers before 7.0 do not tell files.
fn modules_of(reply: &Value) -> Vec<Module> {
    let text = |value: &Value| match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    };
    let Value::Array(modules) = reply else { return Vec::new() };
    let module = |fields: &Value| {
        let Value::Array(fields) = fields else { return None };
        let find = |name: &str| {
            let pair = fields.chunks_exact(2).find(|pair| text(&pair[0]).as_deref() == Some(name))?;
            text(&pair[1])
        };
        Some(Module { name: find("name")?, path: find("path") })
    };
    modules.iter().filter_map(module).collect()
}

/// Why a node could not be compared, for the report.
pub(super) fn compare_error(error: &NodeError) -> CompareError {
    let code = match &error.trouble {
        Trouble::Unreachable(_) => "unreachable".to_owned(),
        Trouble::NotForwarded(error) => {
            return CompareError {
                code: error.code.clone(),
                message: error.message.clone(),
                verb: Some(error.verb.to_owned()),
                resource: Some(error.resource.clone()),
            };
        }
        Trouble::TimedOut => "timeout".to_owned(),
        Trouble::Closed(_) => "closed".to_owned(),
        Trouble::Tls(_) => "tls".to_owned(),
        Trouble::Auth(_) => "auth".to_owned(),
        Trouble::NotRedis(_) => "not_redis".to_owned(),
        Trouble::OtherNode { .. } => "other_cluster".to_owned(),
        Trouble::Server { code, .. } => match code.as_str() {
            "NOPERM" => "no_permission".to_owned(),
            other => other.to_ascii_lowercase(),
        },
    };
    let is_answer = matches!(error.trouble, Trouble::Server { .. } | Trouble::NotRedis(_));
    let verb = if is_answer { "ask" } else { "connect" };
    CompareError {
        code,
        message: error.trouble.to_string(),
        verb: Some(verb.to_owned()),
        resource: Some(error.address.to_string()),
    }
}

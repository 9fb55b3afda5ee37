//! What can go wrong with a node.

use std::fmt;
use std::sync::Arc;

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::diagnostics::Diagnostic;
use crate::live::kubernetes::{ServerError, role_for};
use crate::slots::{Address, NodeId};

/// Something that went wrong with a node: where, and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeError {
    /// The node, by the address that it announces.
    pub address: Address,
    /// What.
    pub trouble: Trouble,
    /// As whom it was spoken to, where that is not the default user.
    pub user: Option<Arc<str>>,
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nobody could be reached: refused, no route, no such host.
    Unreachable(String),
    /// The API server does not lead there.
    NotForwarded(Box<ServerError>),
    /// No answer in time.
    TimedOut,
    /// The connection ended.
    Closed(String),
    /// TLS failed.
    Tls(String),
    /// The user or the password is wrong, or one is needed.
    Auth(String),
    /// Something answers that is not Redis, or a reply has another form than documented.
    NotRedis(String),
    /// Another node answers than the one that was meant.
    OtherNode {
        /// Who was meant.
        wanted: NodeId,
        /// Who answers.
        found: NodeId,
    },
    /// The server says no.
    Server {
        /// The first word: `ERR`, `BUSYKEY`, `MOVED`, `NOPERM`, …
        code: String,
        /// The rest.
        message: String,
    },
}

impl NodeError {
    /// Of that node.
    pub fn new(address: &Address, trouble: Trouble) -> NodeError {
        NodeError { address: address.clone(), trouble, user: None }
    }

    /// As that user.
    #[must_use]
    pub fn as_user(mut self, user: Option<&Arc<str>>) -> NodeError {
        self.user = user.cloned();
        self
    }

    /// Reads an error of the client library.
    pub fn of(address: &Address, error: &RedisError) -> NodeError {
        NodeError::new(address, Trouble::of(error))
    }

    /// The code of a server's error.
    pub fn code(&self) -> Option<&str> {
        match &self.trouble {
            Trouble::Server { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The error for people: what, where, and what to do.
    pub fn diagnostic(&self) -> Diagnostic {
        let at = &self.address;
        match &self.trouble {
            Trouble::Unreachable(why) => {
                Diagnostic::error("redisops::redis::unreachable", format!("`{at}` cannot be reached: {why}"))
                    .help("check host and port, and that the server runs; `--map FROM=TO` says where an address is reached from here")
            }
            Trouble::NotForwarded(error) => {
                let found = Diagnostic::error("redisops::redis::not_forwarded", format!("`{at}` cannot be reached through the API server: {error}"));
                match role_for([&**error]) {
                    Some(role) => found.help(format!("these rights would do; bind them to the user of the context:\n\n{role}")),
                    None => found.help("see that the pod runs, and that its node lets the API server in; `access: {mode: map, …}` takes another way"),
                }
            }
            Trouble::TimedOut => {
                Diagnostic::error("redisops::redis::timeout", format!("`{at}` gives no answer in time"))
                    .help("check that the server is not stopped or overloaded, and that no firewall drops packets; where one side speaks TLS and the other does not, both wait as well")
            }
            Trouble::Closed(why) => {
                Diagnostic::error("redisops::redis::closed", format!("`{at}` ended the connection"))
                    .note(why.clone())
                    .help("a port that expects TLS does so without `--tls`; the log of the server has the reason")
            }
            Trouble::Tls(why) => Diagnostic::error("redisops::redis::tls", format!("TLS with `{at}` failed"))
                .note(why.clone())
                .help("name the authority that signed the server's certificate with `--cacert`, and leave `--tls` out if the port does not speak TLS"),
            Trouble::Auth(why) => Diagnostic::error("redisops::redis::auth", format!("`{at}` does not let {} in", self.who()))
                .note(why.clone())
                .help("name the user with `--user` and its password with `--password-file FILE` or the variable `REDISCLI_AUTH`"),
            Trouble::NotRedis(why) => {
                Diagnostic::error("redisops::redis::not_redis", format!("`{at}` does not answer as Redis does"))
                    .note(why.clone())
                    .help("check the port: nodes usually listen on 6379, and the port 10000 above it is for nodes only")
            }
            Trouble::OtherNode { wanted, found } => {
                let message = format!("node {} answers at `{at}`, not node {}", found.short(), wanted.short());
                Diagnostic::error("redisops::redis::other_node", message).help("check `--map`: each announced address needs a place of its own")
            }
            Trouble::Server { code, message } if code == "NOPERM" => {
                Diagnostic::error("redisops::redis::no_permission", format!("{} may not do this at `{at}`", self.who()))
                    .note(message.clone())
                    .help("docs/access.md lists the rights that each command needs")
            }
            Trouble::Server { code, message } => {
                Diagnostic::error("redisops::redis::refused", format!("`{at}` says no: {code} {message}"))
            }
        }
    }

    fn who(&self) -> String {
        self.user.as_ref().map_or_else(|| "the default user".to_owned(), |user| format!("user `{user}`"))
    }

    /// Whether the connection is of no more use: the node may be dead.
    pub fn is_lost(&self) -> bool {
        matches!(
            self.trouble,
            Trouble::Unreachable(_) | Trouble::NotForwarded(_) | Trouble::TimedOut | Trouble::Closed(_)
        )
    }
}

impl Trouble {
    /// Reads an error of the client library.
    pub fn of(error: &RedisError) -> Trouble {
        let detail = || error.detail().map_or_else(|| error.to_string(), str::to_owned);
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Trouble::Auth("the user or the password is wrong, or the user is disabled".to_owned());
        }
        if let Some(code) = error.code() {
            let auth = matches!(code, "WRONGPASS" | "NOAUTH");
            return if auth {
                Trouble::Auth(detail())
            } else {
                Trouble::Server { code: code.to_owned(), message: detail() }
            };
        }
        if error.is_timeout() {
            Trouble::TimedOut
        } else if error.is_connection_refusal() {
            Trouble::Unreachable("connection refused".to_owned())
        } else if error.is_connection_dropped() {
            Trouble::Closed(error.to_string())
        } else {
            match error.kind() {
                ErrorKind::Parse => Trouble::NotRedis("the answer is not of its protocol".to_owned()),
                ErrorKind::UnexpectedReturnType => Trouble::NotRedis(error.to_string()),
                ErrorKind::Server(ServerErrorKind::ResponseError) => {
                    Trouble::Server { code: "ERR".to_owned(), message: detail() }
                }
                _ => io_trouble(error),
            }
        }
    }
}

fn io_trouble(error: &RedisError) -> Trouble {
    let text = error.to_string();
    let tls = ["certificate", "handshake", "InvalidContentType", "tls", "TLS"].iter().any(|word| text.contains(word));
    if tls { Trouble::Tls(text) } else { Trouble::Unreachable(text) }
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.trouble)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Unreachable(why) => write!(f, "cannot be reached: {why}"),
            Trouble::NotForwarded(error) => write!(f, "cannot be reached through the API server: {error}"),
            Trouble::TimedOut => write!(f, "no answer in time"),
            Trouble::Closed(why) => write!(f, "the connection ended: {why}"),
            Trouble::Tls(why) => write!(f, "TLS failed: {why}"),
            Trouble::Auth(why) => write!(f, "not let in: {why}"),
            Trouble::NotRedis(why) => write!(f, "does not answer as Redis does: {why}"),
            Trouble::OtherNode { wanted, found } => {
                write!(f, "node {} answers there, not node {}", found.short(), wanted.short())
            }
            Trouble::Server { code, message } => write!(f, "{code} {message}"),
        }
    }
}

impl std::error::Error for NodeError {}

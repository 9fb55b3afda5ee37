//! What can go wrong with a node.

use std::fmt;

use ::redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::slots::Address;

/// Something that went wrong with a node: where, and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeError {
    /// The node, by the address that it announces.
    pub address: Address,
    /// What.
    pub trouble: Trouble,
}

/// What went wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nobody could be reached: refused, no route, no such host.
    Unreachable(String),
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
        NodeError { address: address.clone(), trouble }
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

    /// Whether the connection is of no more use: the node may be dead.
    pub fn is_lost(&self) -> bool {
        matches!(self.trouble, Trouble::Unreachable(_) | Trouble::TimedOut | Trouble::Closed(_))
    }
}

impl Trouble {
    /// Reads an error of the client library.
    pub fn of(error: &RedisError) -> Trouble {
        let detail = || error.detail().map_or_else(|| error.to_string(), str::to_owned);
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Trouble::Auth(detail());
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
                ErrorKind::Parse | ErrorKind::UnexpectedReturnType => Trouble::NotRedis(error.to_string()),
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
            Trouble::TimedOut => write!(f, "no answer in time"),
            Trouble::Closed(why) => write!(f, "the connection ended: {why}"),
            Trouble::Tls(why) => write!(f, "TLS failed: {why}"),
            Trouble::Auth(why) => write!(f, "not let in: {why}"),
            Trouble::NotRedis(why) => write!(f, "does not answer as Redis does: {why}"),
            Trouble::Server { code, message } => write!(f, "{code} {message}"),
        }
    }
}

impl std::error::Error for NodeError {}

//! Where a node is reached: a host and a port, as nodes announce them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A host (IPv4, IPv6 or a name) and a port. IPv6 is read with and without brackets (`CLUSTER NODES` has none) and written with them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    /// An IP address without brackets, or a host name.
    pub host: String,
    /// The port for clients.
    pub port: u16,
}

impl Address {
    /// That host and port.
    pub fn new(host: impl Into<String>, port: u16) -> Address {
        Address { host: host.into(), port }
    }
}

/// A text that is no address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no address: write HOST:PORT, as in 127.0.0.1:7001")]
pub struct NoAddress(pub String);

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Address, NoAddress> {
        let no = || NoAddress(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(no)?;
        let port = Some(port).filter(|p| p.bytes().all(|b| b.is_ascii_digit())).and_then(|p| p.parse().ok());
        let inside = host.strip_prefix('[').map(|rest| rest.strip_suffix(']').ok_or_else(no)).transpose()?;
        let host = inside.unwrap_or(host);
        let plain = !host.is_empty() && !host.bytes().any(|b| b.is_ascii_whitespace() || b"[]/@,".contains(&b));
        match port {
            Some(port) if plain && port > 0 => Ok(Address::new(host, port)),
            _ => Err(no()),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = NoAddress;

    fn try_from(text: String) -> Result<Address, NoAddress> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_every_form() {
        for (text, host, port) in [
            ("127.0.0.1:7001", "127.0.0.1", 7001),
            ("::1:7001", "::1", 7001),
            ("[::1]:7001", "::1", 7001),
            ("cache-0.cache:6379", "cache-0.cache", 6379),
        ] {
            assert_eq!(text.parse(), Ok(Address::new(host, port)), "{text}");
        }
        for text in ["", ":", ":1", "a", "a:", "a:0", "a:65536", "a:+1", "[::1:7001", "redis://a:1", "a b:1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert_eq!(Address::new("::1", 1).to_string(), "[::1]:1");
    }
}

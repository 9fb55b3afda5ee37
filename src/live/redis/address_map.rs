//! From the addresses that nodes announce to those that can be reached from here.

use std::net::SocketAddr;
use std::str::FromStr;

use ::redis::RedisFuture;
use ::redis::io::AsyncDNSResolver;

use crate::slots::{Address, NoAddress};

/// Rewrites addresses of connections that redisops opens. Addresses that are handed to a server stay as announced.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AddressMap {
    rules: Vec<(From, To)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum From {
    Address(Address),
    Host(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum To {
    Address(Address),
    Host(String),
}

/// A text that is no mapping.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` maps no address: write FROM=TO, as in 172.30.0.11:7001=127.0.0.1:7001, or hosts only, as in 172.30.0.11=127.0.0.1"
)]
pub struct NoMapping(pub String);

impl AddressMap {
    /// Adds `FROM=TO`: two addresses, or two hosts, or a host and an address.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn add(&mut self, rule: &str) -> Result<(), NoMapping> {
        let no = || NoMapping(rule.to_owned());
        let (from, to) = rule.split_once('=').ok_or_else(no)?;
        let from = match side(from.trim()).ok_or_else(no)? {
            (host, Some(port)) => From::Address(Address::new(host, port)),
            (host, None) => From::Host(host),
        };
        let to = match side(to.trim()).ok_or_else(no)? {
            (host, Some(port)) => To::Address(Address::new(host, port)),
            (host, None) => To::Host(host),
        };
        self.rules.push((from, to));
        Ok(())
    }

    /// Whether a rule says where that address is.
    pub fn covers(&self, announced: &Address) -> bool {
        self.rules.iter().any(|(from, _)| match from {
            From::Address(address) => address == announced,
            From::Host(host) => *host == announced.host,
        })
    }

    /// Remembers where an address is reached, unless a rule says so already.
    pub fn learn(&mut self, announced: &Address, reached: &Address) {
        if announced != reached && !self.covers(announced) {
            self.rules.push((From::Address(announced.clone()), To::Address(reached.clone())));
        }
    }

    /// The announced address of what is reached at that one, where a rule for an address says so.
    pub fn announced(&self, reached: &Address) -> Option<Address> {
        self.rules.iter().find_map(|rule| match rule {
            (From::Address(from), To::Address(to)) if to == reached => Some(from.clone()),
            _ => None,
        })
    }

    /// Adds rules that count where none of the others does.
    pub fn append(&mut self, other: AddressMap) {
        self.rules.extend(other.rules);
    }

    /// Where to connect to for an announced address. A rule for the address wins over one for its host; without a rule it is the address itself.
    pub fn reach(&self, announced: &Address) -> Address {
        let exact = self.rules.iter().find(|(from, _)| matches!(from, From::Address(address) if address == announced));
        let rule = exact.or_else(|| {
            self.rules.iter().find(|(from, _)| matches!(from, From::Host(host) if *host == announced.host))
        });
        match rule {
            Some((_, To::Address(address))) => address.clone(),
            Some((_, To::Host(host))) => Address::new(host.clone(), announced.port),
            None => announced.clone(),
        }
    }
}

/// A host, and a port where there is one. An IPv6 address without a port needs brackets.
fn side(text: &str) -> Option<(String, Option<u16>)> {
    match Address::from_str(text) {
        Ok(Address { host, port }) => Some((host, Some(port))),
        Err(NoAddress(_)) => {
            let host = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
            let plain =
                !host.is_empty() && (host != text || !host.contains(':')) && !host.contains(['[', ']', '=', ' ']);
            plain.then(|| (host.to_owned(), None))
        }
    }
}

/// Connections keep the announced name, which certificates carry, and go where the map says.
impl AsyncDNSResolver for AddressMap {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        let Address { host, port } = self.reach(&Address::new(host, port));
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
            Ok(Box::new(found.into_iter()) as Box<dyn Iterator<Item = SocketAddr> + Send>)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_win_over_hosts() {
        let mut map = AddressMap::default();
        for rule in [
            "172.30.0.11=127.0.0.1",
            "172.30.0.11:7002=127.0.0.1:17002",
            "cache-0=[::1]",
            "[fd00::1]:1=a:2",
            "db=10.0.0.1:99",
        ] {
            map.add(rule).unwrap();
        }
        for (from, to) in [
            ("172.30.0.11:7001", "127.0.0.1:7001"),
            ("172.30.0.11:7002", "127.0.0.1:17002"),
            ("172.30.0.12:7001", "172.30.0.12:7001"),
            ("cache-0:5", "[::1]:5"),
            ("fd00::1:1", "a:2"),
            ("db:5", "10.0.0.1:99"),
        ] {
            assert_eq!(map.reach(&from.parse().unwrap()).to_string(), to, "{from}");
        }
        for wrong in ["", "=", "a", "a=", "=b", "a=b=c", "a:x=b"] {
            assert!(AddressMap::default().add(wrong).is_err(), "{wrong}");
        }
    }
}

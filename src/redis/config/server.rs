//! Which server reads a configuration, and which of the servers that were asked stand for it.

use super::directive::{Product, servers_of};
use super::table::SERVERS;

/// The server in use, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Server {
    /// Whose it is.
    pub product: Option<Product>,
    /// Its version: the first number, and the second where it is known.
    pub version: Option<(u16, Option<u16>)>,
}

impl Server {
    /// Nothing is known: what any server takes is good.
    pub const ANY: Server = Server { product: None, version: None };

    /// From a version alone (`7.2.4`, `valkey 8.1`).
    pub fn parse(text: &str) -> Server {
        let text = text.trim().to_ascii_lowercase();
        let (product, rest) = match text.strip_prefix("valkey") {
            Some(rest) => (Product::Valkey, rest),
            None => (Product::Redis, text.strip_prefix("redis").unwrap_or(&text)),
        };
        Server { product: Some(product), version: version(rest.trim_start_matches([' ', '-', ':', '=', 'v'])) }
    }

    /// From the image of a container; none when it is not one of a server of Redis or Valkey (exporters, operators, look-alikes).
    pub fn from_image(image: &str) -> Option<Server> {
        let image = image.split('@').next().unwrap_or(image);
        if image.contains("redislabs/redis:") {
            // Redis Enterprise, which is configured in other ways.
            return None;
        }
        let last = image.rsplit('/').next().unwrap_or(image).to_ascii_lowercase();
        let (name, tag) = last.split_once(':').unwrap_or((&last, ""));
        const OTHERS: [&str; 16] = [
            "exporter",
            "operator",
            "insight",
            "commander",
            "proxy",
            "predixy",
            "benchmark",
            "backup",
            "shake",
            "rdb",
            "metrics",
            "init",
            "cli",
            "admin",
            "enterprise",
            "ui",
        ];
        let parts: Vec<&str> = name.split(['-', '_', '.']).collect();
        if parts.iter().any(|part| OTHERS.contains(part)) {
            return None;
        }
        let product = match parts.iter().find(|part| part.starts_with("redis") || part.starts_with("valkey")) {
            Some(part) if part.starts_with("valkey") => Product::Valkey,
            Some(&("redis" | "redis5" | "redis6" | "redis7" | "redis8")) => Product::Redis,
            _ => return None,
        };
        Some(Server { product: Some(product), version: version(tag.strip_prefix('v').unwrap_or(tag)) })
    }

    /// The servers of the table that stand for it, a bit each. Between two versions that were asked either may be right.
    pub(super) fn bits(self) -> u8 {
        let of_product = |i: &usize| self.product.is_none_or(|product| SERVERS[*i].0 == product);
        let own: Vec<usize> = (0..SERVERS.len()).filter(of_product).collect();
        let all = own.iter().fold(0, |bits, i| bits | 1u8 << i);
        let (Some(product), Some((major, minor))) = (self.product, self.version) else { return all };
        let at = |i: &usize| (SERVERS[*i].1, SERVERS[*i].2);
        let (low, high) = ((major, minor.unwrap_or(0)), (major, minor.unwrap_or(u16::MAX)));
        let within: Vec<usize> = own.iter().copied().filter(|i| (low..=high).contains(&at(i))).collect();
        let mut bits = within.iter().fold(0, |bits, i| bits | 1u8 << i);
        if minor.is_some() && bits != 0 {
            return bits;
        }
        let below = own.iter().rev().find(|i| at(i) < low).filter(|_| !within.iter().any(|i| at(i) == low));
        let above = own.iter().find(|i| at(i) > high);
        bits |= below.map_or(0, |i| 1 << i) | above.map_or(0, |i| 1 << i);
        if product == Product::Valkey && bits & below.map_or(0, |i| 1 << i) == 0 && low < at(&own[0]) {
            // Valkey began as Redis 7.2.
            let parent = SERVERS.iter().position(|server| *server == (Product::Redis, 7, 0));
            bits |= parent.map_or(0, |i| 1 << i);
        }
        bits
    }

    /// Whether it is newer than all that were asked, so that it may know more.
    pub(super) fn is_newer(self) -> bool {
        let (Some(product), Some((major, minor))) = (self.product, self.version) else { return false };
        let newest = SERVERS.iter().filter(|server| server.0 == product).map(|server| (server.1, server.2)).max();
        newest.is_some_and(|newest| (major, minor.unwrap_or(u16::MAX)) > newest)
    }

    /// For people: `Redis 7.2`, or the servers that were asked.
    pub fn name(self) -> String {
        match (self.product, self.version) {
            (Some(product), Some((major, Some(minor)))) => format!("{} {major}.{minor}", product.name()),
            (Some(product), Some((major, None))) => format!("{} {major}", product.name()),
            _ => servers_of(self.bits()),
        }
    }

    /// Whether the version is at least this one; nothing when it is not known.
    pub fn is_at_least(self, wanted: (u16, u16)) -> Option<bool> {
        let (major, minor) = self.version?;
        match minor {
            Some(minor) => Some((major, minor) >= wanted),
            None if major != wanted.0 => Some(major > wanted.0),
            None => (wanted.1 == 0).then_some(true),
        }
    }
}

fn version(tag: &str) -> Option<(u16, Option<u16>)> {
    let mut numbers = tag.split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok().filter(|major| (1..100).contains(major))?;
    let digits = tag.bytes().take_while(u8::is_ascii_digit).count();
    let minor = tag[digits..].starts_with('.').then(|| numbers.next()?.parse().ok()).flatten();
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_name_servers() {
        let name = |image: &str| Server::from_image(image).map(Server::name);
        assert_eq!(name("redis:7.2.4-alpine").as_deref(), Some("Redis 7.2"));
        assert_eq!(name("docker.io/bitnami/redis:7.0.11-debian-11-r12").as_deref(), Some("Redis 7.0"));
        assert_eq!(name("registry:5000/valkey/valkey:8-alpine@sha256:aa").as_deref(), Some("Valkey 8"));
        assert_eq!(name("bitnami/redis-sentinel:6.2").as_deref(), Some("Redis 6.2"));
        assert_eq!(name("redis/redis-stack-server:7.4.0-v1").as_deref(), Some("Redis 7.4"));
        assert_eq!(name("redis"), Some("Redis 6.2, 7.0, 8.2".to_owned()));
        for other in
            ["oliver006/redis_exporter:v1", "eqalpha/keydb:6", "redislabs/redis:7.4-enterprise-operator-x", "nginx:1"]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn servers_that_were_not_asked_lie_between_those_that_were() {
        let shown = |text: &str| servers_of(Server::parse(text).bits());
        assert_eq!(shown("7.0.15"), "Redis 7.0");
        assert_eq!(shown("7.4"), "Redis 7.0, 8.2");
        assert_eq!(shown("5.0"), "Redis 6.2");
        assert_eq!(shown("7"), "Redis 7.0, 8.2");
        assert_eq!(shown("valkey 8.0"), "Redis 7.0 and Valkey 8.1");
        assert_eq!(shown("valkey-9.1.2"), "Valkey 9.1");
        assert!(Server::parse("8.4").is_newer() && !Server::parse("8.2").is_newer());
        assert_eq!(Server::parse("7").is_at_least((7, 0)), Some(true));
    }
}

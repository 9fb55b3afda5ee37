//! What is known of a directive.

use super::server::Server;
use super::table::{DIRECTIVES, SERVERS};

/// Whose server it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Product {
    /// Redis.
    Redis,
    /// Valkey.
    Valkey,
}

impl Product {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Product::Redis => "Redis",
            Product::Valkey => "Valkey",
        }
    }
}

/// What the value of a directive is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `yes` or `no`.
    Bool,
    /// An integer within bounds.
    Int(i64, i64),
    /// Bytes, with or without a unit, within bounds.
    Memory(i64, i64),
    /// Bytes, or a part of `maxmemory` in per cent.
    MemoryOrPercent,
    /// File permissions.
    Octal,
    /// One of these.
    Enum(&'static [&'static str]),
    /// Some of these.
    Flags(&'static [&'static str]),
    /// Anything.
    Text,
    /// Something with a grammar of its own.
    Checked,
    /// The server takes it and does nothing with it.
    Ignored,
}

/// What some servers know of a directive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Form {
    /// Which servers, a bit each.
    pub servers: u8,
    /// What its value is.
    pub kind: Kind,
    /// Fewest arguments.
    pub least: u8,
    /// Most arguments.
    pub most: u8,
}

/// A directive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Directive {
    /// Its name.
    pub name: &'static str,
    restart: u8,
    renamed: &'static [(&'static str, u8)],
    pub(super) forms: &'static [Form],
}

/// Most arguments that were tried; a form that takes so many takes any number.
pub(super) const ANY_NUMBER: u8 = 5;

pub(super) const fn d(
    name: &'static str,
    restart: u8,
    renamed: &'static [(&'static str, u8)],
    forms: &'static [Form],
) -> Directive {
    Directive { name, restart, renamed, forms }
}

pub(super) const fn f(servers: u8, kind: Kind, least: u8, most: u8) -> Form {
    Form { servers, kind, least, most }
}

/// What is known of a directive, by its name in lower case.
pub fn directive(name: &str) -> Option<&'static Directive> {
    DIRECTIVES.binary_search_by(|d| d.name.cmp(name)).ok().map(|i| &DIRECTIVES[i])
}

/// Whether what stands behind a directive must not be shown.
pub fn is_secret(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "requirepass",
        "masterauth",
        "primaryauth",
        "masteruser",
        "primaryuser",
        "user",
        "sentinel",
        "tls-key-file-pass",
        "tls-client-key-file-pass",
    ];
    NAMES.contains(&name)
}

impl Directive {
    /// The servers that know it, a bit each.
    pub(super) fn servers(&self) -> u8 {
        self.forms.iter().fold(0, |bits, form| bits | form.servers)
    }

    /// The name that has taken its place in all of these servers, and in the newest one of each product: a name that one of them still writes itself
    /// is as good as another.
    pub(super) fn replaced_by(&self, servers: u8) -> Option<&'static str> {
        let wanted = self.servers() & (servers | newest());
        let covered = self.renamed.iter().fold(0, |bits, (_, at)| bits | at);
        let mut all = self.renamed.iter().filter(|(_, at)| at & servers != 0);
        all.next_back().map(|(name, _)| *name).filter(|_| wanted & !covered == 0)
    }

    /// Whether a running server cannot change it: every server that was asked refuses to.
    pub fn needs_restart(&self) -> bool {
        self.restart != 0 && self.restart == self.servers()
    }

    /// Whether that server cannot change it while it runs.
    pub fn needs_restart_on(&self, server: Server) -> bool {
        let bits = server.bits() & self.servers();
        match bits {
            0 => self.needs_restart(),
            bits => self.restart & bits == bits,
        }
    }

    /// Whether that server takes it and does nothing with it.
    pub fn is_ignored_by(&self, server: Server) -> bool {
        let bits = server.bits();
        let mut own = self.forms.iter().filter(|form| form.servers & bits != 0).peekable();
        own.peek().is_some() && own.all(|form| form.kind == Kind::Ignored)
    }

    /// Other names of it, older and newer.
    pub fn other_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let name = self.name;
        let newer = self.renamed.iter().map(|(newer, _)| *newer);
        let older =
            DIRECTIVES.iter().filter(move |d| d.renamed.iter().any(|(newer, _)| *newer == name)).map(|d| d.name);
        newer.chain(older)
    }

    /// Whether the newest server of any product knows it.
    pub(super) fn is_in_newest(&self) -> bool {
        self.servers() & newest() != 0
    }

    /// The servers that know it, for people: `Redis 7.0, 8.2 and Valkey 9.1`.
    pub fn known_to(&self) -> String {
        servers_of(self.servers())
    }
}

/// The newest server of each product, a bit each.
fn newest() -> u8 {
    let newest = |product| SERVERS.iter().rposition(|server| server.0 == product).map_or(0, |i| 1u8 << i);
    newest(Product::Redis) | newest(Product::Valkey)
}

/// Servers for people: `Redis 7.0, 8.2 and Valkey 9.1`.
pub(super) fn servers_of(bits: u8) -> String {
    let mut parts: Vec<String> = Vec::new();
    for product in [Product::Redis, Product::Valkey] {
        let versions: Vec<String> = (SERVERS.iter().enumerate())
            .filter(|(i, (p, ..))| *p == product && bits & (1 << i) != 0)
            .map(|(_, (_, major, minor))| format!("{major}.{minor}"))
            .collect();
        if !versions.is_empty() {
            parts.push(format!("{} {}", product.name(), versions.join(", ")));
        }
    }
    parts.join(" and ")
}

//! Users of a server: rules as people write them and as servers tell them, judged by what they allow.
//!
//! A server rewrites rules (`+@read -@dangerous` reads back as `-@all +@read -keys -sort_ro`), so two texts are compared by the commands, keys and
//! channels that they let in. Which commands a category has, the server itself says.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::diagnostics::render::MASKED;

/// Categories of commands and their members, as `ACL CAT NAME` tells them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Categories(BTreeMap<String, BTreeSet<String>>);

impl Categories {
    /// From categories and their members.
    pub fn new<C: IntoIterator<Item = String>>(all: impl IntoIterator<Item = (String, C)>) -> Categories {
        let lower = |text: String| text.to_ascii_lowercase();
        Categories(
            all.into_iter().map(|(name, members)| (lower(name), members.into_iter().map(lower).collect())).collect(),
        )
    }

    /// All commands.
    fn all(&self) -> BTreeSet<String> {
        self.0.values().flatten().cloned().collect()
    }

    fn members(&self, name: &str) -> BTreeSet<String> {
        match self.0.get(name) {
            Some(members) => members.clone(),
            // A category of a module: itself, wherever it stands.
            None => BTreeSet::from([format!("@{name}")]),
        }
    }
}

/// A user: a name and its rules, one word each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// The name.
    pub name: String,
    /// The words behind it; a selector in parentheses is one.
    pub words: Vec<String>,
}

impl Rules {
    /// From a line: `user NAME RULE…`, as files and `ACL LIST` have it, with `user` or without.
    pub fn parse(line: &str) -> Option<Rules> {
        let mut words = line.split_ascii_whitespace().peekable();
        if words.peek() == Some(&"user") {
            words.next();
        }
        let name = words.next()?.to_owned();
        Some(Rules::of(name, words))
    }

    /// From a name and words.
    pub fn of<'a>(name: String, parts: impl IntoIterator<Item = &'a str>) -> Rules {
        let mut words: Vec<String> = Vec::new();
        let mut open = false;
        for part in parts {
            match words.last_mut().filter(|_| open) {
                Some(selector) => {
                    selector.push(' ');
                    selector.push_str(part);
                }
                None => words.push(part.to_owned()),
            }
            open = (open || part.starts_with('(')) && !part.ends_with(')');
        }
        Rules { name, words }
    }

    /// The rules without what lets somebody in.
    pub fn masked(&self) -> String {
        let shown = self.words.iter().map(|word| match word.chars().next() {
            Some(sign @ ('>' | '<' | '#' | '!')) => format!("{sign}{MASKED}"),
            _ => word.clone(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// Whether its passwords stand in the rules, and not in what is put there later.
    fn has_all_passwords(&self) -> bool {
        let is_later = |word: &str| word.contains("<path:") || word.contains("${") || word.contains("$(");
        !self.words.iter().any(|word| is_later(word))
    }

    /// The hashes of all passwords that let the user in; nothing where somebody else completes them.
    pub fn passwords(&self) -> Option<BTreeSet<String>> {
        self.has_all_passwords().then(|| self.user(&Categories::default(), false).passwords)
    }

    /// Whether no password is asked for.
    pub fn needs_no_password(&self) -> bool {
        self.user(&Categories::default(), false).needs_no_password
    }

    /// What is said to a server so that the user has exactly these rules. Passwords that somebody else completes stay as they are now.
    pub fn commands(&self, now: Option<&Rules>) -> Vec<String> {
        let is_password = |word: &&String| word.starts_with(['>', '<', '#', '!']);
        let mut words = vec!["reset".to_owned()];
        if self.has_all_passwords() {
            words.extend(self.words.iter().cloned());
            return words;
        }
        words.extend(self.words.iter().filter(|word| !is_password(word)).cloned());
        if now.is_some_and(Rules::needs_no_password) {
            words.push("nopass".to_owned());
        }
        let kept = now.and_then(Rules::passwords).unwrap_or_default();
        words.extend(kept.into_iter().map(|hashed| format!("#{hashed}")));
        words
    }

    /// What they allow. `open_channels`: whether new users may use all channels, as `acl-pubsub-default` says.
    fn user(&self, categories: &Categories, open_channels: bool) -> User {
        let mut user = User::new(open_channels);
        for word in &self.words {
            user.apply(word, categories, open_channels);
        }
        user.selectors.sort();
        user
    }
}

/// Whether both sides allow the same, by the categories of the server. Passwords that are put in later are taken for equal.
pub fn allow_the_same(live: &Rules, wanted: &Rules, categories: &Categories, open_channels: bool) -> bool {
    let (mut live, mut other) = (live.user(categories, open_channels), wanted.user(categories, open_channels));
    if !wanted.has_all_passwords() {
        (live.passwords, other.passwords) = (BTreeSet::new(), BTreeSet::new());
    }
    live == other
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct User {
    is_on: bool,
    needs_no_password: bool,
    skips_payload_checks: bool,
    passwords: BTreeSet<String>,
    root: Permissions,
    selectors: Vec<Permissions>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct Permissions {
    commands: BTreeSet<String>,
    /// Patterns of keys, and whether they may be read and written.
    keys: BTreeMap<String, (bool, bool)>,
    channels: BTreeSet<String>,
}

impl User {
    fn new(open_channels: bool) -> User {
        User {
            is_on: false,
            needs_no_password: false,
            skips_payload_checks: false,
            passwords: BTreeSet::new(),
            root: Permissions::new(open_channels),
            selectors: Vec::new(),
        }
    }

    fn apply(&mut self, word: &str, categories: &Categories, open_channels: bool) {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "on" => self.is_on = true,
            "off" => self.is_on = false,
            "nopass" => {
                self.needs_no_password = true;
                self.passwords.clear();
            }
            "resetpass" => {
                self.needs_no_password = false;
                self.passwords.clear();
            }
            "skip-sanitize-payload" => self.skips_payload_checks = true,
            "sanitize-payload" => self.skips_payload_checks = false,
            "reset" => *self = User::new(open_channels),
            "clearselectors" => self.selectors.clear(),
            _ => match word.split_at_checked(1) {
                Some((">", password)) => self.add_password(hash(password)),
                Some(("#", hashed)) => self.add_password(hashed.to_ascii_lowercase()),
                Some(("<", password)) => {
                    self.passwords.remove(&hash(password));
                }
                Some(("!", hashed)) => {
                    self.passwords.remove(&hashed.to_ascii_lowercase());
                }
                Some(("(", inner)) => {
                    let mut permissions = Permissions::new(open_channels);
                    let inner = inner.strip_suffix(')').unwrap_or(inner);
                    inner.split_ascii_whitespace().for_each(|word| permissions.apply(word, categories));
                    self.selectors.push(permissions);
                }
                _ => self.root.apply(word, categories),
            },
        }
    }

    fn add_password(&mut self, hashed: String) {
        self.passwords.insert(hashed);
        self.needs_no_password = false;
    }
}

impl Permissions {
    fn new(open_channels: bool) -> Permissions {
        let channels = if open_channels { BTreeSet::from(["*".to_owned()]) } else { BTreeSet::new() };
        Permissions { channels, ..Permissions::default() }
    }

    fn apply(&mut self, word: &str, categories: &Categories) {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "allkeys" => self.keys = BTreeMap::from([("*".to_owned(), (true, true))]),
            "resetkeys" => self.keys.clear(),
            "allchannels" => self.channels = BTreeSet::from(["*".to_owned()]),
            "resetchannels" => self.channels.clear(),
            "allcommands" | "+@all" => self.commands = categories.all(),
            "nocommands" | "-@all" => self.commands.clear(),
            _ => match (word.split_at_checked(1), lower.get(1..)) {
                (Some(("~", pattern)), _) => self.add_keys(pattern, (true, true)),
                (Some(("%", rest)), _) => {
                    let (rights, pattern) = rest.split_once('~').unwrap_or(("", rest));
                    let has = |letter: char| rights.chars().any(|c| c.eq_ignore_ascii_case(&letter));
                    self.add_keys(pattern, (has('r'), has('w')));
                }
                (Some(("&", "*")), _) => self.channels = BTreeSet::from(["*".to_owned()]),
                (Some(("&", pattern)), _) => {
                    self.channels.insert(pattern.to_owned());
                }
                (Some(("+", _)), Some(what)) => self.commands.extend(commands(what, categories)),
                (Some(("-", _)), Some(what)) => {
                    let gone = commands(what, categories);
                    let below = format!("{what}|");
                    self.commands.retain(|command| !gone.contains(command) && !command.starts_with(&below));
                }
                _ => {}
            },
        }
    }

    fn add_keys(&mut self, pattern: &str, (read, write): (bool, bool)) {
        if pattern == "*" && read && write {
            self.keys = BTreeMap::from([("*".to_owned(), (true, true))]);
            return;
        }
        let rights = self.keys.entry(pattern.to_owned()).or_default();
        *rights = (rights.0 || read, rights.1 || write);
    }
}

/// What a word behind `+` or `-` names: a category, a command with its parts, a part, or a command with its first argument.
fn commands(what: &str, categories: &Categories) -> BTreeSet<String> {
    if let Some(category) = what.strip_prefix('@') {
        return categories.members(category);
    }
    let below = format!("{what}|");
    let parts: BTreeSet<String> =
        categories.0.values().flatten().filter(|command| command.starts_with(&below)).cloned().collect();
    if parts.is_empty() { BTreeSet::from([what.to_owned()]) } else { parts }
}

/// A password as `ACL LIST` has it: SHA-256, in hexadecimal digits.
pub fn hash(password: &str) -> String {
    hex::encode(Sha256::digest(password.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> Categories {
        let of =
            |name: &str, members: &str| (name.to_owned(), members.split(' ').map(str::to_owned).collect::<Vec<_>>());
        Categories::new([
            of("read", "get keys sort_ro mget"),
            of("write", "set del"),
            of("dangerous", "keys sort_ro config|get config|set config|rewrite"),
            of("admin", "config|get config|set config|rewrite"),
        ])
    }

    fn same(live: &str, wanted: &str) -> bool {
        let rules = |line: &str| Rules::parse(line).unwrap();
        allow_the_same(&rules(live), &rules(wanted), &categories(), false)
    }

    #[test]
    fn rewritten_rules_allow_the_same() {
        let password = "#30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4";
        for (live, wanted) in [
            (
                format!("user app on {password} ~app:* %R~x resetchannels -@all +@read -keys +config|get -sort_ro"),
                "user app on >pw ~app:* %R~x +@read -@dangerous +config|get",
            ),
            ("user a on nopass ~* &* +@all".to_owned(), "a nopass allkeys allchannels allcommands on"),
            ("user a off resetchannels -@all".to_owned(), "user a"),
            (
                "user a on sanitize-payload nopass ~* resetchannels -@all +config".to_owned(),
                "user a on nopass ~* +config|get +config|set +config|rewrite",
            ),
            ("user a on (~s:* resetchannels -@all +get)".to_owned(), "user a on (+get ~s:*)"),
            ("user a on %R~x %W~x".to_owned(), "user a on ~x"),
            ("user a on +@all -config".to_owned(), "user a on +@all -@admin"),
            ("user a on #aa".to_owned(), "user a on ><path:secret/a#password>"),
            ("user a on nopass".to_owned(), "user a >pw nopass on"),
        ] {
            assert!(same(&live, wanted), "{live} / {wanted}");
        }
    }

    #[test]
    fn what_is_not_the_same() {
        for (live, wanted) in [
            ("user a on #aa ~*", "user a on >pw ~*"),
            ("user a on nopass ~*", "user a on >pw ~*"),
            ("user a off", "user a on"),
            ("user a on +@read", "user a on +@read +set"),
            ("user a on ~x", "user a on %R~x"),
            ("user a on &news", "user a on"),
            ("user a on (+get ~s:*)", "user a on"),
            ("user a on skip-sanitize-payload", "user a on"),
        ] {
            assert!(!same(live, wanted), "{live} / {wanted}");
        }
    }

    #[test]
    fn nothing_that_lets_somebody_in_is_shown() {
        let rules = Rules::parse("user app on >pw #ab12 <old !cd ~app:* (+get ~s:*) +@all").unwrap();
        assert_eq!(rules.masked(), "on >•••• #•••• <•••• !•••• ~app:* (+get ~s:*) +@all");
        assert!(Rules::parse("  ").is_none());
    }
}

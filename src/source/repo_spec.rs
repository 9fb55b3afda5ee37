//! What part of a URL is a repository, and what a directory in it.
//!
//! The rules are those of the reference (`NewRepoSpecFromURL`), with its ambiguities: users depend on them.

use std::path::Path;
use std::time::Duration;

use thiserror::Error;

use super::path::clean;

/// A repository, a revision and a directory in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepoSpec {
    /// What was written.
    pub raw: String,
    /// Everything before the path of the repository, for example `https://github.com/` or `git@host:`.
    pub host: String,
    /// Path of the repository at the host.
    pub repo_path: String,
    /// Directory in the repository; empty is its root.
    pub directory: String,
    /// Branch, tag or commit; empty is the default branch.
    pub reference: String,
    /// Whether submodules are fetched.
    pub submodules: bool,
    /// Longest time one run of git may take.
    pub timeout: Duration,
    /// Whether a `git::` prefix was dropped, which deserves a warning.
    pub forced_git: bool,
}

/// The reference's limit for one run of git, when the URL has no `timeout`.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(27);

/// Why a text names no repository.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NotARepository {
    /// It starts with `/`.
    #[error("it is an absolute path")]
    AbsolutePath,
    /// It has no scheme, is not of the form `user@host:path`, and is not at github.com.
    #[error("it has no scheme (`https://`, `ssh://`, `file://`) and is not of the form `user@host:path`")]
    Scheme,
    /// Nothing stands where the host should.
    #[error("it has no host")]
    Host,
    /// The path is too short.
    #[error("its path names no repository (`ORGANISATION/REPOSITORY`)")]
    Path,
    /// The directory leads out of the repository.
    #[error("its directory lies outside the repository")]
    ExitsRepository,
}

impl RepoSpec {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// When it names no repository; callers take it for a path then.
    pub fn parse(raw: &str) -> Result<RepoSpec, NotARepository> {
        if raw.starts_with('/') {
            return Err(NotARepository::AbsolutePath);
        }
        let (url, query) = raw.split_once('?').unwrap_or((raw, ""));
        let query = Query::parse(query);
        let stripped = strip_prefix_ignoring_case(url, "git::");
        let (host, rest) = split_host(stripped.unwrap_or(url))?;
        let (repo_path, directory) = split_path(rest, host.starts_with(FILE)).ok_or(NotARepository::Path)?;
        if repo_path.is_empty() {
            return Err(NotARepository::Path);
        }
        let directory = directory.strip_prefix('/').unwrap_or(&directory);
        if clean(Path::new(directory)).starts_with("..") {
            return Err(NotARepository::ExitsRepository);
        }
        Ok(RepoSpec {
            raw: raw.to_owned(),
            host,
            repo_path,
            directory: directory.to_owned(),
            reference: query.reference,
            submodules: query.submodules,
            timeout: query.timeout,
            forced_git: stripped.is_some(),
        })
    }

    /// What git is told to fetch from.
    pub fn clone_url(&self) -> String {
        format!("{}{}", self.host, self.repo_path)
    }
}

/// A URL as messages show it: without user information and without values of parameters that may be tokens.
pub fn redact(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(a, q)| (a, Some(q)));
    let mut out = match address.split_once("://") {
        Some((scheme, rest)) if !scheme.eq_ignore_ascii_case("ssh") => {
            let (authority, path) = rest.find('/').map_or((rest, ""), |i| rest.split_at(i));
            match authority.rsplit_once('@') {
                Some((_, host)) => format!("{scheme}://***@{host}{path}"),
                None => address.to_owned(),
            }
        }
        _ => address.to_owned(),
    };
    for (i, pair) in query.into_iter().flat_map(|q| q.split('&')).enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if !["ref", "version", "timeout", "submodules"].contains(&name) => {
                out.push_str(name);
                out.push_str("=***");
            }
            _ => out.push_str(pair),
        }
    }
    out
}

/// Whether the reference reads a path by HTTP: a URL with the scheme `http` or `https`.
pub fn is_remote_file(path: &str) -> bool {
    let Some((scheme, rest)) = path.split_once(':') else { return false };
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && !path.bytes().any(|b| b < 0x20 || b == 0x7f)
        && unescape(rest.split('?').next().unwrap_or(""), false).is_some()
}

const SSH: &str = "ssh://";
const HTTPS: &str = "https://";
const HTTP: &str = "http://";
const FILE: &str = "file://";

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &text[prefix.len()..])
}

/// The part up to and with the separator before the path of the repository, and that path.
fn split_host(url: &str) -> Result<(String, &str), NotARepository> {
    let (scheme, after_scheme) = [SSH, HTTPS, HTTP, FILE]
        .into_iter()
        .find_map(|scheme| Some((scheme, strip_prefix_ignoring_case(url, scheme)?)))
        .unwrap_or(("", url));
    // All that follows `file://` is a path.
    if scheme == FILE {
        return Ok((FILE.to_owned(), after_scheme));
    }
    let (user, rest) = split_user(after_scheme);
    let github = strip_prefix_ignoring_case(rest, "github.com").is_some_and(|r| r.starts_with(['/', ':']));
    let scp_style = scheme.is_empty() && (!user.is_empty() || github);
    if scheme.is_empty() && !scp_style {
        return Err(NotARepository::Scheme);
    }
    let (host, path) = separator(rest, scp_style).map_or((rest, ""), |i| rest.split_at(i + 1));
    if github {
        let host = if scheme == SSH || !user.is_empty() {
            format!("{user}github.com:")
        } else {
            "https://github.com/".to_owned()
        };
        return Ok((host, path));
    }
    if host.is_empty() {
        return Err(NotARepository::Host);
    }
    Ok((format!("{scheme}{user}{host}"), path))
}

/// A user name with its `@`, and the rest.
fn split_user(text: &str) -> (&str, &str) {
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text[name..].starts_with('@') {
        text.split_at(name + 1)
    } else {
        ("", text)
    }
}

/// Where the path begins: the first `/`, or for `host:path` the colon before it.
fn separator(text: &str, scp_style: bool) -> Option<usize> {
    let slash = text.find('/');
    if !scp_style {
        return slash;
    }
    let colon = text.find(':');
    match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    }
}

/// The path of the repository and the directory in it: by a marker (`_git/`, `//`, `.git`), otherwise after two segments (all of them for files).
fn split_path(path: &str, is_file: bool) -> Option<(String, String)> {
    let owned = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    if let Some(at) = path.find("_git/") {
        let repo = at + "_git/".len();
        let end = path[repo..].find('/').map_or(path.len(), |i| repo + i);
        return owned(&path[..end], path[end..].strip_prefix('/').unwrap_or(""));
    }
    if let Some(at) = path.find("//") {
        return owned(&path[..at], &path[at + 2..]);
    }
    if let Some(at) = path.find(".git") {
        return owned(&path[..at + 4], &path[at + 4..]);
    }
    if is_file {
        return owned(path, "");
    }
    let first = path.find('/')?;
    match path[first + 1..].find('/') {
        Some(second) => owned(&path[..first + 1 + second], &path[first + second + 2..]),
        None => owned(path, ""),
    }
}

struct Query {
    reference: String,
    timeout: Duration,
    submodules: bool,
}

impl Query {
    /// A query that is wrong anywhere counts as none.
    fn parse(query: &str) -> Query {
        let mut out = Query { reference: String::new(), timeout: DEFAULT_TIMEOUT, submodules: true };
        let Some(pairs) = query_pairs(query) else { return out };
        let get = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty());
        out.reference = get("ref").or_else(|| get("version")).unwrap_or_default().to_owned();
        if let Some(timeout) = get("timeout").and_then(parse_timeout) {
            out.timeout = timeout;
        }
        match get("submodules") {
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => out.submodules = false,
            _ => out.submodules = true,
        }
        out
    }
}

fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if pair.contains(';') {
                return None;
            }
            Some((unescape(name, true)?, unescape(value, true)?))
        })
        .collect()
}

/// Percent decoding; `None` for a wrong escape. Bytes that are not UTF-8 then become replacement characters: no reference has them.
fn unescape(text: &str, plus_is_space: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let (high, low) = (bytes.next()?, bytes.next()?);
                (char::from(high).to_digit(16)? * 16 + char::from(low).to_digit(16)?) as u8
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// Whole seconds, or a duration as Go writes it (`1m30s`); `None` for anything that is not positive.
fn parse_timeout(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<i64>() {
        return u64::try_from(seconds).ok().filter(|s| *s > 0).map(Duration::from_secs);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut nanoseconds = 0_u128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|end| *end > 0)?;
        let unit_end = rest[number..].find(|c: char| c.is_ascii_digit() || c == '.').map_or(rest.len(), |i| number + i);
        let unit: u128 = match &rest[number..unit_end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = rest[..number].split_once('.').unwrap_or((&rest[..number], ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()?.into() };
        nanoseconds = nanoseconds.checked_add(whole.checked_mul(unit)?)?;
        // More digits than these are below a nanosecond of an hour.
        let digits = &fraction[..fraction.len().min(18)];
        if !digits.is_empty() {
            nanoseconds += digits.parse::<u128>().ok()? * unit / 10_u128.pow(digits.len() as u32);
        }
        rest = &rest[unit_end..];
    }
    let nanoseconds = i64::try_from(nanoseconds).ok().filter(|n| *n > 0)?;
    Some(Duration::from_nanos(nanoseconds.unsigned_abs()))
}

#[cfg(test)]
#[path = "repo_spec_tests.rs"]
mod tests;

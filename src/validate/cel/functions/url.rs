//! URLs: `url('https://a.example:8443/x').getPort()`.

use std::collections::HashMap;

use cel::common::functions::Function;
use cel::common::types::{CelBool, CelList, CelMap, CelMapKey, CelString, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env};

use super::{Answer, answer, failed, own_value, text, value};

/// The parts of a URL, as they are written.
#[derive(Clone, PartialEq, Default, Debug)]
struct Url {
    scheme: String,
    host: String,
    path: String,
    query: String,
}

own_value!(Url, "kubernetes.URL");

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload("url", "url(string)", vec![STRING_TYPE], url)?;
    env.add_overload("isURL", "isURL(string)", vec![STRING_TYPE], is_url)?;
    for (name, function) in [
        ("getScheme", (|it| part(&it, |url| &url.scheme)) as Function),
        ("getHost", |it| part(&it, |url| &url.host)),
        ("getHostname", |it| part(&it, Url::hostname)),
        ("getPort", |it| part(&it, Url::port)),
        ("getEscapedPath", |it| part(&it, |url| &url.path)),
        ("getQuery", query),
    ] {
        env.add_member_overload(name, &format!("url.{name}()"), Url::own_type(), vec![], function)?;
    }
    Ok(())
}

impl Url {
    /// An absolute URL, or an absolute path; nothing else, and no fragment.
    fn parse(text: &str) -> Option<Url> {
        let is_plain = |text: &str| !text.bytes().any(|b| b <= b' ' || b == 0x7f);
        if text.is_empty() || !is_plain(text) || !escapes_are_whole(text) {
            return None;
        }
        let (rest, query) = text.split_once('?').unwrap_or((text, ""));
        let mut url = Url { query: query.to_owned(), ..Url::default() };
        if rest.starts_with('/') && !rest.starts_with("//") {
            url.path = rest.to_owned();
            return Some(url);
        }
        let rest = match rest.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => {
                url.scheme = scheme.to_ascii_lowercase();
                rest
            }
            _ => rest,
        };
        let authority = rest.strip_prefix("//");
        if url.scheme.is_empty() && authority.is_none() {
            return None;
        }
        match authority {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                let host = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
                url.host = host.to_owned();
                url.path = rest[end..].to_owned();
                url.has_good_host().then_some(url)
            }
            // `mailto:x` has neither host nor path.
            None => {
                url.path = if rest.starts_with('/') { rest.to_owned() } else { String::new() };
                Some(url)
            }
        }
    }

    fn has_good_host(&self) -> bool {
        let port = match self.host.strip_prefix('[') {
            Some(six) => match six.split_once(']') {
                Some((_, port)) => port,
                None => return false,
            },
            None if self.host.matches(':').count() > 1 => return false,
            None => self.host.find(':').map_or("", |at| &self.host[at..]),
        };
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
    }

    fn hostname(&self) -> &str {
        match self.host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((six, _)) => six,
            None => self.host.split(':').next().unwrap_or(""),
        }
    }

    fn port(&self) -> &str {
        let behind = self.host.rfind(']').map_or(0, |at| at + 1);
        self.host[behind..].split_once(':').map_or("", |(_, port)| port)
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn escapes_are_whole(text: &str) -> bool {
    let is_hex = |at: Option<&u8>| at.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|at| bytes[*at] == b'%').all(|at| is_hex(bytes.get(at + 1)) && is_hex(bytes.get(at + 2)))
}

/// Whether a text is a URL or an absolute path.
pub(super) fn is_uri(text: &str) -> bool {
    Url::parse(text).is_some()
}

fn url<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(Url::parse(text(&arguments[0])?).ok_or_else(|| failed("url", "this is no URL"))?)
}

fn is_url<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(Url::parse(text(&arguments[0])?).is_some()))
}

fn part<'b, 'v>(arguments: &[CowVal<'b, 'v>], part: fn(&Url) -> &str) -> Answer<'b, 'v> {
    answer(CelString::from(part(value::<Url>(&arguments[0])?).to_owned()))
}

fn query<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let mut all: HashMap<String, Vec<Box<dyn Val + 'v>>> = HashMap::new();
    for pair in value::<Url>(&arguments[0])?.query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        all.entry(unescaped(key)).or_default().push(Box::new(CelString::from(unescaped(value))));
    }
    let entry = |(key, values)| (CelMapKey::from(key), Box::new(CelList::from(values)) as Box<dyn Val + 'v>);
    answer(CelMap::from(all.into_iter().map(entry).collect::<HashMap<_, _>>()))
}

fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

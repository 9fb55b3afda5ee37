//! Which proxy a URL is fetched through: the rules of the reference's HTTP client.

use std::net::IpAddr;

/// The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (upper case first); `None` is a direct connection. Loopback addresses are always
/// reached directly.
pub fn proxy_for(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let get = |name: &str| {
        let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()))?;
        Some(value).filter(|value| !value.is_empty())
    };
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let https = scheme.eq_ignore_ascii_case("https");
    let (host, port) = split_port(authority);
    let port = port.unwrap_or(if https { "443" } else { "80" });
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|a| a.is_loopback()) {
        return None;
    }
    let proxy = get(if https { "HTTPS_PROXY" } else { "HTTP_PROXY" })?;
    let exceptions = get("NO_PROXY").unwrap_or_default();
    let direct = exceptions.split(',').any(|entry| matches(entry.trim(), &host, port, address));
    (!direct).then_some(proxy)
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').unwrap_or((rest, ""));
        return (host, after.strip_prefix(':'));
    }
    match authority.split_once(':') {
        // An IPv6 address without brackets has more colons, and no port.
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn matches(entry: &str, host: &str, port: &str, address: Option<IpAddr>) -> bool {
    if entry.is_empty() {
        return false;
    }
    if entry == "*" {
        return true;
    }
    let entry = entry.to_ascii_lowercase();
    if let Some((network, bits)) = entry.split_once('/') {
        let (Ok(network), Ok(bits), Some(address)) = (network.parse::<IpAddr>(), bits.parse::<u32>(), address) else {
            return false;
        };
        return in_network(address, network, bits);
    }
    let (name, wanted_port) = split_port(&entry);
    if wanted_port.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(wanted) = name.parse::<IpAddr>() {
        return address == Some(wanted);
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    match name.strip_prefix('.') {
        Some(_) => host.ends_with(name),
        None => host == name || host.strip_suffix(name).is_some_and(|start| start.ends_with('.')),
    }
}

fn in_network(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(a) & mask == u32::from(n) & mask
        }
        (IpAddr::V6(a), IpAddr::V6(n)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(a) & mask == u128::from(n) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::proxy_for;

    #[test]
    fn chooses_by_scheme_and_exception() {
        let variables = |name: &str| match name {
            "https_proxy" => Some("http://secure:1".to_owned()),
            "HTTP_PROXY" => Some("http://plain:2".to_owned()),
            "NO_PROXY" => Some("corp.test, .sub.test,10.0.0.0/8,port.test:8080,192.0.2.1,*.star.test".to_owned()),
            _ => None,
        };
        for (url, want) in [
            ("https://host/x", Some("http://secure:1")),
            ("http://user:p@host:80/x", Some("http://plain:2")),
            ("http://localhost:8080/x", None),
            ("http://127.0.0.9/x", None),
            ("http://[::1]:80/x", None),
            ("https://corp.test/x", None),
            ("https://a.corp.test?x", None),
            ("https://notcorp.test/x", Some("http://secure:1")),
            ("https://sub.test/x", Some("http://secure:1")),
            ("https://a.sub.test/x", None),
            ("https://a.star.test/x", None),
            ("https://10.1.2.3/x", None),
            ("https://11.1.2.3/x", Some("http://secure:1")),
            ("http://192.0.2.1/x", None),
            ("http://port.test:8080/x", None),
            ("http://port.test/x", Some("http://plain:2")),
        ] {
            assert_eq!(proxy_for(url, variables).as_deref(), want, "{url}");
        }
        assert_eq!(proxy_for("https://host/x", |name| (name == "HTTP_PROXY").then(|| "x".to_owned())), None);
    }
}

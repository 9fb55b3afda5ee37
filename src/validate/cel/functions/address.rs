//! Addresses and networks: `ip('10.0.0.1').family()`, `cidr('10.0.0.0/8').containsIP('10.1.1.1')`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cel::common::functions::Function;
use cel::common::types::{CelBool, CelInt, CelString, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};

use super::{Answer, answer, failed, own_value, text, value};

#[derive(Clone, PartialEq, Debug)]
struct Ip(IpAddr);

/// A network; the address may have bits that the mask does not.
#[derive(Clone, PartialEq, Debug)]
struct Cidr {
    address: IpAddr,
    length: u8,
}

own_value!(Ip, "net.IP");
own_value!(Cidr, "net.CIDR");

pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    for (name, function) in
        [("ip", ip as Function), ("isIP", is_ip), ("cidr", cidr), ("isCIDR", is_cidr), ("ip.isCanonical", is_canonical)]
    {
        env.add_overload(name, &format!("{name}(string)"), vec![STRING_TYPE], function)?;
    }
    env.add_overload("string", "string(net.IP)", vec![Ip::own_type()], shown)?;
    env.add_overload("string", "string(net.CIDR)", vec![Cidr::own_type()], shown)?;
    for (name, function) in [
        ("family", family as Function),
        ("isUnspecified", |it| asked(&it, |ip| ip.is_unspecified())),
        ("isLoopback", |it| asked(&it, |ip| ip.is_loopback())),
        ("isLinkLocalMulticast", |it| asked(&it, is_link_local_multicast)),
        ("isLinkLocalUnicast", |it| asked(&it, is_link_local_unicast)),
        ("isGlobalUnicast", |it| asked(&it, is_global_unicast)),
    ] {
        env.add_member_overload(name, &format!("ip.{name}()"), Ip::own_type(), vec![], function)?;
    }
    for (name, function) in [("ip", address as Function), ("masked", masked), ("prefixLength", length)] {
        env.add_member_overload(name, &format!("cidr.{name}()"), Cidr::own_type(), vec![], function)?;
    }
    for argument in [STRING_TYPE, Ip::own_type()] {
        let id = format!("cidr.containsIP({})", argument.name());
        env.add_member_overload("containsIP", &id, Cidr::own_type(), vec![argument], contains_ip)?;
    }
    for argument in [STRING_TYPE, Cidr::own_type()] {
        let id = format!("cidr.containsCIDR({})", argument.name());
        env.add_member_overload("containsCIDR", &id, Cidr::own_type(), vec![argument], contains_cidr)?;
    }
    Ok(())
}

/// An address as Kubernetes takes it: no zone, no IPv4 in the clothes of IPv6.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let ip: IpAddr = text.parse().ok()?;
    let is_mapped = matches!(ip, IpAddr::V6(six) if six.to_ipv4_mapped().is_some());
    (!is_mapped).then_some(ip)
}

fn parse_cidr(text: &str) -> Option<Cidr> {
    let (address, length) = text.split_once('/')?;
    let address = parse_ip(address)?;
    let is_number = length == "0" || (!length.starts_with('0') && length.bytes().all(|b| b.is_ascii_digit()));
    let length = length.parse().ok().filter(|it| is_number && *it <= bits(address))?;
    Some(Cidr { address, length })
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl Cidr {
    fn network(&self) -> IpAddr {
        masked_to(self.address, self.length)
    }

    fn contains(&self, other: IpAddr) -> bool {
        bits(other) == bits(self.address) && masked_to(other, self.length) == self.network()
    }
}

fn masked_to(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(four) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & mask))
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & mask))
        }
    }
}

fn is_link_local_multicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(four) => four.octets()[..3] == [224, 0, 0],
        IpAddr::V6(six) => six.octets()[0] == 0xff && six.octets()[1] & 0x0f == 2,
    }
}

fn is_link_local_unicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    }
}

fn is_global_unicast(ip: &IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(four) if four.is_broadcast());
    !(broadcast || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || is_link_local_unicast(ip))
}

fn ip<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(Ip(parse_ip(text(&arguments[0])?).ok_or_else(|| failed("ip", "this is no address"))?))
}

fn is_ip<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(parse_ip(text(&arguments[0])?).is_some()))
}

fn is_canonical<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let written = text(&arguments[0])?;
    let ip = parse_ip(written).ok_or_else(|| failed("ip.isCanonical", "this is no address"))?;
    answer(CelBool::from(ip.to_string() == written))
}

fn cidr<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(parse_cidr(text(&arguments[0])?).ok_or_else(|| failed("cidr", "this is no network"))?)
}

fn is_cidr<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelBool::from(parse_cidr(text(&arguments[0])?).is_some()))
}

fn shown<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let shown = match value::<Ip>(&arguments[0]) {
        Ok(Ip(ip)) => ip.to_string(),
        Err(_) => value::<Cidr>(&arguments[0]).map(|cidr| format!("{}/{}", cidr.address, cidr.length))?,
    };
    answer(CelString::from(shown))
}

fn asked<'b, 'v>(arguments: &[CowVal<'b, 'v>], question: fn(&IpAddr) -> bool) -> Answer<'b, 'v> {
    answer(CelBool::from(question(&value::<Ip>(&arguments[0])?.0)))
}

fn family<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelInt::from(if value::<Ip>(&arguments[0])?.0.is_ipv4() { 4 } else { 6 }))
}

fn address<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(Ip(value::<Cidr>(&arguments[0])?.address))
}

fn masked<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let cidr = value::<Cidr>(&arguments[0])?;
    answer(Cidr { address: cidr.network(), length: cidr.length })
}

fn length<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    answer(CelInt::from(i64::from(value::<Cidr>(&arguments[0])?.length)))
}

fn contains_ip<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Answer<'b, 'v> {
    let ip = match value::<Ip>(&arguments[1]) {
        Ok(Ip(ip)) => *ip,
        Err(_) => parse_ip(text(&arguments[1])?).ok_or_else(|| failed("containsIP", "this is no address"))?,
    };
    answer(CelBool::from(value::<Cidr>(&arguments[0])?.contains(ip)))
}

fn contains_cidr<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let outer = value::<Cidr>(&arguments[0])?;
    let inner = match value::<Cidr>(&arguments[1]) {
        Ok(inner) => inner.clone(),
        Err(_) => parse_cidr(text(&arguments[1])?).ok_or_else(|| failed("containsCIDR", "this is no network"))?,
    };
    answer(CelBool::from(outer.length <= inner.length && outer.contains(inner.address)))
}

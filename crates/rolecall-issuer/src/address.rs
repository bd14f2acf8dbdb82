//! Which addresses may be connected to: an issuer is named by whoever registers a provider, and must not become a way
//! into the network that rolecall runs in.
//!
//! Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6052 (NAT64); the clouds' pages on their
//! metadata addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address may be connected to. `allow_local` admits loopback and private networks and nothing else of what
/// is refused; addresses of metadata services stay refused.
///
/// # Errors
/// Says what sort of address it is.
pub fn check(address: IpAddr, allow_local: bool) -> Result<(), &'static str> {
    match address {
        IpAddr::V4(address) => check_v4(address, allow_local),
        IpAddr::V6(address) => check_v6(address, allow_local),
    }
}

/// Whether an address is this machine's own, in any notation.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Ranges of IPv4 that are refused: network, prefix length, what it is, whether local issuers may live there. The first
/// that fits counts; what fits none is public.
const V4: [(Ipv4Addr, u32, &str, bool); 18] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network", false),
    (Ipv4Addr::new(100, 100, 100, 200), 32, "a cloud's metadata service", false),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's metadata service", false),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local, where clouds keep their metadata service", false),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network", true),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared address space of carriers", true),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback", true),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network", true),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network", true),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols", false),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "reserved for documentation", false),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "6to4 relays", false),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "reserved for benchmarks", false),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "reserved for documentation", false),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "reserved for documentation", false),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast", false),
    (Ipv4Addr::BROADCAST, 32, "broadcast", false),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved", false),
];

/// Ranges of IPv6, likewise; what fits none and is not of `2000::/3` is refused too.
const V6: [(Ipv6Addr, u32, &str, bool); 15] = [
    (Ipv6Addr::LOCALHOST, 128, "loopback", true),
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified", false),
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32, "a cloud's metadata service", false),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, "a cloud's metadata service", false),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private network", true),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local", false),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local", false),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast", false),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "NAT64 of a local network", false),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "discard-only", false),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "Teredo", false),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved for protocols", false),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "reserved for documentation", false),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "reserved for documentation", false),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4", false),
];

fn check_v4(address: Ipv4Addr, allow_local: bool) -> Result<(), &'static str> {
    let within =
        |network: Ipv4Addr, length: u32| (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0;
    match V4.iter().find(|(network, length, ..)| within(*network, *length)) {
        Some((_, _, what, local)) if !(*local && allow_local) => Err(what),
        _ => Ok(()),
    }
}

fn check_v6(address: Ipv6Addr, allow_local: bool) -> Result<(), &'static str> {
    if let Some(inner) = embedded(address) {
        return check_v4(inner, allow_local);
    }
    let within =
        |network: Ipv6Addr, length: u32| (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0;
    match V6.iter().find(|(network, length, ..)| within(*network, *length)) {
        Some((_, _, what, local)) if !(*local && allow_local) => Err(what),
        None if !within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3) => {
            Err("not of the public address space")
        }
        _ => Ok(()),
    }
}

/// The IPv4 address that packets really go to: mapped addresses (RFC 4291 §2.5.5.2), and the well-known prefix of
/// NAT64 (RFC 6052 §2.1), through which networks without IPv4 reach every public issuer.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0).to_bits();
    let low = u32::try_from(address.to_bits() & u128::from(u32::MAX)).ok()?;
    let is_nat64 = address.to_bits() >> 32 == nat64 >> 32;
    address.to_ipv4_mapped().or_else(|| is_nat64.then(|| Ipv4Addr::from_bits(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Address, what is said of it, and whether local issuers may have it; both ends of every range and what is beside.
    const TABLE: &[(&str, Option<&str>, bool)] = &[
        ("0.0.0.0", Some("this network"), false),
        ("0.255.255.255", Some("this network"), false),
        ("1.0.0.0", None, true),
        ("9.255.255.255", None, true),
        ("10.0.0.0", Some("private"), true),
        ("10.255.255.255", Some("private"), true),
        ("11.0.0.0", None, true),
        ("100.63.255.255", None, true),
        ("100.64.0.0", Some("shared"), true),
        ("100.100.100.200", Some("metadata"), false),
        ("100.127.255.255", Some("shared"), true),
        ("100.128.0.0", None, true),
        ("126.255.255.255", None, true),
        ("127.0.0.1", Some("loopback"), true),
        ("127.255.255.255", Some("loopback"), true),
        ("128.0.0.0", None, true),
        ("168.63.129.16", Some("metadata"), false),
        ("168.63.129.17", None, true),
        ("169.253.255.255", None, true),
        ("169.254.0.0", Some("link-local"), false),
        ("169.254.169.254", Some("metadata"), false),
        ("169.254.170.2", Some("metadata"), false),
        ("169.254.170.23", Some("metadata"), false),
        ("169.254.255.255", Some("link-local"), false),
        ("169.255.0.0", None, true),
        ("172.15.255.255", None, true),
        ("172.16.0.0", Some("private"), true),
        ("172.31.255.255", Some("private"), true),
        ("172.32.0.0", None, true),
        ("191.255.255.255", None, true),
        ("192.0.0.192", Some("protocols"), false),
        ("192.0.1.0", None, true),
        ("192.0.2.1", Some("documentation"), false),
        ("192.88.99.1", Some("6to4"), false),
        ("192.167.255.255", None, true),
        ("192.168.0.1", Some("private"), true),
        ("192.169.0.0", None, true),
        ("198.17.255.255", None, true),
        ("198.18.0.0", Some("benchmarks"), false),
        ("198.19.255.255", Some("benchmarks"), false),
        ("198.20.0.0", None, true),
        ("198.51.100.7", Some("documentation"), false),
        ("203.0.113.7", Some("documentation"), false),
        ("203.0.114.0", None, true),
        ("223.255.255.255", None, true),
        ("224.0.0.1", Some("multicast"), false),
        ("239.255.255.255", Some("multicast"), false),
        ("240.0.0.1", Some("reserved"), false),
        ("255.255.255.255", Some("broadcast"), false),
        ("::", Some("unspecified"), false),
        ("::1", Some("loopback"), true),
        ("::2", Some("public"), false),
        ("::7f00:1", Some("public"), false),
        ("::ffff:1.1.1.1", None, true),
        ("::ffff:127.0.0.1", Some("loopback"), true),
        ("::ffff:10.1.2.3", Some("private"), true),
        ("::ffff:169.254.169.254", Some("metadata"), false),
        ("::ffff:0:1.1.1.1", Some("public"), false),
        ("64:ff9b::1.1.1.1", None, true),
        ("64:ff9b::10.0.0.1", Some("private"), true),
        ("64:ff9b::169.254.169.254", Some("metadata"), false),
        ("64:ff9b:0:0:0:1:101:101", Some("public"), false),
        ("64:ff9b:1::1.1.1.1", Some("NAT64"), false),
        ("100::1", Some("discard"), false),
        ("1fff::1", Some("public"), false),
        ("2000::1", None, true),
        ("2001::1", Some("Teredo"), false),
        ("2001:2::1", Some("protocols"), false),
        ("2001:10::1", Some("protocols"), false),
        ("2001:1ff::1", Some("protocols"), false),
        ("2001:200::1", None, true),
        ("2001:db7::1", None, true),
        ("2001:db8::1", Some("documentation"), false),
        ("2001:db9::1", None, true),
        ("2002:7f00:1::", Some("6to4"), false),
        ("2002:a9fe:a9fe::1", Some("6to4"), false),
        ("2003::1", None, true),
        ("2600:1f18::1", None, true),
        ("2a05:d018::1", None, true),
        ("3ffe::1", None, true),
        ("3fff::1", Some("documentation"), false),
        ("3fff:1000::1", None, true),
        ("4000::1", Some("public"), false),
        ("5f00::1", Some("public"), false),
        ("fc00::1", Some("private"), true),
        ("fd00:ec1::254", Some("private"), true),
        ("fd00:ec2::254", Some("metadata"), false),
        ("fd00:ec2::23", Some("metadata"), false),
        ("fd20:ce::254", Some("metadata"), false),
        ("fdff::1", Some("private"), true),
        ("fe00::1", Some("public"), false),
        ("fe80::1", Some("link-local"), false),
        ("febf::1", Some("link-local"), false),
        ("fec0::1", Some("site-local"), false),
        ("ff02::1", Some("multicast"), false),
    ];

    #[test]
    fn addresses() {
        for (text, what, local) in TABLE {
            let address: IpAddr = text.parse().unwrap();
            match (check(address, false), what) {
                (Ok(()), None) => {}
                (Err(said), Some(what)) if said.contains(what) => {}
                (said, what) => panic!("{text}: {said:?}, wanted {what:?}"),
            }
            assert_eq!(check(address, true).is_ok(), *local, "{text} for local issuers");
        }
    }

    #[test]
    fn loopback() {
        for (text, wanted) in
            [("127.9.9.9", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false)]
        {
            assert_eq!(is_loopback(text.parse().unwrap()), wanted, "{text}");
        }
    }
}

//! Addresses and networks: CIDR, IPv4 and IPv6; the families never match each other (rule 5.9).

use std::net::IpAddr;

/// A network: an address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
    v4: bool,
}

/// Reads an address or a network; an address alone is a single host. Host bits beyond the prefix are left out of account.
#[must_use]
pub fn parse(text: &str) -> Option<Network> {
    let (address, prefix) = match text.split_once('/') {
        Some((_, prefix)) if !prefix.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let (bits, width, v4) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32, true),
        IpAddr::V6(address) => (u128::from(address), 128, false),
    };
    let prefix = prefix.unwrap_or(width);
    if prefix > width {
        return None;
    }
    let mask = u128::MAX.checked_shl(width - prefix).unwrap_or(0);
    Some(Network { bits: bits & mask, mask, v4 })
}

impl Network {
    /// Whether another network or address lies inside this one.
    #[must_use]
    pub fn holds(&self, other: &Network) -> bool {
        self.v4 == other.v4 && other.mask & self.mask == self.mask && other.bits & self.mask == self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        let holds = |network, address| parse(network).unwrap().holds(&parse(address).unwrap());
        assert!(holds("203.0.113.0/24", "203.0.113.7"));
        assert!(holds("203.0.113.9/24", "203.0.113.7"));
        assert!(!holds("203.0.113.0/24", "203.0.114.7"));
        assert!(holds("0.0.0.0/0", "10.0.0.1"));
        assert!(!holds("0.0.0.0/0", "::1"));
        assert!(!holds("::/0", "10.0.0.1"));
        assert!(holds("2001:db8::/32", "2001:DB8::1"));
        assert!(holds("203.0.113.7", "203.0.113.7"));
        assert!(
            ["", "203.0.113", "203.0.113.7/33", "203.0.113.7/+8", "::/129", "host"]
                .iter()
                .all(|text| parse(text).is_none())
        );
    }
}

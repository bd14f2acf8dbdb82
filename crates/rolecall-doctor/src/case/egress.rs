//! Whether the network policies that were read let the pod reach an address on port 443.
//!
//! Source: Kubernetes documentation, "Network Policies": a pod that any policy selects for egress may only go where
//! one of those policies lets it.

use std::net::Ipv4Addr;

use rolecall_model::document::{At, Located};
use rolecall_model::evidence::token::JsonObject;
use rolecall_model::json::{Kind, Node};

use super::Case;

/// A network policy that keeps the pod from an address.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// Where the policy lists what it admits.
    pub at: At,
    /// The policy's name.
    pub policy: String,
    /// The address, and where it was seen.
    pub address: Located<Ipv4Addr>,
}

impl Case<'_> {
    /// Addresses that texts show for a host, or in a failed connection where no host is named.
    #[must_use]
    pub fn addresses(&self, host: Option<&str>) -> Vec<Located<Ipv4Addr>> {
        let lines = self.lines();
        let names = |line: &str| match host {
            Some(host) => line.contains(host),
            None => line.contains("dial tcp") || line.contains("connect E") || line.contains("Connect to"),
        };
        let shown = lines.into_iter().filter(|line| names(&line.value));
        shown
            .flat_map(|line| ipv4(&line.value).into_iter().map(move |ip| Located::new(ip, line.at)))
            .collect()
    }

    /// The policy that keeps the pod from the first such address that none admits.
    #[must_use]
    pub fn blocked(&self, host: Option<&str>) -> Option<Blocked> {
        let all = self.pod().network_policies.present()?;
        let governing: Vec<_> = all.iter().filter(|policy| self.governs(policy)).collect();
        let first = *governing.first()?;
        let admitted =
            |ip: Ipv4Addr| governing.iter().flat_map(|policy| rules(policy)).any(|rule| admits(rule, ip));
        let address = self.addresses(host).into_iter().find(|address| !admitted(address.value))?;
        let egress = first.node.path(&["spec", "egress"]).or_else(|| first.node.get("spec"))?;
        let name = first.node.path(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("?");
        Some(Blocked { at: first.at(egress), policy: name.to_owned(), address })
    }

    /// Whether the policy selects the pod for egress.
    fn governs(&self, policy: &JsonObject) -> bool {
        let types = policy.node.path(&["spec", "policyTypes"]).map(Node::one_or_many).unwrap_or_default();
        let egress = types.iter().any(|kind| kind.as_str() == Some("Egress"))
            || (types.is_empty() && policy.node.path(&["spec", "egress"]).is_some());
        let labels = policy.node.path(&["spec", "podSelector", "matchLabels"]).map(Node::members);
        let wanted = labels.unwrap_or_default();
        let pod = self.pod().pod.present();
        let carries = |key: &str, value: &Node| {
            let mut labels = pod.iter().flat_map(|pod| &pod.labels);
            labels.any(|label| label.key.value == key && value.scalar() == Some(label.value.value.as_str()))
        };
        egress && wanted.iter().all(|label| carries(&label.key, &label.value))
    }
}

fn rules(policy: &JsonObject) -> &[Node] {
    policy.node.path(&["spec", "egress"]).map(Node::elements).unwrap_or_default()
}

/// Whether an egress rule admits TCP 443 to the address. Selectors of pods and namespaces admit no outside address.
fn admits(rule: &Node, ip: Ipv4Addr) -> bool {
    let ports = rule.get("ports").map(Node::elements).unwrap_or_default();
    let port = |port: &Node| {
        let tcp = port.get("protocol").and_then(Node::as_str).is_none_or(|name| name == "TCP");
        let number = port.get("port").and_then(Node::as_integer);
        let end = port.get("endPort").and_then(Node::as_integer).or(number);
        let named = port.get("port").is_some_and(|port| matches!(port.kind, Kind::String(_)));
        tcp && (port.get("port").is_none()
            || named
            || number.zip(end).is_some_and(|(from, to)| from <= 443 && 443 <= to))
    };
    if !ports.is_empty() && !ports.iter().any(port) {
        return false;
    }
    let Some(to) = rule.get("to") else { return true };
    let inside = |cidr: &str| in_range(cidr, ip) == Some(true);
    to.elements().is_empty()
        || to.elements().iter().filter_map(|peer| peer.get("ipBlock")).any(|block| {
            let except = block.get("except").map(Node::elements).unwrap_or_default();
            block.get("cidr").and_then(Node::as_str).is_some_and(inside)
                && !except.iter().filter_map(Node::as_str).any(inside)
        })
}

fn in_range(cidr: &str, ip: Ipv4Addr) -> Option<bool> {
    let (base, bits) = cidr.split_once('/')?;
    let (base, bits): (Ipv4Addr, u32) = (base.parse().ok()?, bits.parse().ok()?);
    let mask = u32::MAX.checked_shl(32_u32.checked_sub(bits)?).unwrap_or(0);
    Some(u32::from(base) & mask == u32::from(ip) & mask)
}

/// Public-looking IPv4 addresses in a line, ports cut off.
fn ipv4(line: &str) -> Vec<Ipv4Addr> {
    let words = line.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let addresses = words.filter_map(|word| word.trim_matches('.').parse::<Ipv4Addr>().ok());
    addresses.filter(|ip| !ip.is_private() && !ip.is_loopback() && !ip.is_link_local()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_rules() {
        let ip = |text: &str| text.parse::<Ipv4Addr>().unwrap();
        assert_eq!(in_range("203.0.113.0/24", ip("203.0.113.25")), Some(true));
        assert_eq!(in_range("0.0.0.0/0", ip("203.0.113.25")), Some(true));
        assert_eq!(in_range("203.0.113.0/33", ip("203.0.113.25")), None);
        assert_eq!(ipv4("dial tcp 203.0.113.25:443: i/o timeout from 10.0.0.1"), [ip("203.0.113.25")]);
        let table = [
            (r#"{}"#, true),
            (r#"{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}"#, true),
            (r#"{"to": [{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.25/32"]}}]}"#, false),
            (r#"{"to": [{"namespaceSelector": {}}]}"#, false),
            (r#"{"ports": [{"port": 53, "protocol": "UDP"}]}"#, false),
            (r#"{"ports": [{"port": 400, "endPort": 500}]}"#, true),
        ];
        for (rule, wanted) in table {
            let rule_node = rolecall_model::json::parse(rule).root.unwrap();
            assert_eq!(admits(&rule_node, ip("203.0.113.25")), wanted, "{rule}");
        }
    }
}

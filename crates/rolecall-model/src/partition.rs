//! Partitions of AWS: where a region lies, and the host of its STS.

/// The partition of a region by its name, as AWS names regions (`cn-…`, `us-gov-…`, `us-iso…`, `eusc-…`).
#[must_use]
pub fn of_region(region: &str) -> &'static str {
    let table = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ];
    table.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Words that stand between the first part of a region's name and its number. New regions use the same ones.
const REGION_WORDS: [&str; 15] = [
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "gov",
    "iso",
    "isob",
    "isoe",
    "isof",
    "de",
];

/// Whether a text has the shape of a region: `xx-word-N` or `xx-word-word-N`, of the words that regions are named by.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let (Some(last), Some(first)) = (parts.last(), parts.first()) else { return false };
    (3..=4).contains(&parts.len())
        && (2..=4).contains(&first.len())
        && parts
            .iter()
            .rev()
            .skip(1)
            .take(parts.len().saturating_sub(2))
            .all(|part| REGION_WORDS.contains(part))
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && !last.is_empty()
        && last.len() <= 2
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a host is among the endpoints of STS (reference: AWS General Reference, STS endpoints).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StsHost {
    /// `sts.amazonaws.com`, answered for classic regions of the `aws` partition.
    Global,
    /// `sts.REGION.amazonaws.com`, its FIPS, China and dual-stack forms.
    Regional {
        /// The region in the host.
        region: String,
    },
    /// A VPC endpoint's own name.
    Vpc,
    /// A host that looks like STS but is none: `sts.minio.amazonaws.com`, `s3.…`.
    NotSts,
}

/// Tells which endpoint of STS a host is; a port is taken off.
#[must_use]
pub fn sts_host(host: &str) -> StsHost {
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    if host == "sts.amazonaws.com" {
        return StsHost::Global;
    }
    if host.ends_with(".vpce.amazonaws.com") || host.ends_with(".vpce.amazonaws.com.cn") {
        return StsHost::Vpc;
    }
    let rest = host.strip_prefix("sts-fips.").or_else(|| host.strip_prefix("sts."));
    let suffixes =
        [".amazonaws.com.cn", ".amazonaws.com", ".api.amazonwebservices.com.cn", ".api.aws", ".amazonaws.eu"];
    let region = rest.and_then(|rest| suffixes.iter().find_map(|suffix| rest.strip_suffix(suffix)));
    match region {
        Some(region) if is_region(region) && suffix_fits(&host, region) => {
            StsHost::Regional { region: region.to_owned() }
        }
        _ => StsHost::NotSts,
    }
}

fn suffix_fits(host: &str, region: &str) -> bool {
    (of_region(region) == "aws-cn") == host.ends_with(".cn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let regional = |region: &str| StsHost::Regional { region: region.into() };
        let table = [
            ("sts.amazonaws.com", StsHost::Global),
            ("sts.eu-west-1.amazonaws.com:443", regional("eu-west-1")),
            ("sts.us-gov-west-1.amazonaws.com", regional("us-gov-west-1")),
            ("sts-fips.us-east-1.amazonaws.com", regional("us-east-1")),
            ("sts.cn-north-1.amazonaws.com.cn", regional("cn-north-1")),
            ("sts.cn-north-1.amazonaws.com", StsHost::NotSts),
            ("sts.eu-west-1.amazonaws.com.cn", StsHost::NotSts),
            ("sts.eu-west-1.api.aws", regional("eu-west-1")),
            ("sts.minio.amazonaws.com", StsHost::NotSts),
            ("s3.eu-west-1.amazonaws.com", StsHost::NotSts),
            ("vpce-1-2.sts.eu-west-1.vpce.amazonaws.com", StsHost::Vpc),
        ];
        for (host, wanted) in table {
            assert_eq!(sts_host(host), wanted, "{host}");
        }
        assert_eq!(of_region("us-gov-east-1"), "aws-us-gov");
        assert!(!is_region("minio"));
        assert!(is_region("ap-southeast-2"));
    }
}

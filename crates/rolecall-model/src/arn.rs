//! Amazon Resource Names: six parts divided by colons, the last of which may hold more colons.

use std::fmt;

/// A parsed ARN. Parts are kept as written; nothing is normalised.
///
/// Source: IAM User Guide, "Amazon Resource Names (ARNs)".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: String,
    /// `iam`, `sts`, `s3` …
    pub service: String,
    /// Empty for IAM.
    pub region: String,
    /// Twelve digits, empty, or `aws` for AWS's own policies.
    pub account: String,
    /// Everything after the fifth colon.
    pub resource: String,
}

/// Why a text is no role ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleArnFlaw {
    /// Nothing stands there.
    Empty,
    /// It still holds an unrendered variable such as `${ACCOUNT}` or `<account>`.
    Unrendered,
    /// It does not have the six parts of an ARN.
    NotAnArn,
    /// The ARN is one of another service, such as `sts` for an assumed-role session.
    OtherService,
    /// The account is not twelve digits.
    Account,
    /// The resource is not `role/…`: a policy, a user, an instance profile.
    NotARole,
    /// White space, quotes or other characters that no ARN has stand around or inside it.
    Characters,
}

impl Arn {
    /// Reads an ARN; `None` if the text has fewer than six parts or does not begin with `arn:`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Arn> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let mut next = || parts.next().map(str::to_owned);
        let arn = Arn {
            partition: next()?,
            service: next()?,
            region: next()?,
            account: next()?,
            resource: next()?,
        };
        (!arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty()).then_some(arn)
    }

    /// The role's name without its path, for `role/path/Name` of IAM.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        if self.service != "iam" {
            return None;
        }
        self.resource.strip_prefix("role/")?.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// Role name and session name, for `assumed-role/Name/session` of STS.
    #[must_use]
    pub fn assumed_role(&self) -> Option<(&str, &str)> {
        if self.service != "sts" {
            return None;
        }
        self.resource.strip_prefix("assumed-role/")?.split_once('/')
    }

    /// Host and path of the provider, for `oidc-provider/host/path` of IAM.
    #[must_use]
    pub fn oidc_provider(&self) -> Option<&str> {
        if self.service != "iam" {
            return None;
        }
        self.resource.strip_prefix("oidc-provider/")
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, account, resource } = self;
        write!(out, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// Reads a role ARN as STS takes it: `arn:PARTITION:iam::ACCOUNT:role/[PATH/]NAME`.
///
/// # Errors
/// Says what is wrong with the text; STS answers `Request ARN is invalid` or `… is invalid` to all of them.
pub fn parse_role_arn(text: &str) -> Result<Arn, RoleArnFlaw> {
    if text.trim().is_empty() {
        return Err(RoleArnFlaw::Empty);
    }
    if text.contains("${") || text.contains("$(") || text.contains("{{") || text.contains('<') {
        return Err(RoleArnFlaw::Unrendered);
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"' || c == '\'') {
        return Err(RoleArnFlaw::Characters);
    }
    let arn = Arn::parse(text).ok_or(RoleArnFlaw::NotAnArn)?;
    if arn.service != "iam" {
        return Err(RoleArnFlaw::OtherService);
    }
    if arn.role_name().is_none() {
        return Err(RoleArnFlaw::NotARole);
    }
    if !is_account(&arn.account) || !arn.region.is_empty() {
        return Err(RoleArnFlaw::Account);
    }
    if !arn.partition.starts_with("aws") {
        return Err(RoleArnFlaw::NotAnArn);
    }
    Ok(arn)
}

/// Whether the text is an AWS account id: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_names() {
        let arn = Arn::parse("arn:aws:iam::111122223333:role/service-role/Name").unwrap();
        assert_eq!(arn.role_name(), Some("Name"));
        assert_eq!(arn.to_string(), "arn:aws:iam::111122223333:role/service-role/Name");
        let session = Arn::parse("arn:aws:sts::111122223333:assumed-role/Name/a:b").unwrap();
        assert_eq!(session.assumed_role(), Some(("Name", "a:b")));
        let provider = Arn::parse("arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1/").unwrap();
        assert_eq!(provider.oidc_provider(), Some("idp.example.com/t1/"));
        assert_eq!(Arn::parse("arn:aws:iam::111122223333"), None);
    }

    #[test]
    fn role_arns_and_their_flaws() {
        let table = [
            ("arn:aws:iam::111122223333:role/x", None),
            ("arn:aws-cn:iam::111122223333:role/a/b/x", None),
            ("", Some(RoleArnFlaw::Empty)),
            ("arn:aws:iam::${ACCOUNT}:role/x", Some(RoleArnFlaw::Unrendered)),
            ("arn:aws:iam::<account>:role/x", Some(RoleArnFlaw::Unrendered)),
            ("x", Some(RoleArnFlaw::NotAnArn)),
            ("arn:aws:iam::111122223333:role/x ", Some(RoleArnFlaw::Characters)),
            ("arn:aws:sts::111122223333:assumed-role/x/s", Some(RoleArnFlaw::OtherService)),
            ("arn:aws:iam::aws:policy/x", Some(RoleArnFlaw::NotARole)),
            ("arn:aws:iam:::111122223333:role/x", Some(RoleArnFlaw::NotARole)),
            ("arn:aws:iam::11112222333:role/x", Some(RoleArnFlaw::Account)),
        ];
        for (text, flaw) in table {
            assert_eq!(parse_role_arn(text).err(), flaw, "{text}");
        }
    }
}

//! The flags of `rolecall simulate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Decide a request against policies, trust policies included, and show why.
///
/// One request is given by flags. Policies are files as the AWS CLI prints them (get-role, get-role-policy,
/// get-policy-version, get-bucket-policy, describe-policy) or the bare document. With --token the caller is a web
/// identity: the token's claims become the condition keys, and its issuer the provider in the role's account; the
/// signature is not verified (`rolecall token verify` does).
///
/// Condition keys that are not given count as absent, except for those that every request carries (aws:SourceIp,
/// aws:CurrentTime and their like): where these decide, the answer is undetermined until --context gives them.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Decide one case per line of a JSON Lines file, or `-`; print one decision per line.
    #[arg(long, value_name = "FILE|-", exclusive = true)]
    pub batch: Option<PathBuf>,
    /// The action, such as `s3:GetObject`; with --token it is sts:AssumeRoleWithWebIdentity unless given.
    #[arg(long, required_unless_present_any = ["batch", "token"])]
    pub action: Option<String>,
    /// ARN of the resource; with --trust the role's own, where the file has it, else `*`.
    #[arg(long, value_name = "ARN")]
    pub resource: Option<String>,
    /// The account that owns the resource, where its ARN does not tell.
    #[arg(long, value_name = "ID")]
    pub resource_account: Option<String>,
    /// Who calls: an ARN, an account, a service such as ec2.amazonaws.com, an OIDC provider's ARN, or `*`.
    #[arg(long, value_name = "ARN", required_unless_present_any = ["batch", "token"], conflicts_with = "token")]
    pub principal: Option<String>,
    /// A token, or its claims as JSON, or `-`: the caller is this web identity.
    #[arg(long, value_name = "FILE|-")]
    pub token: Option<PathBuf>,
    /// RoleSessionName of the call.
    #[arg(long, value_name = "NAME", requires = "token")]
    pub session_name: Option<String>,
    /// The instant of the call, RFC 3339; without it aws:CurrentTime is unknown.
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// A condition key; repeat it for several values.
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// Condition keys as a JSON object of values or lists of values.
    #[arg(long, value_name = "FILE")]
    pub context_file: Option<PathBuf>,
    /// A condition key that is multivalued by nature, however many values it has.
    #[arg(long, value_name = "KEY")]
    pub multivalued: Vec<String>,
    /// Policies of the caller: identity-based.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub identity: Vec<PathBuf>,
    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub boundary: Vec<PathBuf>,
    /// A level of service control policies, root first; several files of one level with commas.
    #[arg(long, value_name = "FILE[,FILE]", help_heading = "Policies")]
    pub scp: Vec<String>,
    /// A level of resource control policies, root first; several files of one level with commas.
    #[arg(long, value_name = "FILE[,FILE]", help_heading = "Policies")]
    pub rcp: Vec<String>,
    /// Session policies.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub session: Vec<PathBuf>,
    /// The policy of the VPC endpoint that the call goes through.
    #[arg(long, value_name = "FILE", help_heading = "Policies")]
    pub vpce: Vec<PathBuf>,
    /// The policy on the resource; for a role its trust policy.
    #[arg(long, visible_alias = "resource-policy", value_name = "FILE", help_heading = "Policies")]
    pub trust: Option<PathBuf>,
    /// How to print the decision.
    #[arg(long, short = 'o', value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Formats of a decision.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// `rolecall.simulation/v1`.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  rolecall simulate --trust role.json --token token.claims.json
      may this token assume this role?
  rolecall simulate --principal arn:aws:iam::111122223333:role/app --action s3:GetObject \\
      --resource arn:aws:s3:::bucket/key --identity policy.json --context aws:SourceIp=203.0.113.7
      may this role read this object?
  rolecall simulate --batch cases.jsonl
      one decision per line

Exit codes:
  0  allowed
  1  denied
  2  wrong usage, or a failure of rolecall itself
  3  undetermined";

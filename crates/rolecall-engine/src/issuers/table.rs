//! THE TABLE of known issuers, one row each.
//!
//! Sources: policy reference section 11 (Service Authorization Reference, September 2026; AWS What's New, January
//! 2026); reference sts.md §3.7; the platforms' own documentation.

/// Families of issuers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Clusters.
    Kubernetes,
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Other CI platforms.
    Ci,
    /// Google and Cognito, built into IAM.
    BuiltIn,
    /// Identity services for people and workloads.
    Identity,
    /// Platforms that run workloads.
    Platform,
    /// Not known.
    Other,
}

/// An issuer.
#[derive(Clone, Copy, Debug)]
pub struct Issuer {
    /// Its name.
    pub name: &'static str,
    /// Its family.
    pub family: Family,
    /// Hosts, with the beginning of the path where that tells; `*` stands for any text.
    pub hosts: &'static [&'static str],
    /// Claims that together tell a self-hosted issuer of this kind.
    pub marks: &'static [&'static str],
    /// The audience of its tokens unless another is asked for; none where there is no usual one.
    pub default_audience: Option<&'static str>,
    /// The grammar of its subjects: names of segments between `:` and `/`, for people.
    pub subject: &'static str,
    /// Claims beyond the universal ones that STS offers as condition keys.
    pub keys: &'static [&'static str],
    /// Since when, in epoch seconds.
    pub keys_since: Option<i64>,
    /// The claim that IAM demands for an issuer which many tenants share (IAM User Guide, "Identity-provider controls for
    /// shared OIDC providers").
    pub tenancy: Option<&'static str>,
}

/// 30 January 2026: AWS STS supports validation of select identity provider specific claims.
const JANUARY_2026: Option<i64> = Some(1_769_731_200);
/// 1 June 2026: GitLab.com and Buildkite in the IAM User Guide's table.
const JUNE_2026: Option<i64> = Some(1_780_272_000);

const GITHUB_KEYS: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];
const STS: Option<&str> = Some("sts.amazonaws.com");

const fn row(
    name: &'static str,
    family: Family,
    hosts: &'static [&'static str],
    subject: &'static str,
) -> Issuer {
    Issuer {
        name,
        family,
        hosts,
        marks: &[],
        default_audience: None,
        subject,
        keys: &[],
        keys_since: None,
        tenancy: None,
    }
}

const KUBERNETES_SUBJECT: &str = "system:serviceaccount:NAMESPACE:NAME";
const GITHUB_SUBJECT: &str =
    "repo:OWNER/REPO:ref:REF | :pull_request | :environment:NAME; ids as OWNER@ID/REPO@ID";

/// An issuer that no row knows.
pub const OTHER: Issuer = row("another issuer", Family::Other, &[], "");

/// Every issuer that is known; the first that fits counts.
pub const TABLE: &[Issuer] = &[
    Issuer {
        default_audience: STS,
        ..row(
            "Amazon EKS",
            Family::Kubernetes,
            &[
                "oidc.eks.*.amazonaws.com",
                "oidc.eks.*.amazonaws.com.cn",
                "oidc-eks.*.api.aws",
                "oidc-eks.*.api.amazonwebservices.com.cn",
                "oidc.eks.*.c2s.ic.gov",
                "oidc.eks.*.sc2s.sgov.gov",
            ],
            KUBERNETES_SUBJECT,
        )
    },
    Issuer {
        keys: GITHUB_KEYS,
        keys_since: JANUARY_2026,
        tenancy: Some("sub"),
        ..row("GitHub Actions", Family::GitHub, &["token.actions.githubusercontent.com"], GITHUB_SUBJECT)
    },
    Issuer {
        keys: GITHUB_KEYS,
        keys_since: JANUARY_2026,
        tenancy: Some("sub"),
        ..row(
            "GitHub Enterprise Cloud with data residency",
            Family::GitHub,
            &["token.actions.*.ghe.com"],
            GITHUB_SUBJECT,
        )
    },
    Issuer {
        marks: &["repository", "workflow_ref", "runner_environment"],
        ..row("GitHub Enterprise Server", Family::GitHub, &["*/_services/token"], GITHUB_SUBJECT)
    },
    Issuer {
        keys: &[
            "namespace_id",
            "pipeline_source",
            "project_id",
            "ref_protected",
            "runner_environment",
            "user_access_level",
            "user_email",
            "user_id",
            "user_login",
        ],
        keys_since: JUNE_2026,
        tenancy: Some("sub"),
        ..row(
            "GitLab.com",
            Family::GitLab,
            &["gitlab.com"],
            "project_path:GROUP/PROJECT:ref_type:TYPE:ref:REF",
        )
    },
    Issuer {
        marks: &["project_path", "namespace_path"],
        ..row("GitLab, self-managed", Family::GitLab, &[], "project_path:GROUP/PROJECT:ref_type:TYPE:ref:REF")
    },
    row(
        "Bitbucket Pipelines",
        Family::Ci,
        &["api.bitbucket.org/2.0/workspaces/"],
        "{REPOSITORY}[:{ENVIRONMENT}]:{STEP}",
    ),
    Issuer {
        keys: &["oidc.circleci.com/project-id"],
        keys_since: JANUARY_2026,
        ..row("CircleCI", Family::Ci, &["oidc.circleci.com/org/"], "org/ORG/project/PROJECT/user/USER")
    },
    Issuer {
        keys: &[
            "build_branch",
            "cluster_id",
            "cluster_name",
            "organization_id",
            "organization_slug",
            "pipeline_id",
            "pipeline_slug",
        ],
        keys_since: JUNE_2026,
        tenancy: Some("sub"),
        ..row(
            "Buildkite",
            Family::Ci,
            &["agent.buildkite.com"],
            "organization:ORG:pipeline:PIPELINE:ref:REF:commit:SHA:step:STEP",
        )
    },
    Issuer {
        default_audience: Some("api://AzureADTokenExchange"),
        ..row("Azure DevOps", Family::Ci, &["vstoken.dev.azure.com"], "sc://ORG/PROJECT/CONNECTION")
    },
    Issuer {
        default_audience: Some("aws.workload.identity"),
        tenancy: Some("sub"),
        ..row(
            "HCP Terraform",
            Family::Ci,
            &["app.terraform.io"],
            "organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:PHASE",
        )
    },
    Issuer {
        marks: &["terraform_workspace_id"],
        ..row(
            "Terraform Enterprise",
            Family::Ci,
            &[],
            "organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:PHASE",
        )
    },
    Issuer {
        keys: &["google/organization_number"],
        keys_since: JANUARY_2026,
        ..row("Google", Family::BuiltIn, &["accounts.google.com"], "ID")
    },
    Issuer {
        tenancy: Some("aud"),
        ..row("Amazon Cognito", Family::BuiltIn, &["cognito-identity.amazonaws.com"], "REGION:IDENTITY")
    },
    row("Amazon Cognito user pool", Family::Identity, &["cognito-idp.*.amazonaws.com"], "USER"),
    Issuer {
        marks: &["tid", "oid"],
        ..row("Microsoft Entra", Family::Identity, &["login.microsoftonline.com", "sts.windows.net"], "ID")
    },
    Issuer {
        keys: &["rpst_id"],
        keys_since: JANUARY_2026,
        ..row("Oracle Cloud", Family::Platform, &["idcs-*.identity.oraclecloud.com"], "ID")
    },
    Issuer { marks: &["build_number"], ..row("Jenkins", Family::Ci, &[], "URL of the job") },
    Issuer {
        marks: &["nomad_job_id"],
        ..row("Nomad", Family::Platform, &[], "REGION:NAMESPACE:JOB:GROUP:TASK:IDENTITY")
    },
    row("Auth0", Family::Identity, &["*.auth0.com"], "CONNECTION|USER"),
    row("Okta", Family::Identity, &["*.okta.com", "*.oktapreview.com"], "USER"),
    Issuer { marks: &["realm_access"], ..row("Keycloak", Family::Identity, &["*/realms/"], "USER") },
    Issuer {
        default_audience: Some("sts.amazonaws.com"),
        ..row("Fly.io", Family::Platform, &["oidc.fly.io"], "ORG:APP:MACHINE")
    },
    Issuer {
        tenancy: Some("aud"),
        ..row(
            "Pulumi Cloud",
            Family::Ci,
            &["api.pulumi.com/oidc"],
            "pulumi:deploy:org:ORG:project:PROJECT:stack:STACK:operation:OPERATION",
        )
    },
    Issuer {
        tenancy: Some("aud"),
        ..row(
            "Vercel",
            Family::Platform,
            &["oidc.vercel.com"],
            "owner:TEAM:project:PROJECT:environment:ENVIRONMENT",
        )
    },
    Issuer {
        tenancy: Some("sub"),
        ..row("Codefresh", Family::Ci, &["oidc.codefresh.io"], "account:ACCOUNT:pipeline:PIPELINE")
    },
    Issuer {
        tenancy: Some("sub"),
        ..row(
            "DVC Studio",
            Family::Ci,
            &["studio.datachain.ai", "studio.iterative.ai"],
            "credentials:TEAM/NAME",
        )
    },
    Issuer {
        tenancy: Some("sub"),
        ..row(
            "Scalr",
            Family::Ci,
            &["scalr.io"],
            "account:ACCOUNT:environment:ENVIRONMENT:workspace:WORKSPACE:run_phase:PHASE",
        )
    },
    Issuer {
        tenancy: Some("sub"),
        ..row("Upbound", Family::Platform, &["proidc.upbound.io"], "mcp:ORG/CONTROL_PLANE:provider:NAME")
    },
    Issuer {
        tenancy: Some("sub"),
        ..row("Shisho Cloud", Family::Ci, &["tokens.cloud.shisho.dev"], "job:ORG:JOB")
    },
    Issuer { tenancy: Some("aud"), ..row("sandboxes.cloud", Family::Platform, &["sandboxes.cloud"], "ID") },
    row("SPIRE", Family::Platform, &["spire*", "oidc-discovery*"], "spiffe://TRUST_DOMAIN/PATH"),
    Issuer {
        default_audience: STS,
        marks: &["kubernetes.io"],
        ..row("Kubernetes", Family::Kubernetes, &[], KUBERNETES_SUBJECT)
    },
];

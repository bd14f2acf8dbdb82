//! The way to STS.

use super::*;

const REGION: (&str, &str) = ("AWS_REGION", "eu-west-1");

fn timeout(url: &str) -> (&'static str, String) {
    error(&format!("Connect timeout on endpoint URL: \"{url}\""))
}

#[test]
fn endpoint_wrong() {
    let china = |text: String| text.replace("arn:aws:", "arn:aws-cn:");
    let china_role = || ("role.json", china(app_role().1));
    let missing = || error("No OpenIDConnect provider found in your account for https://idp.example.com");
    let log = |host: &str| {
        (
            "debug.log",
            format!(
                "{{\"commandName\":\"AssumeRoleWithWebIdentityCommand\",\"endpoint\":\"https://{host}/\"}}\n"
            ),
        )
    };
    let at = |name, value| env(&[REGION, (name, value)]);
    let stand_in = |url: &str| ("service.json", format!(r#"{{"EndpointUrl": "{url}"}}"#));
    let local = || at("AWS_ENDPOINT_URL", "http://127.0.0.1:8403");
    table(
        "caller.endpoint-wrong",
        vec![
            (
                "plain HTTP",
                vec![error("Post \"http://sts.eu-west-1.amazonaws.com/\": read: connection reset by peer")],
                CERTAIN,
            ),
            (
                "a region made up",
                vec![error(
                    "Post \"https://sts.minio.amazonaws.com/\": dial tcp: lookup sts.minio.amazonaws.com on 10.0.0.10:53: no such host",
                )],
                CERTAIN,
            ),
            (
                "China without its ending",
                vec![error("dial tcp: lookup sts.cn-north-1.amazonaws.com: no such host")],
                CERTAIN,
            ),
            (
                "the global host in a closed network",
                vec![timeout("https://sts.amazonaws.com/"), env(&[REGION])],
                LIKELY,
            ),
            (
                "another region in a closed network",
                vec![timeout("https://sts.us-east-1.amazonaws.com/"), env(&[REGION])],
                LIKELY,
            ),
            (
                "another partition, by the log",
                vec![missing(), china_role(), log("sts.us-east-1.amazonaws.com")],
                LIKELY,
            ),
            (
                "another partition, by the region",
                vec![missing(), china_role(), env(&[("AWS_REGION", "us-east-1")])],
                LIKELY,
            ),
            ("a service that stands for AWS", vec![local(), stand_in("http://127.0.0.1:8403/")], None),
            ("another one than it", vec![local(), stand_in("http://127.0.0.1:9000")], LIKELY),
            ("a local service, and AWS is meant", vec![local()], LIKELY),
            (
                "a variable names another service",
                vec![
                    timeout("https://minio.example.com/sts."),
                    at("AWS_ENDPOINT_URL", "https://minio.example.com"),
                ],
                LIKELY,
            ),
            ("the right region", vec![timeout("https://sts.eu-west-1.amazonaws.com/"), env(&[REGION])], None),
            ("no region is known", vec![timeout("https://sts.amazonaws.com/")], None),
            ("the right partition", vec![missing(), app_role(), log("sts.us-east-1.amazonaws.com")], None),
            (
                "a VPC endpoint",
                vec![
                    denied(NODE),
                    at("AWS_ENDPOINT_URL_STS", "https://vpce-1-2.sts.eu-west-1.vpce.amazonaws.com"),
                ],
                None,
            ),
            (
                "an isolated partition",
                vec![denied(NODE), at("AWS_ENDPOINT_URL_STS", "https://sts.us-iso-east-1.c2s.ic.gov")],
                None,
            ),
            (
                "trust is not about hosts",
                vec![
                    error("x509: certificate signed by unknown authority https://sts.amazonaws.com/"),
                    env(&[REGION]),
                ],
                None,
            ),
        ],
    );
}

#[test]
fn endpoint_unreachable() {
    let policy = |cidr: &str| {
        let text = format!(
            "kind: NetworkPolicy\nmetadata:\n  name: egress\n  namespace: shop\nspec:\n  podSelector: {{}}\n  policyTypes: [Egress]\n  egress:\n  - to:\n    - ipBlock:\n        cidr: {cidr}\n    ports:\n    - port: 443\n      protocol: TCP\n"
        );
        ("networkpolicy.yaml", text)
    };
    let resolved = || ("debug.log", "203.0.113.25    sts.eu-west-1.amazonaws.com\n".to_owned());
    let own = || timeout("https://sts.eu-west-1.amazonaws.com/");
    let tries = "Could not assume role with OIDC: connect ETIMEDOUT 192.0.2.41:443. Retrying\nCould not assume role with OIDC: Token expired: current date/time 2 must be before the expiration date/time 1";
    table(
        "caller.endpoint-unreachable",
        vec![
            ("the own region's host", vec![own(), env(&[REGION])], CERTAIN),
            ("no region is known", vec![own()], LIKELY),
            ("a network policy", vec![own(), policy("198.51.100.0/24"), resolved()], CERTAIN),
            (
                "the global host, a policy in the way",
                vec![
                    timeout("https://sts.amazonaws.com/"),
                    env(&[REGION]),
                    policy("198.51.100.0/24"),
                    ("debug.log", "203.0.113.25 sts.amazonaws.com\n".to_owned()),
                ],
                CERTAIN,
            ),
            ("the token expired over it", vec![error(tries)], LIKELY),
            ("the node's role came after", vec![denied(NODE), ("debug.log", own().1)], LIKELY),
            ("the host is wrong", vec![timeout("https://sts.minio.amazonaws.com/")], None),
            (
                "STS answered in the end",
                vec![
                    error("Not authorized to perform sts:AssumeRoleWithWebIdentity"),
                    ("debug.log", own().1),
                ],
                None,
            ),
            ("nothing was lost", vec![denied(NODE), env(&[REGION])], None),
        ],
    );
}

#[test]
fn a_policy_that_admits_the_host_is_not_blamed() {
    let text = "kind: NetworkPolicy\nmetadata:\n  name: egress\nspec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n  - {}\n";
    let files = vec![
        timeout("https://sts.eu-west-1.amazonaws.com/"),
        ("networkpolicy.yaml", text.to_owned()),
        ("debug.log", "203.0.113.25 sts.eu-west-1.amazonaws.com\n".to_owned()),
    ];
    let finding = ask("caller.endpoint-unreachable", &files).unwrap();
    assert_eq!(Some(finding.certainty), LIKELY);
}

#[test]
fn regions_and_trust() {
    let disabled = "RegionDisabledException: STS is not activated in this region for account:111122223333.";
    let regions = |status: &str| {
        (
            "regions.json",
            format!(r#"{{"Regions": [{{"RegionName": "eu-west-1", "OptInStatus": "{status}"}}]}}"#),
        )
    };
    table(
        "caller.region-inactive",
        vec![
            ("STS says so", vec![error(disabled)], CERTAIN),
            (
                "not opted in",
                vec![
                    error("An error occurred (InvalidClientTokenId) when calling the X operation: no"),
                    regions("not-opted-in"),
                    env(&[REGION]),
                ],
                LIKELY,
            ),
            (
                "opted in",
                vec![
                    error("An error occurred (InvalidClientTokenId) when calling the X operation: no"),
                    regions("opted-in"),
                    env(&[REGION]),
                ],
                None,
            ),
            ("another identity signs", vec![denied(NODE), regions("not-opted-in"), env(&[REGION])], POSSIBLE),
            (
                "the role works",
                vec![
                    denied("arn:aws:sts::111122223333:assumed-role/app/s"),
                    app_role(),
                    regions("not-opted-in"),
                    env(&[REGION]),
                ],
                None,
            ),
        ],
    );
    table(
        "caller.tls-untrusted",
        vec![
            (
                "STS",
                vec![error(
                    "Post \"https://sts.amazonaws.com/\": x509: certificate signed by unknown authority",
                )],
                CERTAIN,
            ),
            (
                "the host is not named",
                vec![error("Could not assume role with OIDC: self-signed certificate in certificate chain")],
                LIKELY,
            ),
            (
                "another host",
                vec![error(
                    "Get \"https://registry.example.com/v2/\": x509: certificate signed by unknown authority",
                )],
                None,
            ),
        ],
    );
}

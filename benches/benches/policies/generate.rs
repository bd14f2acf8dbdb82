//! Workloads of the shapes of w2 and w3 from a seed. What is to come out is not known beforehand: the engines must agree.

use serde_json::{Map, Value, json};

use crate::workload::{Request, Workload};

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// Services, what their resources begin with, and some of their actions.
const SERVICES: [(&str, &str, &[&str]); 8] = [
    ("s3", "arn:aws:s3:::", &["GetObject", "PutObject", "DeleteObject", "ListBucket", "GetBucketPolicy"]),
    (
        "sqs",
        "arn:aws:sqs:eu-west-1:111122223333:",
        &["SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueUrl"],
    ),
    (
        "sns",
        "arn:aws:sns:eu-west-1:111122223333:",
        &["Publish", "Subscribe", "CreateTopic", "GetTopicAttributes"],
    ),
    (
        "ssm",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/",
        &["GetParameter", "PutParameter", "DeleteParameter"],
    ),
    (
        "ec2",
        "arn:aws:ec2:eu-west-1:111122223333:instance/",
        &["StartInstances", "StopInstances", "CreateTags"],
    ),
    (
        "logs",
        "arn:aws:logs:eu-west-1:111122223333:log-group:",
        &["GetLogEvents", "PutLogEvents", "CreateLogGroup"],
    ),
    (
        "lambda",
        "arn:aws:lambda:eu-west-1:111122223333:function:",
        &["InvokeFunction", "GetFunction", "DeleteFunction"],
    ),
    (
        "dynamodb",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/",
        &["GetItem", "PutItem", "Query", "Scan", "UpdateItem"],
    ),
];
const STAGES: [&str; 3] = ["prod", "stage", "dev"];
const TEAMS: [&str; 4] = ["red", "blue", "green", "gold"];

/// A workload of so many policies, statements in each, and requests.
pub fn workload(name: &str, seed: u64, policies: usize, statements: usize, requests: usize) -> Workload {
    let mut random = Random(seed);
    let apps = if policies > 10 { 240 } else { 8 };
    let documents: Vec<Value> = (0..policies)
        .map(|_| {
            let all: Vec<Value> = (0..statements).map(|at| statement(&mut random, apps, at)).collect();
            json!({"Version": "2012-10-17", "Statement": all})
        })
        .collect();
    let requests = (0..requests).map(|_| request(&mut random, apps, &documents)).collect();
    Workload { name: name.to_owned(), policies: documents, on_resource: false, requests }
}

fn app(random: &mut Random, apps: usize) -> String {
    format!("app{:03}", random.below(apps))
}

fn statement(random: &mut Random, apps: usize, at: usize) -> Value {
    let (service, prefix, actions) = random.of(&SERVICES);
    let mut listed: Vec<String> =
        (0..=random.below(4)).map(|_| format!("{service}:{}", random.of(actions))).collect();
    match random.below(10) {
        0 => listed = vec![format!("{service}:*")],
        1..=3 => listed.iter_mut().for_each(|action| {
            let stem = action.find(':').unwrap() + 4;
            *action = format!("{}*", &action[..stem]);
        }),
        _ => {}
    }
    let (app, stage) = (app(random, apps), random.of(&STAGES));
    let resource = match random.below(20) {
        0 => "*".to_owned(),
        1..=6 => format!("{prefix}{app}-*"),
        7..=14 => format!("{prefix}{app}-{stage}-*"),
        15..=17 => format!("{prefix}{app}-*/{stage}/*"),
        _ => format!("{prefix}{app}-{stage}-{}", random.of(&TEAMS)),
    };
    let mut statement = Map::new();
    statement.insert("Sid".into(), json!(format!("S{at}")));
    statement.insert("Effect".into(), json!(if random.one_in(16) { "Deny" } else { "Allow" }));
    statement.insert("Action".into(), json!(listed));
    statement.insert("Resource".into(), json!(resource));
    if random.below(5) < 3 {
        statement.insert("Condition".into(), condition(random, apps));
    }
    Value::Object(statement)
}

fn condition(random: &mut Random, apps: usize) -> Value {
    let team = random.of(&TEAMS);
    match random.below(8) {
        0 | 1 => json!({"StringEquals": {"aws:PrincipalTag/team": [team, random.of(&TEAMS)]}}),
        2 => json!({"StringNotEquals": {"aws:PrincipalTag/team": team}}),
        3 => json!({"StringLike": {"aws:PrincipalTag/project": [format!("{}-*", app(random, apps))]}}),
        4 => json!({"Bool": {"aws:SecureTransport": "true"}}),
        5 => json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/25", "192.0.2.0/24"]}}),
        6 => json!({"DateGreaterThan": {"aws:TokenIssueTime": "2026-04-01T00:00:00Z"}}),
        _ => {
            json!({"NumericLessThanEquals": {"aws:MultiFactorAuthAge": "900"}, "Bool": {"aws:SecureTransport": "true"}})
        }
    }
}

/// Half of the requests are made to fit action and resource of some statement.
fn request(random: &mut Random, apps: usize, documents: &[Value]) -> Request {
    let (service, prefix, actions) = random.of(&SERVICES);
    let mut action = format!("{service}:{}", random.of(actions));
    let mut resource = format!("{prefix}{}-{}-{}", app(random, apps), random.of(&STAGES), random.of(&TEAMS));
    if random.one_in(2) {
        let document = &documents[random.below(documents.len())]["Statement"];
        let statement = &document[random.below(document.as_array().unwrap().len())];
        let wanted = statement["Action"][0].as_str().unwrap();
        let of_service =
            SERVICES.iter().find(|(name, _, _)| wanted.starts_with(&format!("{name}:"))).unwrap();
        let full = of_service.2.iter().map(|name| format!("{}:{name}", of_service.0));
        let stem = wanted.trim_end_matches('*');
        action = full.into_iter().find(|name| name.starts_with(stem)).unwrap_or_else(|| stem.to_owned());
        resource = statement["Resource"].as_str().unwrap().replace('*', "prod-blue");
        if resource == "prod-blue" {
            resource = format!("{}{}-prod-blue", of_service.1, app(random, apps));
        }
    }
    let mut context = vec![
        ("aws:SecureTransport".to_owned(), random.of(&["true", "true", "false"]).to_owned()),
        (
            "aws:SourceIp".to_owned(),
            random.of(&["203.0.113.7", "203.0.113.200", "192.0.2.7", "8.8.8.8"]).to_owned(),
        ),
        (
            "aws:TokenIssueTime".to_owned(),
            random.of(&["2026-02-15T12:00:00Z", "2026-06-15T12:00:00Z"]).to_owned(),
        ),
    ];
    if !random.one_in(5) {
        context.push(("aws:PrincipalTag/team".into(), random.of(&TEAMS).to_owned()));
    }
    if !random.one_in(4) {
        context.push(("aws:PrincipalTag/project".into(), format!("{}-prod", app(random, apps))));
    }
    if random.one_in(2) {
        context.push(("aws:MultiFactorAuthAge".into(), random.of(&["60", "1200"]).to_owned()));
    }
    Request {
        principal: ("AWS".into(), "arn:aws:iam::111122223333:role/app".into()),
        action,
        resource,
        context,
        expect: None,
    }
}

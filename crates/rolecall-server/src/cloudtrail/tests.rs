//! LookupEvents by tables: attributes, windows, pages, refusals.

use rolecall_model::instant::Instant;
use rolecall_trail::record::{Call, Fields, Identity, Record, WebIdentity};
use rolecall_wire::fault::Code;
use rolecall_wire::service::Service::CloudTrail;
use serde_json::{Value, json};

use crate::json_world::{ACCOUNT, NOON, World};

const ROLE: &str = "arn:aws:iam::111122223333:role/app";

fn record(number: i64, name: &str, region: &str) -> Record {
    let id = format!("{number:08x}-0000-4000-8000-000000000000");
    let call = Call {
        time: Instant(NOON.0 - 1000 + number),
        source: "sts.amazonaws.com",
        name,
        region,
        address: "203.0.113.10",
        user_agent: "test",
        request_id: &id,
        event_id: &id,
        account: ACCOUNT,
        read_only: true,
    };
    let identity = Identity::web_identity(&WebIdentity {
        provider: "arn:aws:iam::111122223333:oidc-provider/idp.example.com",
        audience: "sts.amazonaws.com",
        subject: if number % 2 == 0 { "alice" } else { "bob" },
    });
    Record::new(&call, identity).resource(ACCOUNT, "AWS::IAM::Role", ROLE).response(
        Fields::new().object("credentials", &Fields::new().text("accessKeyId", &format!("ASIA{number}"))),
    )
}

fn world(count: i64) -> World {
    let world = World::new();
    for number in 0..count {
        let record = record(
            number,
            if number % 3 == 0 { "AssumeRole" } else { "AssumeRoleWithWebIdentity" },
            world.region,
        );
        world.desk.events.push(&record, record.to_json());
    }
    let elsewhere = record(count, "AssumeRole", "us-west-2");
    world.desk.events.push(&elsewhere, elsewhere.to_json());
    world
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["Events"].as_array().unwrap().iter().map(|event| event["EventId"].as_str().unwrap()).collect()
}

#[test]
fn attributes_and_windows() {
    let world = world(12);
    let attribute = |key: &str, value: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
    let table = [
        (json!({}), 12),
        (attribute("EventName", "AssumeRole"), 4),
        (attribute("EventName", "assumerole"), 0),
        (attribute("EventId", "00000003-0000-4000-8000-000000000000"), 1),
        (attribute("Username", "alice"), 6),
        (attribute("ReadOnly", "true"), 12),
        (attribute("ReadOnly", "false"), 0),
        (attribute("EventSource", "sts.amazonaws.com"), 12),
        (attribute("AccessKeyId", "ASIA5"), 1),
        (attribute("ResourceType", "AWS::IAM::Role"), 12),
        (attribute("ResourceName", ROLE), 12),
        (attribute("ResourceName", "app"), 12),
        (attribute("ResourceName", "other"), 0),
        (json!({"StartTime": NOON.0 - 1000 + 10}), 2),
        (json!({"StartTime": f64::from(1_772_366_400 - 1000 + 9) + 0.5}), 2),
        (json!({"EndTime": f64::from(1_772_366_400 - 1000 + 1) + 0.9}), 2),
        (json!({"StartTime": NOON.0 - 998, "EndTime": NOON.0 - 996}), 3),
        (json!({"EventCategory": "insight"}), 0),
    ];
    for (input, count) in table {
        let answer = world.call(CloudTrail, "LookupEvents", &input).unwrap();
        assert_eq!(ids(&answer).len(), count, "{input}");
        assert!(answer.get("NextToken").is_none(), "{input}");
    }
}

#[test]
fn an_event_as_it_is_shown() {
    let answer = world(1).call(CloudTrail, "LookupEvents", &json!({})).unwrap();
    let event = &answer["Events"][0];
    assert_eq!(event["ReadOnly"], "true");
    assert_eq!(event["EventTime"], NOON.0 - 1000);
    assert_eq!(event["AccessKeyId"], "ASIA0");
    assert_eq!(
        event["Resources"][1],
        json!({"ResourceType": "AWS::IAM::AccessKey", "ResourceName": "ASIA0"})
    );
    let whole: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(whole["eventName"], "AssumeRole");
}

#[test]
fn pages_hold_every_event_once_also_while_more_arrive() {
    let world = world(10);
    let mut found: Vec<String> = Vec::new();
    let mut input = json!({"MaxResults": 3});
    loop {
        let answer = world.call(CloudTrail, "LookupEvents", &input).unwrap();
        found.extend(ids(&answer).into_iter().map(str::to_owned));
        let late = record(100 + i64::try_from(found.len()).unwrap(), "AssumeRole", world.region);
        world.desk.events.push(&late, late.to_json());
        match answer.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => break,
        }
    }
    let wanted: Vec<String> =
        (0..10).rev().map(|number| format!("{number:08x}-0000-4000-8000-000000000000")).collect();
    assert_eq!(found, wanted);
}

#[test]
fn refusals() {
    let world = world(5);
    let page = world.call(CloudTrail, "LookupEvents", &json!({"MaxResults": 1})).unwrap();
    let token = page["NextToken"].clone();
    let two = json!([{"AttributeKey": "EventName", "AttributeValue": "a"}, {"AttributeKey": "EventName", "AttributeValue": "b"}]);
    let one = |key: &str, value: &str| json!([{"AttributeKey": key, "AttributeValue": value}]);
    let table = [
        (json!({"LookupAttributes": two}), Code::InvalidLookupAttributesException),
        (json!({"LookupAttributes": one("Colour", "a")}), Code::InvalidLookupAttributesException),
        (json!({"LookupAttributes": one("EventName", "")}), Code::InvalidLookupAttributesException),
        (
            json!({"LookupAttributes": one("EventName", &"x".repeat(2001))}),
            Code::InvalidLookupAttributesException,
        ),
        (json!({"StartTime": 2, "EndTime": 1}), Code::InvalidTimeRangeException),
        (json!({"MaxResults": 0}), Code::InvalidMaxResultsException),
        (json!({"MaxResults": 51}), Code::InvalidMaxResultsException),
        (json!({"EventCategory": "data"}), Code::InvalidEventCategoryException),
        (json!({"NextToken": "%%%"}), Code::InvalidNextTokenException),
        (json!({"NextToken": "eA"}), Code::InvalidNextTokenException),
        (json!({"NextToken": token, "StartTime": 5}), Code::InvalidNextTokenException),
    ];
    for (input, code) in table {
        let fault = world.call(CloudTrail, "LookupEvents", &input).unwrap_err();
        assert_eq!(fault.code, code, "{input}");
    }
    // The page's size may change from one to the next.
    let rest =
        world.call(CloudTrail, "LookupEvents", &json!({"NextToken": token, "MaxResults": 50})).unwrap();
    assert_eq!(ids(&rest).len(), 4);
    let start = world.call(CloudTrail, "LookupEvents", &json!({"StartTime": 1, "EndTime": 1})).unwrap();
    assert_eq!(ids(&start).len(), 0);
}

#[test]
fn there_are_no_trails_and_it_is_said() {
    let world = World::new();
    assert_eq!(world.call(CloudTrail, "DescribeTrails", &json!({})).unwrap(), json!({"trailList": []}));
    assert_eq!(world.call(CloudTrail, "ListTrails", &json!({})).unwrap(), json!({"Trails": []}));
    let named = json!({"trailNameList": ["one"]});
    assert_eq!(world.call(CloudTrail, "DescribeTrails", &named).unwrap(), json!({"trailList": []}));
    assert_eq!(world.call(CloudTrail, "ListPublicKeys", &json!({})).unwrap(), json!({"PublicKeyList": []}));
    let arn = |resource: &str| format!("arn:aws:cloudtrail:us-east-2:111122223333:{resource}");
    let table = [
        ("one".to_owned(), Code::TrailNotFoundException),
        ("a.b_c-d".to_owned(), Code::TrailNotFoundException),
        (arn("trail/one"), Code::TrailNotFoundException),
        ("ab".to_owned(), Code::InvalidTrailNameException),
        ("x".repeat(129), Code::InvalidTrailNameException),
        ("-abc".to_owned(), Code::InvalidTrailNameException),
        ("abc-".to_owned(), Code::InvalidTrailNameException),
        ("a b c".to_owned(), Code::InvalidTrailNameException),
        (arn("channel/one"), Code::CloudTrailARNInvalidException),
        (arn("trail/x"), Code::CloudTrailARNInvalidException),
        ("arn:aws:s3:::bucket".to_owned(), Code::CloudTrailARNInvalidException),
    ];
    let refused = |operation| world.call(CloudTrail, operation, &json!({"Name": "one"})).unwrap_err().message;
    assert_eq!(refused("GetTrail"), "Unknown trail: one for the user: 111122223333");
    let whole =
        "Unknown trail: arn:aws:cloudtrail:eu-west-1:111122223333:trail/one for the user: 111122223333";
    assert_eq!(refused("GetTrailStatus"), whole);
    for (name, code) in table {
        for (operation, member) in
            [("GetTrail", "Name"), ("GetTrailStatus", "Name"), ("GetEventSelectors", "TrailName")]
        {
            let fault = world.call(CloudTrail, operation, &json!({member: name})).unwrap_err();
            assert_eq!(fault.code, code, "{operation} {name}");
        }
        let described = world.call(CloudTrail, "DescribeTrails", &json!({"trailNameList": [name]}));
        let wanted = (code != Code::TrailNotFoundException).then_some(code);
        assert_eq!(described.err().map(|fault| fault.code), wanted, "{name}");
    }
}

#[test]
fn public_keys_are_asked_for_with_sense() {
    let world = World::new();
    let table = [
        (json!({"StartTime": 1, "EndTime": 2}), None),
        (json!({"StartTime": 2, "EndTime": 1}), Some(Code::InvalidTimeRangeException)),
        (json!({"NextToken": "x"}), Some(Code::InvalidTokenException)),
    ];
    for (input, code) in table {
        let fault = world.call(CloudTrail, "ListPublicKeys", &input).err();
        assert_eq!(fault.map(|fault| fault.code), code, "{input}");
    }
}

#[test]
fn permission_is_asked_for() {
    let world = World::new();
    let nobody = world.user(r#"{"Version":"2012-10-17","Statement":[]}"#);
    let fault = world.call_as(nobody, CloudTrail, "LookupEvents", &json!({})).unwrap_err();
    assert!(fault.message.contains("cloudtrail:LookupEvents"), "{fault}");
}

//! Parameters, of honest and of hostile clients.

use rolecall_wire::fault::Code;
use rolecall_wire::query::{MAX_BYTES, MAX_COUNT, Params, View};

fn read(body: &str) -> Params<'_> {
    Params::read("", body.as_bytes()).unwrap()
}

fn keys<'p>(views: &[View<'p>], name: &str) -> Vec<Option<&'p str>> {
    views.iter().map(|view| view.get(name)).collect()
}

#[test]
fn values_are_decoded() {
    let params = read("Action=GetRole&RoleName=a%2Bb+c%20d&Empty=&Bare&Uml=%C3%A4&Equals=a=b&&");
    for (name, value) in [
        ("Action", Some("GetRole")),
        ("RoleName", Some("a+b c d")),
        ("Empty", Some("")),
        ("Bare", Some("")),
        ("Uml", Some("ä")),
        ("Equals", Some("a=b")),
        ("rolename", None),
        ("Role", None),
        ("", None),
    ] {
        assert_eq!(params.get(name), value, "{name}");
    }
    let names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Action", "RoleName", "Empty", "Bare", "Uml", "Equals"]);
}

#[test]
fn query_and_body_are_read_and_the_first_of_a_name_counts() {
    let params = Params::read("Action=A&X=1", b"Action=B&Y=2&Y=3\r\n").unwrap();
    assert_eq!((params.get("Action"), params.get("X"), params.get("Y")), (Some("A"), Some("1"), Some("2")));
    let params = read("Tags.member.1.Key=a&Tags.member.1.Key=b&Tags.member.1.Key=c");
    assert_eq!(keys(&params.list("Tags"), "Key"), [Some("a")]);
}

#[test]
fn a_body_of_json_holds_no_parameters() {
    for (kind, action) in [
        ("application/x-www-form-urlencoded; charset=utf-8", Some("B")),
        ("", Some("B")),
        ("application/x-amz-json-1.1", None),
        ("application/json", None),
    ] {
        let headers = [("content-type", kind.as_bytes())];
        let head = rolecall_wire::http::Head { query: "Q=1", ..crate::post(&headers) };
        let params = Params::of_request(&head, b"Action=B").unwrap();
        assert_eq!((params.get("Q"), params.get("Action")), (Some("1"), action), "{kind}");
    }
}

#[test]
fn lists_are_in_numerical_order_without_gaps() {
    let params = read(
        "Tags.member.10.Key=ten&Tags.member.2.Key=two&Tags.member.2.Value=b&Tags.member.1.Key=one&\
         Tags.member.4000000000.Key=far&Tags.members.1.Key=other&Tagsmember.1.Key=other&Tags.member=other",
    );
    let tags = params.list("Tags");
    assert_eq!(keys(&tags, "Key"), [Some("one"), Some("two"), Some("ten"), Some("far")]);
    assert_eq!(keys(&tags, "Value"), [None, Some("b"), None, None]);

    let params = read("N.member.2=b&N.member.3=c&N.member.1=a&M=&O.member.1=");
    assert_eq!(params.texts("N"), ["a", "b", "c"]);
    assert!(params.texts("M").is_empty() && params.list("Absent").is_empty());
    assert!(params.has("M") && params.has("N") && !params.has("Absent"));
    assert_eq!(params.texts("O"), [""]);
}

#[test]
fn what_is_no_number_is_no_item() {
    let params = read(
        "N.member.0=a&N.member.01=b&N.member.-1=c&N.member.x=d&N.member.=e&N.member.+1=f&N.member.1!=g&\
         N.member.99999999999=h&N.member.1=ok&N.member.%EF%BC%91=i&N.member..Key=j",
    );
    assert_eq!(params.texts("N"), ["ok"]);
}

#[test]
fn structures_and_lists_nest() {
    let params = read(
        "E.member.2.ContextKeyValues.member.1=x&E.member.1.ContextKeyName=a&E.member.1.ContextKeyValues.member.3=c&\
         E.member.1.ContextKeyValues.member.1=b&TaskPolicyArn.arn=arn:x&TaskPolicyArnother=1&TaskPolicyArn!=2",
    );
    let entries = params.list("E");
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].get("ContextKeyName"), Some("a"));
    assert_eq!(entries[0].texts("ContextKeyValues"), ["b", "c"]);
    assert_eq!(entries[1].texts("ContextKeyValues"), ["x"]);
    let task = params.structure("TaskPolicyArn").unwrap();
    assert_eq!((task.get("arn"), task.get("Arn"), task.value()), (Some("arn:x"), None, None));
    assert!(params.structure("TaskPolicy").is_none());
}

#[test]
fn an_item_may_have_a_value_and_members() {
    let params = read("L.member.1=v&L.member.1.Key=k");
    let items = params.list("L");
    assert_eq!((items.len(), items[0].value(), items[0].get("Key")), (1, Some("v"), Some("k")));
}

#[test]
fn broken_requests_are_refused() {
    for body in
        [&b"A=%"[..], b"A=%2", b"A=%zz", b"%=1", b"A=%ff", b"A=%C3", b"A=\xff", b"A=%ED%A0%80", b"A=%C0%AF"]
    {
        let fault = Params::read("", body).unwrap_err();
        assert_eq!(fault.code, Code::MalformedQueryString, "{body:?}");
        if let Ok(query) = std::str::from_utf8(body) {
            assert!(Params::read(query, b"").is_err(), "{query}");
        }
    }
}

#[test]
fn size_and_count_are_bounded() {
    let huge = format!("A={}", "x".repeat(MAX_BYTES - 2));
    assert_eq!(read(&huge).get("A").map(str::len), Some(MAX_BYTES - 2));
    assert!(Params::read("x", huge.as_bytes()).is_err());
    let many = "a&".repeat(MAX_COUNT);
    assert_eq!(read(&many).iter().count(), MAX_COUNT);
    assert!(Params::read("b", many.as_bytes()).is_err());
}

#[test]
fn thousands_of_items_take_no_thousand_scans() {
    let body: String =
        (1..=4999).rev().map(|n| format!("T.member.{n}.Key=k{n}&T.member.{n}.Value=v&")).collect();
    let params = read(&body);
    let items = params.list("T");
    assert_eq!(items.len(), 4999);
    assert!(items.iter().enumerate().all(|(at, item)| item.get("Key") == Some(&format!("k{}", at + 1))));
}

#[test]
fn debug_shows_no_value() {
    let params = read("Password=hunter2&L.member.1.K=hunter2");
    assert!(!format!("{params:?} {:?}", params.list("L")).contains("hunter2"));
    assert!(format!("{params:?}").contains("Password"));
}

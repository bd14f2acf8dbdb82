//! Answers of the Query services, byte for byte as composed in reference sts.md §1.1 and iam.md §12.

use crate::post;
use rolecall_model::instant::Instant;
use rolecall_wire::answer::{Format, Writer};
use rolecall_wire::http::Header;
use rolecall_wire::operation::find;
use rolecall_wire::service::Service::{self, Iam, Sts};

fn write(service: Service, operation: &str, format: Format, fill: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::new(find(service, operation).unwrap(), format);
    fill(&mut writer);
    let answer = writer.finish("3f6a1c0e-0000-4000-8000-000000000001");
    assert_eq!((answer.status, answer.error_type), (200, None));
    String::from_utf8(answer.body).unwrap()
}

fn web_identity(writer: &mut Writer) {
    writer.text("Audience", "sts.amazonaws.com");
    writer.structure("AssumedRoleUser", |user| {
        user.text("AssumedRoleId", "AROAEXAMPLEEXAMPLEEXA:build-17");
        user.text("Arn", "arn:aws:sts::111122223333:assumed-role/deployer/build-17");
    });
    writer.structure("Credentials", |credentials| {
        credentials.text("AccessKeyId", "ASIAEXAMPLEEXAMPLEEX");
        credentials.instant("Expiration", Instant(1_772_372_295));
    });
    writer.text_if("SourceIdentity", None);
    writer.int("PackedPolicySize", 6);
}

#[test]
fn xml_of_an_exchange() {
    let expected = r#"<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Audience>sts.amazonaws.com</Audience>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLEEXAMPLEEXA:build-17</AssumedRoleId>
      <Arn>arn:aws:sts::111122223333:assumed-role/deployer/build-17</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLEEXAMPLEEX</AccessKeyId>
      <Expiration>2026-03-01T13:38:15Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata>
    <RequestId>3f6a1c0e-0000-4000-8000-000000000001</RequestId>
  </ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>
"#;
    assert_eq!(write(Sts, "AssumeRoleWithWebIdentity", Format::Xml, web_identity), expected);
}

#[test]
fn json_of_an_exchange() {
    let expected = concat!(
        r#"{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Audience":"sts.amazonaws.com","#,
        r#""AssumedRoleUser":{"AssumedRoleId":"AROAEXAMPLEEXAMPLEEXA:build-17","#,
        r#""Arn":"arn:aws:sts::111122223333:assumed-role/deployer/build-17"},"#,
        r#""Credentials":{"AccessKeyId":"ASIAEXAMPLEEXAMPLEEX","Expiration":1772372295},"PackedPolicySize":6},"#,
        r#""ResponseMetadata":{"RequestId":"3f6a1c0e-0000-4000-8000-000000000001"}}}"#,
    );
    assert_eq!(write(Sts, "AssumeRoleWithWebIdentity", Format::Json, web_identity), expected);
}

fn collections(writer: &mut Writer) {
    writer.structure("Role", |role| {
        role.document("AssumeRolePolicyDocument", r#"{"a": "%3A"}"#);
        role.structure("RoleLastUsed", |_| {});
        role.text("Description", "");
        role.list("Tags", [("k<1>", "v\"")], |tag, (key, value)| {
            tag.text("Key", key);
            tag.text("Value", value);
        });
        role.texts("Names", ["a", ""]);
        role.texts("Users", [""; 0]);
        role.map("SummaryMap", [("Users", 1), ("Roles", 2)], |map, name, value| map.int(name, value));
        role.bool("IsTruncated", false);
    });
}

#[test]
fn collections_and_empties() {
    let expected = r#"<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <GetRoleResult>
    <Role>
      <AssumeRolePolicyDocument>%7B%22a%22%3A%20%22%253A%22%7D</AssumeRolePolicyDocument>
      <RoleLastUsed/>
      <Description/>
      <Tags>
        <member>
          <Key>k&lt;1&gt;</Key>
          <Value>v"</Value>
        </member>
      </Tags>
      <Names>
        <member>a</member>
        <member/>
      </Names>
      <Users/>
      <SummaryMap>
        <entry>
          <key>Users</key>
          <value>1</value>
        </entry>
        <entry>
          <key>Roles</key>
          <value>2</value>
        </entry>
      </SummaryMap>
      <IsTruncated>false</IsTruncated>
    </Role>
  </GetRoleResult>
  <ResponseMetadata>
    <RequestId>3f6a1c0e-0000-4000-8000-000000000001</RequestId>
  </ResponseMetadata>
</GetRoleResponse>
"#;
    assert_eq!(write(Iam, "GetRole", Format::Xml, collections), expected);
    let json = write(Iam, "GetRole", Format::Json, collections);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let role = serde_json::json!({
        "AssumeRolePolicyDocument": "%7B%22a%22%3A%20%22%253A%22%7D", "RoleLastUsed": {}, "Description": "",
        "Tags": [{"Key": "k<1>", "Value": "v\""}], "Names": ["a", ""], "Users": [],
        "SummaryMap": {"Users": 1, "Roles": 2}, "IsTruncated": false,
    });
    assert_eq!(json["GetRoleResponse"]["GetRoleResult"]["Role"], role);
}

#[test]
fn operations_without_output_have_no_result_element() {
    let metadata = "  <ResponseMetadata>\n    <RequestId>3f6a1c0e-0000-4000-8000-000000000001</RequestId>\n  \
                    </ResponseMetadata>\n";
    for (operation, result) in [("DeleteRole", ""), ("UpdateRole", "  <UpdateRoleResult/>\n")] {
        let expected = format!(
            "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n{result}{metadata}</{operation}Response>\n"
        );
        assert_eq!(write(Iam, operation, Format::Xml, |_| {}), expected);
    }
    for operation in ["DeleteRole", "UpdateRole"] {
        let json = write(Iam, operation, Format::Json, |_| {});
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
    }
}

#[test]
fn json_is_given_to_those_who_ask() {
    for (accept, format) in [
        ("application/json", Format::Json),
        ("text/html, application/json;q=0.9", Format::Json),
        ("*/*", Format::Xml),
        ("application/jsonp-not", Format::Xml),
        ("", Format::Xml),
    ] {
        let headers: [Header<'_>; 1] = [("Accept", accept.as_bytes())];
        assert_eq!(Format::asked(&post(&headers)), format, "{accept}");
    }
    assert_eq!(Format::asked(&post(&[])), Format::Xml);
}

//! Records of JSON services: parameters from the input, response elements from the output.

use rolecall_trail::record::{Fields, Identity, Record};
use rolecall_wire::fault::Fault;
use rolecall_wire::operation::{Member, Shape, lower_camel};
use serde_json::{Map, Value};

use super::{Frame, HIDDEN, recorded_code};

impl Frame<'_> {
    /// The record of a signed call of a JSON service.
    #[must_use]
    pub fn json(
        &self,
        identity: Identity,
        input: &Map<String, Value>,
        result: Result<&Value, &Fault>,
    ) -> Record {
        let mut record = self.record(identity);
        let fields = members(self.operation.members, input);
        if !fields.is_empty() {
            record = record.parameters(fields);
        }
        match result {
            Err(fault) => record.refused(&recorded_code(self.operation.service, fault.code), &fault.message),
            // Reading calls have no response elements (reference cloudtrail.md §2).
            Ok(_) if self.operation.read_only => record,
            Ok(output) => {
                let fields = fields_of(output);
                if fields.is_empty() { record } else { record.response(fields) }
            }
        }
    }
}

/// Members of an answer as records spell them.
fn fields_of(output: &Value) -> Fields {
    let members = output.as_object().into_iter().flatten();
    members.fold(Fields::new(), |fields, (name, value)| fields.json(&lower_camel(name), value))
}

/// What was sent, member by member of the table: names in lower camel case, sensitive values hidden.
fn members(members: &[Member], input: &Map<String, Value>) -> Fields {
    members.iter().fold(Fields::new(), |fields, member| {
        match input.get(member.name).filter(|value| !value.is_null()) {
            Some(value) => add(fields, member, value),
            None => fields,
        }
    })
}

fn add(fields: Fields, member: &Member, value: &Value) -> Fields {
    let name = lower_camel(member.name);
    if member.sensitive {
        return fields.text(&name, HIDDEN);
    }
    match (&member.shape, value) {
        (Shape::Structure(inner), Value::Object(inside)) => fields.object(&name, &members(inner, inside)),
        (Shape::List { of: Shape::Structure(inner), .. }, Value::Array(items)) => {
            let items: Vec<Fields> =
                items.iter().filter_map(Value::as_object).map(|item| members(inner, item)).collect();
            fields.objects(&name, &items)
        }
        _ => fields.json(&name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolecall_wire::operation;
    use rolecall_wire::service::Service;
    use serde_json::json;

    #[test]
    fn input_as_records_have_it() {
        let table = [
            (
                Service::CloudTrail,
                "LookupEvents",
                json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "X"}], "MaxResults": 5, "Other": 1}),
                json!({"lookupAttributes": [{"attributeKey": "EventName", "attributeValue": "X"}], "maxResults": 5}),
            ),
            (
                Service::Eks,
                "TagResource",
                json!({"resourceArn": "arn:x", "tags": {"Team": "a", "Password": "b"}}),
                json!({"resourceArn": "arn:x", "tags": {"Team": "a", "Password": HIDDEN}}),
            ),
            (
                Service::EksAuth,
                "AssumeRoleForPodIdentity",
                json!({"clusterName": "prod", "token": "e30.e30.c2ln", "zone": null}),
                json!({"clusterName": "prod", "token": HIDDEN}),
            ),
        ];
        for (service, name, input, wanted) in table {
            let operation = operation::find(service, name).unwrap();
            let fields = members(operation.members, input.as_object().unwrap());
            assert_eq!(fields.value(), wanted, "{name}");
        }
    }

    #[test]
    fn secrets_of_an_answer_are_hidden_however_deep() {
        let fields =
            fields_of(&json!({"Token": "secret", "a": {"credentials": [{"sessionToken": "secret"}]}}));
        assert!(!fields.value().to_string().contains("secret"), "{fields:?}");
    }
}

//! The bodies of errors (reference sts.md §1.2, sigv4.md §6, eks.md §1, cloudtrail.md §1).

use super::{Code, Fault};
use crate::answer::{Format, xml};
use crate::http::Answer;
use crate::service::{Protocol, Service};
use serde_json::{Map, Value, json};

impl Fault {
    /// The answer as a service gives it. `format` counts for Query services only: a JSON rendering is given
    /// to those who send `Accept: application/json`. `request_id` is the one of the `x-amzn-RequestId`
    /// header.
    #[must_use]
    pub fn render(&self, service: Service, format: Format, request_id: &str) -> Answer {
        let status = self.code.status(service);
        let (content_type, error_type, body) = match (service.protocol(), format) {
            (Protocol::Query, _) if self.code == Code::Undetermined => ("text/xml", None, self.nameless()),
            (Protocol::Query, Format::Xml) => ("text/xml", None, self.xml(service, status, request_id)),
            (Protocol::Query, Format::Json) => {
                ("application/json", None, self.query_json(service, status, request_id))
            }
            (Protocol::Json11, _) => ("application/x-amz-json-1.1", None, self.json11(service)),
            (Protocol::RestJson, _) => {
                ("application/json", Some(self.code.name(service)), self.rest_json(service))
            }
        };
        Answer { status, content_type, error_type, body: body.into_bytes() }
    }

    fn kind(status: u16) -> &'static str {
        if status < 500 { "Sender" } else { "Receiver" }
    }

    fn xml(&self, service: Service, status: u16, request_id: &str) -> String {
        let mut out = String::with_capacity(320 + self.message.len());
        out.push_str("<ErrorResponse xmlns=\"");
        out.push_str(service.namespace().unwrap_or_default());
        out.push_str("\">\n  <Error>\n    <Type>");
        out.push_str(Self::kind(status));
        out.push_str("</Type>\n    <Code>");
        out.push_str(self.code.name(service));
        out.push_str("</Code>\n    <Message>");
        xml::escape_into(&mut out, &self.message);
        out.push_str("</Message>\n  </Error>\n  <RequestId>");
        xml::escape_into(&mut out, request_id);
        out.push_str("</RequestId>\n</ErrorResponse>\n");
        out
    }

    /// The body without namespace, code and request id.
    fn nameless(&self) -> String {
        let mut out = String::from("<AccessDeniedException>\n  <Message>");
        xml::escape_into(&mut out, &self.message);
        out.push_str("</Message>\n</AccessDeniedException>\n");
        out
    }

    fn query_json(&self, service: Service, status: u16, request_id: &str) -> String {
        let error = json!({
            "Code": self.code.name(service), "Message": self.message, "Type": Self::kind(status),
        });
        json!({ "Error": error, "RequestId": request_id }).to_string()
    }

    fn json11(&self, service: Service) -> String {
        json!({ "__type": self.code.name(service), "message": self.json_message() }).to_string()
    }

    /// EKS prints the members that its errors declare, null ones too.
    fn rest_json(&self, service: Service) -> String {
        let mut body = Map::new();
        body.insert("message".to_owned(), Value::from(self.json_message()));
        let members = if service == Service::Eks { self.code.eks_members() } else { &[] };
        for member in members {
            let known = self.cluster.as_deref().filter(|_| *member == "clusterName");
            body.insert((*member).to_owned(), Value::from(known));
        }
        Value::Object(body).to_string()
    }

    /// One sentence differs between the protocols (sigv4.md §6).
    fn json_message(&self) -> &str {
        match self.code {
            Code::MissingAuthenticationToken => "Missing Authentication Token",
            _ => &self.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f6a1c0e-0000-4000-8000-000000000002";

    fn body(fault: &Fault, service: Service) -> (u16, String) {
        let answer = fault.render(service, Format::Xml, ID);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn bodies_have_the_recorded_sizes() {
        let keys = "Couldn't retrieve verification key from your identity provider,  please reference \
                    AssumeRoleWithWebIdentity documentation for requirements";
        let denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        for (fault, size) in [
            (Fault::new(Code::InvalidIdentityToken, keys), 390),
            (Fault::new(Code::AccessDenied, denied), 299),
            (Fault::bad_token(), 305),
        ] {
            assert_eq!(body(&fault, Service::Sts).1.len(), size, "{fault}");
        }
    }

    #[test]
    fn xml_is_byte_exact() {
        let fault = Fault::new(Code::NoSuchEntity, "The role with name <a&b> cannot be found.");
        let expected = format!(
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n  <Error>\n    <Type>Sender</Type>\n    \
             <Code>NoSuchEntity</Code>\n    <Message>The role with name &lt;a&amp;b&gt; cannot be found.</Message>\n  \
             </Error>\n  <RequestId>{ID}</RequestId>\n</ErrorResponse>\n"
        );
        assert_eq!(body(&fault, Service::Iam), (404, expected));
        let (status, text) = body(&Fault::new(Code::InternalFailure, "x"), Service::Sts);
        assert!(status == 500 && text.contains("<Type>Receiver</Type>"), "{text}");
        let nameless = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized\
                        </Message>\n</AccessDeniedException>\n";
        assert_eq!(body(&Fault::undetermined(), Service::Sts), (403, nameless.to_owned()));
    }

    #[test]
    fn json_forms() {
        let answer = Fault::throttled().render(Service::CloudTrail, Format::Xml, ID);
        assert_eq!((answer.status, answer.content_type), (400, "application/x-amz-json-1.1"));
        assert_eq!(answer.body, br#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);

        let answer = Fault::unknown_key().render(Service::Eks, Format::Xml, ID);
        assert_eq!((answer.status, answer.error_type), (403, Some("UnrecognizedClientException")));
        assert_eq!(answer.body, br#"{"message":"The security token included in the request is invalid."}"#);

        let fault = Fault::new(Code::ResourceNotFoundException, "No cluster found for name: prod.");
        let answer = fault.about_cluster("prod").render(Service::Eks, Format::Xml, ID);
        let expected =
            r#"{"message":"No cluster found for name: prod.","clusterName":"prod","nodegroupName":null,"#;
        assert!(answer.status == 404 && answer.body.starts_with(expected.as_bytes()), "{answer:?}");

        // Each error has the members that it declares, and no others.
        let fault = Fault::new(Code::ResourceInUseException, "x").about_cluster("prod");
        let answer = fault.render(Service::Eks, Format::Xml, ID);
        let expected = r#"{"message":"x","clusterName":"prod","nodegroupName":null,"addonName":null}"#;
        assert_eq!(answer.body, expected.as_bytes());
        let answer = Fault::new(Code::NotFoundException, "x").render(Service::Eks, Format::Xml, ID);
        assert_eq!(answer.body, br#"{"message":"x"}"#);

        let answer = Fault::unsigned().render(Service::Sts, Format::Json, ID);
        let expected = format!(
            r#"{{"Error":{{"Code":"MissingAuthenticationToken","Message":"Request is missing Authentication Token","Type":"Sender"}},"RequestId":"{ID}"}}"#
        );
        assert_eq!((answer.content_type, answer.body), ("application/json", expected.into_bytes()));
    }

    #[test]
    fn status_depends_on_the_service() {
        for (code, service, status) in [
            (Code::Throttling, Service::Iam, 400),
            (Code::Throttling, Service::Eks, 429),
            (Code::AccessDenied, Service::Iam, 403),
            (Code::AccessDenied, Service::CloudTrail, 400),
            (Code::AccessDenied, Service::Eks, 403),
            (Code::AccessDenied, Service::EksAuth, 400),
            (Code::ExpiredToken, Service::Sts, 403),
            (Code::ExpiredTokenException, Service::Sts, 400),
            (Code::SignatureDoesNotMatch, Service::CloudTrail, 400),
            (Code::SignatureDoesNotMatch, Service::Eks, 403),
        ] {
            assert_eq!(code.status(service), status, "{code:?} {service:?}");
        }
    }
}

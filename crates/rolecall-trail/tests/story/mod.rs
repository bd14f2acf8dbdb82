//! Records of a story, one after another.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use rolecall_model::instant::Instant;
use rolecall_trail::record::{Call, Fields, IamUser, Identity, Record, WebIdentity};

/// 2026-03-01T12:00:00Z
pub const NOON: i64 = 1_772_366_400;
pub const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t1";
pub const ROLE: &str = "arn:aws:iam::111122223333:role/ci/deployer";

/// The event id of a number.
pub fn id(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

#[derive(Default)]
pub struct Story {
    pub records: Vec<Record>,
    told: usize,
}

impl Story {
    fn tell(&mut self, minute: usize, source: &str, name: &str, identity: Identity) -> Record {
        let event_id = id(self.told);
        self.told += 1;
        let call = Call {
            time: Instant(NOON + 60 * i64::try_from(minute).unwrap()),
            source,
            name,
            region: "us-east-1",
            address: "203.0.113.10",
            user_agent: "test",
            request_id: &event_id,
            event_id: &event_id,
            account: "111122223333",
            read_only: source == "sts.amazonaws.com",
        };
        Record::new(&call, identity)
    }

    /// Somebody shows a token for [`ROLE`].
    pub fn exchange(&mut self, minute: usize, subject: &str, code: Option<&str>) {
        let identity = Identity::web_identity(&WebIdentity {
            provider: PROVIDER,
            audience: "sts.amazonaws.com:x",
            subject,
        });
        let parameters = Fields::new().text("roleArn", ROLE).text("roleSessionName", "s");
        let record = self.tell(minute, "sts.amazonaws.com", "AssumeRoleWithWebIdentity", identity);
        let record = record.parameters(parameters);
        self.records.push(match code {
            Some(code) => record.refused(code, "An unknown error occurred"),
            None => record,
        });
    }

    /// An administrator calls IAM.
    pub fn iam(&mut self, minute: usize, name: &str, parameters: Fields, code: Option<&str>) {
        let identity = Identity::iam_user(&IamUser {
            id: "AIDAEXAMPLE",
            arn: "arn:aws:iam::111122223333:user/terraform",
            account: "111122223333",
            access_key_id: "AKIAEXAMPLE",
            name: "terraform",
            session: None,
        });
        let record = self.tell(minute, "iam.amazonaws.com", name, identity).parameters(parameters);
        self.records.push(match code {
            Some(code) => record.refused(code, "denied"),
            None => record,
        });
    }
}

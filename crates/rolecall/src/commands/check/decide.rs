//! Each assertion decided: the role's policy and the caller's token as evidence, judged by the doctor.

use rolecall_doctor::conclusion::Conclusion;
use rolecall_doctor::report::diagnose;
use rolecall_model::arn::Arn;
use rolecall_model::document::Located;
use rolecall_model::evidence::{Evidence, Fact};
use rolecall_model::instant::Instant;
use rolecall_model::json::edit::quoted;

use super::caller::Caller;
use super::file::{Assertion, CheckFile, Expected};
use super::roles::{Found, Roles};

/// What came of an assertion.
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// The role, as it was named.
    pub role: String,
    /// The file that declares it.
    pub file: Option<String>,
    /// What came of each caller; none where there is no such role.
    pub callers: Vec<Decided>,
    /// Why nothing could be decided.
    pub trouble: Option<String>,
}

/// What came of one caller.
pub struct Decided {
    /// The caller.
    pub caller: Caller,
    /// Whether it must be able to assume the role.
    pub must: bool,
    /// What the doctor concludes.
    pub conclusion: Conclusion,
    /// What it was concluded from.
    pub evidence: Evidence,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// The files do not decide it.
    Undetermined,
}

impl Outcome {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Undetermined => "undetermined",
        }
    }
}

impl Verdict {
    /// Whether the assertion holds: each of its callers.
    pub fn outcome(&self) -> Outcome {
        let any = |outcome| self.callers.iter().any(|decided| decided.outcome() == outcome);
        match (any(Outcome::Failed), self.trouble.is_some() || any(Outcome::Undetermined)) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Undetermined,
            (false, false) => Outcome::Passed,
        }
    }
}

impl Decided {
    /// Whether it is as it must be.
    pub fn outcome(&self) -> Outcome {
        match (self.conclusion, self.must) {
            (Conclusion::Admitted, true) | (Conclusion::Refused, false) => Outcome::Passed,
            (Conclusion::Admitted, false) | (Conclusion::Refused, true) => Outcome::Failed,
            _ => Outcome::Undetermined,
        }
    }
}

/// Decides every assertion.
pub fn all(check: &CheckFile, roles: &Roles, now: Instant) -> Vec<Verdict> {
    check.assertions.iter().map(|assertion| one(check, assertion, roles, now)).collect()
}

fn one(check: &CheckFile, assertion: &Assertion, roles: &Roles, now: Instant) -> Verdict {
    let verdict = |file: Option<String>, callers, trouble| Verdict {
        name: assertion.name.clone(),
        role: assertion.role.clone(),
        file,
        callers,
        trouble,
    };
    let found = match roles.named(&assertion.role) {
        Ok(found) => found,
        Err(why) => return verdict(None, Vec::new(), Some(why)),
    };
    let text = match &found.text {
        Ok(text) => text,
        Err(why) => {
            let why = format!("the trust policy cannot be worked out: {why}");
            return verdict(Some(found.file.clone()), Vec::new(), Some(why));
        }
    };
    let decide = |caller: Caller, must: bool| {
        let evidence = evidence(check, assertion, found, text, &caller, now);
        let conclusion = diagnose(&evidence).conclusion;
        Decided { caller, must, conclusion, evidence }
    };
    let callers = asked(check, assertion).into_iter().map(|(caller, must)| decide(caller, must)).collect();
    verdict(Some(found.file.clone()), callers, None)
}

/// Everyone who is asked about, and whether they must get in.
fn asked(check: &CheckFile, assertion: &Assertion) -> Vec<(Caller, bool)> {
    let must = assertion.expected != Expected::Deny;
    let mut asked: Vec<(Caller, bool)> =
        assertion.callers.iter().map(|caller| (caller.clone(), must)).collect();
    if assertion.expected == Expected::Only {
        // Whom another assertion lets in is no stranger.
        let same_role = check.assertions.iter().filter(|other| other.role == assertion.role);
        let allowed: Vec<&Caller> = same_role
            .filter(|other| other.expected != Expected::Deny)
            .flat_map(|other| &other.callers)
            .collect();
        for neighbour in assertion.callers.iter().flat_map(Caller::neighbours) {
            let is = |other: &Caller| other.subject == neighbour.subject && other.issuer == neighbour.issuer;
            let known = allowed.iter().any(|other| is(other)) || asked.iter().any(|(other, _)| is(other));
            if !known {
                asked.push((neighbour, false));
            }
        }
    }
    asked
}

fn evidence(
    check: &CheckFile,
    assertion: &Assertion,
    found: &Found,
    role: &str,
    caller: &Caller,
    now: Instant,
) -> Evidence {
    let account = account(check, assertion);
    let name = caller.issuer.strip_prefix("https://").unwrap_or(&caller.issuer);
    let arn = |account: &str| format!("arn:{}:iam::{account}:oidc-provider/{name}", check.partition);
    let registered = match &check.providers {
        None => Some(vec![caller.audience.clone()]),
        Some(known) => known
            .iter()
            .find(|known| known.url.trim_start_matches("https://") == name)
            .map(|known| known.audiences.clone()),
    };
    let listed = match (&registered, &account) {
        (Some(_), Some(account)) => format!("{{\"Arn\": {}}}", quoted(&arn(account))),
        _ => String::new(),
    };
    let mut files = vec![
        ("role.json".to_owned(), role.to_owned()),
        ("token.claims.json".to_owned(), caller.token(now.0)),
        ("now.txt".to_owned(), now.to_string()),
    ];
    if registered.is_none() || account.is_some() {
        files.push(("providers.json".to_owned(), format!("{{\"OpenIDConnectProviderList\": [{listed}]}}\n")));
    }
    if let Some(audiences) = registered {
        let audiences: Vec<String> = audiences.iter().map(|audience| quoted(audience)).collect();
        let text = format!("{{\"Url\": {}, \"ClientIDList\": [{}]}}\n", quoted(name), audiences.join(", "));
        files.push(("provider.json".to_owned(), text));
    }
    let files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    let mut evidence = rolecall_collect::read_files(&files);
    complete(&mut evidence, assertion, found, account.as_deref(), &check.partition);
    evidence
}

/// The account of the role: its ARN's, else the file's.
fn account(check: &CheckFile, assertion: &Assertion) -> Option<String> {
    let of_arn = Arn::parse(&assertion.role).map(|arn| arn.account.clone());
    of_arn.filter(|account| !account.is_empty()).or_else(|| check.account.clone())
}

/// Sources name no ARN, since AWS makes it: it follows from account and name.
fn complete(
    evidence: &mut Evidence,
    assertion: &Assertion,
    found: &Found,
    account: Option<&str>,
    partition: &str,
) {
    let Fact::Present { value: role, .. } = &mut evidence.role.role else { return };
    if !role.arn.value.is_empty() {
        return;
    }
    let named = role.name.as_ref().map(|name| name.value.clone());
    let name = named.or_else(|| found.names.first().cloned()).unwrap_or_else(|| assertion.role.clone());
    let arn = match account {
        _ if assertion.role.starts_with("arn:") => assertion.role.clone(),
        Some(account) => {
            format!("arn:{partition}:iam::{account}:role/{}", name.trim_start_matches("aws_iam_role."))
        }
        None => return,
    };
    role.arn = Located::new(arn, role.arn.at);
}

//! The credential report: GenerateCredentialReport, GetCredentialReport (reference iam.md §8).

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rolecall_model::instant::Instant;
use rolecall_state::entity::{AccessKey, KeyStatus, User};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::account;
use crate::call::{Call, Changes, unchanged};

/// A report is made anew after so many seconds, and gone by then.
const FRESH: i64 = 4 * 3600;
/// The columns (IAM User Guide, "Getting credential reports").
const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
    password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
    cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// GenerateCredentialReport: the report is ready at once, and IAM says so from the second call on.
///
/// # Errors
/// As IAM.
pub fn generate(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let before = account::of(call)?;
    if is_fresh(call, before.settings.credential_report) {
        out.text("State", "COMPLETE");
        return Ok(unchanged());
    }
    out.text("State", "STARTED");
    out.text("Description", "No report exists. Starting a new report generation task");
    let now = call.now;
    Ok(account::with_settings(&before, |settings| settings.credential_report = Some(now)))
}

/// GetCredentialReport.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let Some(made) = account::of(call)?.settings.credential_report else {
        return Err(Fault::new(Code::ReportNotPresent, "No report exists."));
    };
    if !is_fresh(call, Some(made)) {
        let sentence = "The most recent credential report has expired. Generate a new one with GenerateCredentialReport.";
        return Err(Fault::new(Code::ReportExpired, sentence));
    }
    out.text("Content", &STANDARD.encode(report(call)));
    out.text("ReportFormat", "text/csv");
    out.instant("GeneratedTime", made);
    Ok(unchanged())
}

fn is_fresh(call: &Call<'_>, made: Option<Instant>) -> bool {
    made.is_some_and(|made| call.now.0.saturating_sub(made.0) < FRESH)
}

fn report(call: &Call<'_>) -> String {
    let mut report = HEADER.to_owned();
    let root_arn = format!("arn:{}:iam::{}:root", call.partition(), call.account_id());
    let created = call.account.account().map_or(call.now, |account| account.created);
    let password = ["not_supported", "no_information", "not_supported", "not_supported"];
    line(call, &mut report, "<root_account>", &root_arn, created, password, &call.account.root_access_keys());
    for user in call.account.users.all() {
        let (arn, keys) = (user.arn(call.partition()), call.account.access_keys_of(&user.id));
        let used = password_last_used(call, &user);
        let enabled = used != "N/A";
        let changed = call.account.login_profiles.get(&user.id).map(|profile| profile.created.to_string());
        let changed = changed.unwrap_or_else(|| "N/A".to_owned());
        let password = [if enabled { "true" } else { "false" }, &used, &changed, "N/A"];
        line(call, &mut report, &user.name, &arn, user.created, password, &keys);
    }
    report
}

fn password_last_used(call: &Call<'_>, user: &User) -> String {
    match (call.account.login_profiles.get(&user.id), user.password_last_used) {
        (None, _) => "N/A".to_owned(),
        (Some(_), None) => "no_information".to_owned(),
        (Some(_), Some(used)) => used.to_string(),
    }
}

fn line(
    call: &Call<'_>,
    report: &mut String,
    name: &str,
    arn: &str,
    created: Instant,
    password: [&str; 4],
    keys: &[Shared<AccessKey>],
) {
    let _ = write!(report, "\n{name},{arn},{created},{},false", password.join(","));
    for at in 0..2 {
        match keys.get(at) {
            Some(key) => {
                let (active, rotated) = (key.status == KeyStatus::Active, key.created);
                let used = call.desk.uses.of_key(key);
                let used = used.as_ref();
                let date = used.map_or("N/A".to_owned(), |used| used.at.to_string());
                let (region, service) = used.map_or(("N/A", "N/A"), |used| (&used.region, &used.service));
                let _ = write!(report, ",{active},{rotated},{date},{region},{service}");
            }
            None => report.push_str(",false,N/A,N/A,N/A,N/A"),
        }
    }
    report.push_str(",false,N/A,false,N/A");
}

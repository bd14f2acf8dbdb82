//! The account's password policy: Get, Update, Delete, and whether a password fits (reference iam.md §8).
//!
//! An account without a policy of its own takes any password: IAM's default policy guards its console, and there is
//! none here (docs/differences.md).

use rolecall_state::entity::PasswordPolicy;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::account;
use crate::call::{Call, Changes, no_such, unchanged};

/// The shortest password where the request does not say.
const SHORTEST: u32 = 6;

/// GetAccountPasswordPolicy.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let account = account::of(call)?;
    let policy = account.settings.password_policy.as_ref().ok_or_else(|| {
        let id = call.account_id();
        no_such(format!("The Password Policy with domain name {id} cannot be found."))
    })?;
    out.structure("PasswordPolicy", |out| {
        out.int("MinimumPasswordLength", i64::from(policy.minimum_length));
        out.bool("RequireSymbols", policy.symbols);
        out.bool("RequireNumbers", policy.numbers);
        out.bool("RequireUppercaseCharacters", policy.uppercase);
        out.bool("RequireLowercaseCharacters", policy.lowercase);
        out.bool("AllowUsersToChangePassword", policy.users_may_change);
        out.bool("ExpirePasswords", policy.max_age.is_some());
        if let Some(days) = policy.max_age {
            out.int("MaxPasswordAge", i64::from(days));
        }
        if let Some(count) = policy.reuse_prevention {
            out.int("PasswordReusePrevention", i64::from(count));
        }
        if let Some(hard) = policy.hard_expiry {
            out.bool("HardExpiry", hard);
        }
    });
    Ok(unchanged())
}

/// UpdateAccountPasswordPolicy: what is not given goes back to its default.
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let number = |name: &str| call.number(name).and_then(|number| u32::try_from(number).ok());
    let policy = PasswordPolicy {
        minimum_length: number("MinimumPasswordLength").unwrap_or(SHORTEST),
        symbols: call.flag("RequireSymbols"),
        numbers: call.flag("RequireNumbers"),
        uppercase: call.flag("RequireUppercaseCharacters"),
        lowercase: call.flag("RequireLowercaseCharacters"),
        users_may_change: call.flag("AllowUsersToChangePassword"),
        max_age: number("MaxPasswordAge"),
        reuse_prevention: number("PasswordReusePrevention"),
        hard_expiry: call.params.has("HardExpiry").then(|| call.flag("HardExpiry")),
    };
    let before = account::of(call)?;
    Ok(account::with_settings(&before, |settings| settings.password_policy = Some(policy)))
}

/// DeleteAccountPasswordPolicy.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let before = account::of(call)?;
    if before.settings.password_policy.is_none() {
        return Err(no_such("The account policy with name PasswordPolicy cannot be found.".to_owned()));
    }
    Ok(account::with_settings(&before, |settings| settings.password_policy = None))
}

/// Whether a password fits the account's own policy.
///
/// # Errors
/// `PasswordPolicyViolation` where it does not.
pub fn admit(call: &Call<'_>, password: &str) -> Result<(), Fault> {
    let account = account::of(call)?;
    let Some(policy) = &account.settings.password_policy else { return Ok(()) };
    if fits(policy, password) {
        return Ok(());
    }
    let sentence = "Password does not conform to the account password policy.";
    Err(Fault::new(Code::PasswordPolicyViolation, sentence))
}

fn fits(policy: &PasswordPolicy, password: &str) -> bool {
    let has = |wanted: bool, kind: fn(&char) -> bool| !wanted || password.chars().any(|c| kind(&c));
    u32::try_from(password.chars().count()).is_ok_and(|length| length >= policy.minimum_length)
        && has(policy.uppercase, char::is_ascii_uppercase)
        && has(policy.lowercase, char::is_ascii_lowercase)
        && has(policy.numbers, char::is_ascii_digit)
        && has(policy.symbols, char::is_ascii_punctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_passwords_fit() {
        let strict = PasswordPolicy {
            minimum_length: 8,
            symbols: true,
            numbers: true,
            uppercase: true,
            lowercase: true,
            users_may_change: false,
            max_age: None,
            reuse_prevention: None,
            hard_expiry: None,
        };
        for (password, wanted) in [
            ("aB3$efgh", true),
            ("aB3$efg", false),
            ("ab3$efgh", false),
            ("AB3$EFGH", false),
            ("aBc$efgh", false),
            ("aB3defgh", false),
        ] {
            assert_eq!(fits(&strict, password), wanted, "{password}");
        }
    }
}

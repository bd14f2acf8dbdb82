//! Passwords for the console: Create, Get, Update, DeleteLoginProfile, ChangePassword (reference iam.md §6).
//!
//! Nothing here signs in with a password; it is kept such that ChangePassword can tell whether the old one is right.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, derive, verify};
use rolecall_state::change::{Change, Compare};
use rolecall_state::entity::{LoginProfile, User, Wrapped};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};

use super::{already_exists, password_policy, user};
use crate::call::{Call, Changes, changed, no_such, unchanged};

/// Rounds of PBKDF2. What it gives is sealed as well, so that a stolen store alone cannot be searched.
const ROUNDS: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
const SALT: usize = 16;
const HASH: usize = 32;

/// CreateLoginProfile.
///
/// # Errors
/// As IAM.
pub fn create(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let user = call.user_or_self()?;
    let Some(password) = call.params.get("Password") else {
        return Err(Fault::new(Code::ValidationError, "Must specify password when creating a login profile"));
    };
    if call.account.login_profiles.get(&user.id).is_some() {
        return Err(already_exists(format!("Login Profile for user {} already exists.", user.name)));
    }
    password_policy::admit(call, password)?;
    let profile = LoginProfile {
        account: call.account_id().to_owned(),
        user_id: user.id.clone(),
        created: call.now,
        reset_required: call.flag("PasswordResetRequired"),
        verifier: verifier(call, &user, password),
    };
    out.structure("LoginProfile", |out| head(out, &user, &profile));
    let mut changes = crate::call::created(profile);
    user::rely_on(&mut changes, &user);
    Ok(changes)
}

/// GetLoginProfile.
///
/// # Errors
/// As IAM.
pub fn get(call: &Call<'_>, out: &mut Writer) -> Result<Changes, Fault> {
    let user = call.user_or_self()?;
    let profile = of(call, &user)?;
    out.structure("LoginProfile", |out| head(out, &user, &profile));
    Ok(unchanged())
}

/// UpdateLoginProfile: members that are not given stay as they are.
///
/// # Errors
/// As IAM.
pub fn update(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let user = call.user()?;
    let before = of(call, &user)?;
    let mut profile = before.value.clone();
    if let Some(password) = call.params.get("Password") {
        password_policy::admit(call, password)?;
        profile.verifier = verifier(call, &user, password);
    }
    if call.params.has("PasswordResetRequired") {
        profile.reset_required = call.flag("PasswordResetRequired");
    }
    Ok(changed(&before, Change::put(profile)))
}

/// DeleteLoginProfile.
///
/// # Errors
/// As IAM.
pub fn delete(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let user = call.user_or_self()?;
    let profile = of(call, &user)?;
    Ok(changed(&profile, Change::delete(&profile.value)))
}

/// ChangePassword: the caller's own, if the account lets users do so or the caller is allowed to.
///
/// # Errors
/// As IAM.
pub fn change_password(call: &Call<'_>, _: &mut Writer) -> Result<Changes, Fault> {
    let wrong_caller = || Fault::new(Code::InvalidUserType, "Only IAM Users can change their own password");
    let user = call.who.user().ok_or_else(wrong_caller)?;
    let before = of(call, user)?;
    if !is_password(call, user, &before, call.text("OldPassword")) {
        return Err(Fault::new(Code::AccessDenied, "The old password was incorrect."));
    }
    let password = call.text("NewPassword");
    password_policy::admit(call, password)?;
    let verifier = verifier(call, user, password);
    let profile = LoginProfile { verifier, reset_required: false, ..before.value.clone() };
    let mut changes = changed(&before, Change::put(profile));
    changes.compare.push(Compare::unchanged(user));
    Ok(changes)
}

fn of(call: &Call<'_>, user: &User) -> Result<Shared<LoginProfile>, Fault> {
    let missing = || no_such(format!("Login Profile for User {} cannot be found.", user.name));
    call.account.login_profiles.get(&user.id).ok_or_else(missing)
}

fn head(out: &mut Writer, user: &User, profile: &LoginProfile) {
    out.text("UserName", &user.name);
    out.instant("CreateDate", profile.created);
    out.bool("PasswordResetRequired", profile.reset_required);
}

/// Salt and hash, sealed.
fn verifier(call: &Call<'_>, user: &User, password: &str) -> Wrapped {
    let (mut salt, mut hash) = ([0_u8; SALT], [0_u8; HASH]);
    call.random.fill(&mut salt);
    derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, password.as_bytes(), &mut hash);
    let plain = [salt.as_slice(), hash.as_slice()].concat();
    Wrapped(call.desk.master.seal(&plain, user.id.as_bytes(), call.random))
}

fn is_password(call: &Call<'_>, user: &User, profile: &LoginProfile, password: &str) -> bool {
    let Ok(plain) = call.desk.master.open(&profile.verifier.0, user.id.as_bytes()) else { return false };
    let Some((salt, hash)) = plain.split_at_checked(SALT) else { return false };
    verify(PBKDF2_HMAC_SHA256, ROUNDS, salt, password.as_bytes(), hash).is_ok()
}

//! What the attempt shows: how far it came, and as whom it was refused.

use rolecall_model::arn::Arn;
use rolecall_model::document::{At, Text};
use rolecall_model::evidence::attempt::{Denial, Observation, Symptom, TrailEvent};

use super::Case;

/// How far the attempt came, as far as was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was seen.
    Unseen,
    /// The program never got as far as STS: no credentials, no token, no way.
    Before,
    /// STS refused the exchange.
    Exchange,
    /// Another identity than the role signed the call that was refused.
    OtherIdentity,
    /// The role was assumed; a later call was refused.
    After,
    /// The role was assumed and nothing was refused.
    Admitted,
    /// Something failed and the text does not tell where.
    Unclear,
}

impl<'a> Case<'a> {
    /// The first observation that fits, those of the error itself before those of logs.
    pub fn saw(&self, fits: impl Fn(&Symptom) -> bool) -> Option<&'a Observation> {
        let all = &self.attempt().observations;
        let fit = |headline: bool| all.iter().find(|seen| seen.headline == headline && fits(&seen.symptom));
        fit(true).or_else(|| fit(false))
    }

    /// Denials that name their caller, in order.
    pub fn denials(&self) -> impl Iterator<Item = (&'a Denial, At)> + '_ {
        self.attempt().observations.iter().filter_map(|seen| match &seen.symptom {
            Symptom::Denied(denial) => Some((denial, seen.at)),
            _ => None,
        })
    }

    /// The first denial whose caller is a session of the role that is asked for.
    #[must_use]
    pub fn denied_as_role(&self) -> Option<(&'a Denial, At)> {
        self.denials().find(|(denial, _)| self.is_the_role(&denial.principal) == Some(true))
    }

    /// The first denial whose caller is somebody else.
    #[must_use]
    pub fn denied_as_other(&self) -> Option<(&'a Denial, At)> {
        self.denials().find(|(denial, _)| self.is_the_role(&denial.principal) == Some(false))
    }

    /// An identity other than the role that was shown by `get-caller-identity` or a denial.
    #[must_use]
    pub fn other_identity(&self) -> Option<Text> {
        if let Some((denial, at)) = self.denied_as_other() {
            return Some(Text { value: denial.principal.clone(), at });
        }
        let shown = &self.attempt().identities;
        shown.iter().find(|arn| self.is_the_role(&arn.value) == Some(false)).cloned()
    }

    /// Whether an ARN is the role that is asked for or one of its sessions; none where the role is not known.
    #[must_use]
    pub fn is_the_role(&self, principal: &str) -> Option<bool> {
        let seen = Arn::parse(principal)?;
        let names = self.role_names();
        if names.is_empty() {
            return None;
        }
        let name = seen.assumed_role().map(|(name, _)| name).or_else(|| seen.role_name());
        let Some(name) = name else { return Some(false) };
        Some(names.iter().any(|(account, role)| *account == seen.account && role == name))
    }

    /// Account and name of the role, as the request and the role's own file give them.
    fn role_names(&self) -> Vec<(String, String)> {
        let file = self.evidence.role.role.present().map(|role| role.arn.value.as_str());
        let asked = self.requested.as_ref().map(|requested| requested.arn.value.as_str());
        let parsed = [file, asked].into_iter().flatten().filter_map(Arn::parse);
        parsed.filter_map(|arn| Some((arn.account.clone(), arn.role_name()?.to_owned()))).collect()
    }

    /// A refusal that does not say whom it refused.
    #[must_use]
    pub fn bare_denial(&self) -> Option<&'a Observation> {
        self.saw(|symptom| matches!(symptom, Symptom::BareDenied { .. }))
    }

    /// How far the attempt came.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.saw(is_exchange_refusal).is_some() || self.refused_in_trail() {
            return Phase::Exchange;
        }
        if self.denied_as_role().is_some() {
            return Phase::After;
        }
        if self.denied_as_other().is_some() {
            return Phase::OtherIdentity;
        }
        let shown = &self.attempt().identities;
        let succeeded = shown.iter().any(|arn| self.is_the_role(&arn.value) == Some(true));
        let headline = self.attempt().observations.iter().any(|seen| seen.headline);
        // A log of attempts of which a later one succeeded.
        let passing = |symptom: &Symptom| succeeded && !headline && *symptom == Symptom::Throttled;
        if self.saw(|symptom| is_before_sts(symptom) && !passing(symptom)).is_some() {
            return Phase::Before;
        }
        if headline {
            return if succeeded && self.bare_denial().is_some() { Phase::After } else { Phase::Unclear };
        }
        if succeeded {
            return Phase::Admitted;
        }
        if shown.iter().any(|arn| self.is_the_role(&arn.value) == Some(false)) {
            return Phase::OtherIdentity;
        }
        match (self.attempt().observations.is_empty(), self.admitted_in_trail()) {
            (true, true) => Phase::Admitted,
            (true, false) => Phase::Unseen,
            (false, _) => Phase::Unclear,
        }
    }

    /// The refused AssumeRoleWithWebIdentity that CloudTrail shows; one that the same caller made good later does not
    /// count.
    #[must_use]
    pub fn refusal_in_trail(&self) -> Option<&'a TrailEvent> {
        let events = &self.attempt().events;
        let web = |event: &&TrailEvent| event.name == "AssumeRoleWithWebIdentity";
        let value = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
        let mut refused =
            events.iter().enumerate().filter(|(_, event)| web(event) && event.error_code.is_some());
        let stands = |(at, event): &(usize, &TrailEvent)| {
            !events.iter().skip(at + 1).filter(web).any(|later| {
                later.error_code.is_none()
                    && value(&later.subject) == value(&event.subject)
                    && value(&later.role_arn) == value(&event.role_arn)
            })
        };
        refused.rfind(stands).map(|(_, event)| event)
    }

    /// Whether CloudTrail has a refused AssumeRoleWithWebIdentity.
    #[must_use]
    pub fn refused_in_trail(&self) -> bool {
        self.refusal_in_trail().is_some()
    }

    /// Whether CloudTrail has an AssumeRoleWithWebIdentity that succeeded.
    fn admitted_in_trail(&self) -> bool {
        let web = |event: &TrailEvent| event.name == "AssumeRoleWithWebIdentity";
        self.attempt().events.iter().any(|event| web(event) && event.error_code.is_none())
    }
}

/// Answers that STS gives to AssumeRoleWithWebIdentity.
pub(crate) fn is_exchange_refusal(symptom: &Symptom) -> bool {
    matches!(
        symptom,
        Symptom::TrustDenied
            | Symptom::NoProvider { .. }
            | Symptom::IncorrectAudience
            | Symptom::SeveralAudiences
            | Symptom::KeyNotRetrieved
            | Symptom::IdpCommunication
            | Symptom::IdpRejected
            | Symptom::ThumbprintMismatch
            | Symptom::NotAJwt
            | Symptom::TokenNotValidated
            | Symptom::MissingClaim { .. }
            | Symptom::TokenExpired { .. }
            | Symptom::TokenTooOld
            | Symptom::TokenNotYetValid
            | Symptom::TagsMalformed
            | Symptom::RolesClaimRefused
            | Symptom::RequestArnInvalid
            | Symptom::Validation { .. }
            | Symptom::DurationAboveRole
            | Symptom::DurationAboveChain
            | Symptom::RegionDisabled
            | Symptom::PackedPolicyTooLarge
            | Symptom::CognitoPoolRefused
    )
}

/// Failures before any answer of STS.
pub(crate) fn is_before_sts(symptom: &Symptom) -> bool {
    matches!(
        symptom,
        Symptom::NoCredentials
            | Symptom::ImdsAsked
            | Symptom::RoleArnNotSet
            | Symptom::TokenFileNotSet
            | Symptom::TokenFileUnreadable { .. }
            | Symptom::TokenFileMissing { .. }
            | Symptom::TokenFileEmpty
            | Symptom::Unreachable { .. }
            | Symptom::HostUnknown { .. }
            | Symptom::TlsUntrusted { .. }
            | Symptom::IdTokenNotIssued
            | Symptom::SdkModuleMissing { .. }
            | Symptom::Throttled
    )
}

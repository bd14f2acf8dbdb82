//! AssumeRoleWithWebIdentity: the engine decides, on facts from the state and keys from the issuer (reference sts.md §3).

use std::sync::Arc;

use rolecall_engine::exchange::grant::Grant;
use rolecall_engine::exchange::refusal::Refusal;
use rolecall_engine::exchange::{Answer, decide};
use rolecall_engine::token::jwks::KeySet as ReadyKeys;
use rolecall_engine::token::jwt::{self, Jwt, TokenFlaw};
use rolecall_engine::world::{Given, Provider, Request, Role as RoleFacts, Token, World};
use rolecall_issuer::cache::Keys;
use rolecall_issuer::key_set::KeySet;
use rolecall_model::arn::{Arn, parse_role_arn};
use rolecall_model::json::Node;
use rolecall_model::provider_url::{is_built_in, is_loopback, provider_name};
use rolecall_policy::compile::Compiled;
use rolecall_state::entity::{OidcProvider, Role};
use rolecall_state::view::Shared;
use rolecall_wire::answer::Writer;
use rolecall_wire::fault::{Code, Fault};
use rolecall_wire::query::Params;

use super::assume_role::assumed;
use super::issued;
use super::session_limits::SessionLimits;
use crate::desk::Desk;
use crate::origin::Origin;
use crate::session::{self, Credentials, Session, WebIdentity};

/// Everything that was looked at for one exchange; what the record and an explanation are made from.
#[derive(Debug)]
pub struct Exchange {
    /// The role's ARN, if the text is one.
    pub arn: Option<Arn>,
    /// The token's claims, if it is one.
    pub claims: Option<Node>,
    /// The token's header, if it is one.
    pub header: Option<Node>,
    /// The provider of the token's issuer in the account.
    pub provider: Option<Shared<OidcProvider>>,
    /// The role that the request names.
    pub role: Option<Shared<Role>>,
    /// The issuer's keys, if they were needed, and how the connection to it was verified.
    pub keys: Option<Arc<KeySet>>,
    /// Why the issuer's keys could not be had: for the log and whoever may ask, not for the caller.
    pub failure: Option<String>,
    /// What it came to.
    pub outcome: Result<Issued, Refused>,
}

/// A granted exchange.
#[derive(Debug)]
pub struct Issued {
    /// What the engine granted.
    pub grant: Grant,
    /// The credentials.
    pub credentials: Credentials,
    /// Share of the token that policies and tags take, in percent.
    pub packed: Option<i64>,
}

/// A refused exchange.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The engine's reason; none for refusals after it granted.
    pub refusal: Option<Refusal>,
    /// What the caller is told.
    pub fault: Fault,
}

impl Refused {
    /// Whether the token's signature had been verified before.
    #[must_use]
    pub fn after_signature(&self) -> bool {
        use Refusal::{Duration, NoRole, Rcp, RolesClaim, SessionPolicy, Tags, TooOld, Trust, TrustAction};
        match &self.refusal {
            None => true,
            Some(refusal) => matches!(
                refusal,
                NoRole
                    | Rcp
                    | Trust
                    | TrustAction(_)
                    | Tags(_)
                    | Duration
                    | SessionPolicy(_)
                    | RolesClaim
                    | TooOld(_)
                    | Refusal::Expired { .. }
                    | Refusal::NotYet
            ),
        }
    }
}

/// Decides an exchange. Keys are fetched for a registered provider alone, and only where its audience fits too.
pub async fn exchange(desk: &Desk, params: &Params<'_>, origin: &Origin<'_>, region: &str) -> Exchange {
    let facts = Facts::look_up(desk, params);
    let mut keys = facts.keys_at_hand(desk);
    let mut failure = None;
    let mut answer = facts.decide(desk, params, origin, region, &keys);
    if matches!(answer, Answer::NeedsKeys { .. }) {
        keys = facts.fetch(desk, None, &mut failure).await;
        answer = facts.decide(desk, params, origin, region, &keys);
    }
    if let (Answer::Refused(Refusal::Key), KeysFact::Known(set, _), Some(id)) =
        (&answer, &keys, facts.key_id())
        && !set.has(id)
    {
        keys = facts.fetch(desk, Some(id), &mut failure).await;
        answer = facts.decide(desk, params, origin, region, &keys);
    }
    let outcome = facts.conclude(desk, params, answer, &keys);
    facts.into_exchange(keys, failure, outcome)
}

/// Writes the answer of a granted exchange, members in the order that STS has them (reference sts.md §1.1).
pub fn write(out: &mut Writer, role: &Role, partition: &str, session_name: &str, issued: &Issued) {
    let grant = &issued.grant;
    out.text("Audience", &grant.audience);
    assumed(out, role, partition, session_name);
    out.text("Provider", &grant.provider);
    issued::write(out, &issued.credentials);
    out.text("SubjectFromWebIdentityToken", &grant.subject);
    out.text_if("SourceIdentity", grant.source_identity.as_deref());
    if let Some(percent) = issued.packed {
        out.int("PackedPolicySize", percent);
    }
}

/// The issuer's keys as far as they are known.
enum KeysFact {
    Unread,
    Known(Arc<KeySet>, Arc<ReadyKeys>),
    /// They could not be had; whether for a thumbprint that does not fit.
    Failed {
        thumbprint: bool,
    },
}

/// What the state knows of a request.
struct Facts<'p> {
    token: &'p str,
    arn: Option<Arn>,
    jwt: Result<Jwt<'p>, TokenFlaw>,
    provider: Option<Shared<OidcProvider>>,
    role: Option<Shared<Role>>,
    trust: Option<Arc<Compiled>>,
    tags: Vec<(String, String)>,
}

impl<'p> Facts<'p> {
    fn look_up(desk: &Desk, params: &'p Params<'_>) -> Facts<'p> {
        let token = params.get("WebIdentityToken").unwrap_or_default();
        let asked = params.get("RoleArn").unwrap_or_default();
        let arn = parse_role_arn(asked).ok();
        let jwt = jwt::parse(token);
        let account = arn.as_ref().and_then(|arn| desk.state.view().account(&arn.account));
        let issuer = jwt.as_ref().ok().and_then(|jwt| jwt.claims.get("iss")?.as_str());
        let name = issuer.and_then(provider_name).filter(|name| !is_built_in(name));
        let provider = account.as_ref().and_then(|account| account.oidc_providers.get(name?));
        let role = account.and_then(|account| account.roles.get(arn.as_ref()?.role_name()?));
        let role = role.filter(|role| arn.as_ref().is_some_and(|arn| role.arn(&arn.partition) == asked));
        let trust = role.as_ref().map(|role| desk.compiled.trust(role));
        let tags = role
            .as_ref()
            .map(|role| role.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect::<Vec<_>>());
        Facts { token, arn, jwt, provider, role, trust, tags: tags.unwrap_or_default() }
    }

    fn issuer(&self) -> Option<&str> {
        self.jwt.as_ref().ok()?.claims.get("iss")?.as_str()
    }

    fn key_id(&self) -> Option<&str> {
        self.jwt.as_ref().ok().map(Jwt::key_id)
    }

    /// Who is asked for keys: the issuer of a provider that is registered, or built in.
    fn key_source(&self) -> Option<rolecall_issuer::provider::Provider> {
        use rolecall_issuer::provider::{Provider, Thumbprint};
        let issuer = self.issuer()?;
        if let Some(provider) = &self.provider {
            let thumbprints = provider.thumbprints.iter().filter_map(|text| Thumbprint::parse(text));
            // What is registered is a name without a scheme; plain HTTP is for loopback alone.
            let url = if is_loopback(&provider.url) { issuer } else { &provider.url };
            return Some(Provider::new(url, thumbprints));
        }
        let name = provider_name(issuer).filter(|name| is_built_in(name))?;
        Some(Provider::new(name, []))
    }

    /// Keys that are known without asking anybody.
    fn keys_at_hand(&self, desk: &Desk) -> KeysFact {
        let Some(source) = self.key_source() else { return KeysFact::Unread };
        match desk.key_sets.peek(&source) {
            Some(set) => KeysFact::Known(set.clone(), desk.ready_keys(&source, &set)),
            None => KeysFact::Unread,
        }
    }

    /// Asks the issuer; for a key id, because the set at hand lacks it.
    async fn fetch(&self, desk: &Desk, key_id: Option<&str>, failure: &mut Option<String>) -> KeysFact {
        let Some(source) = self.key_source() else { return KeysFact::Failed { thumbprint: false } };
        let asked = match key_id {
            None => desk.key_sets.keys(&source),
            Some(id) => desk.key_sets.unknown_key(&source, id),
        };
        match wait(asked).await {
            Ok(set) => KeysFact::Known(set.clone(), desk.ready_keys(&source, &set)),
            Err(error) => {
                *failure = Some(error.chain());
                KeysFact::Failed { thumbprint: error.is_thumbprint() }
            }
        }
    }

    fn decide(
        &self,
        desk: &Desk,
        params: &Params<'_>,
        origin: &Origin<'_>,
        region: &str,
        keys: &KeysFact,
    ) -> Answer {
        let client_ids = self
            .provider
            .as_ref()
            .map(|provider| Given::Known(provider.client_ids.iter().map(String::as_str).collect::<Vec<_>>()));
        let role_arn = self.role.as_ref().zip(self.arn.as_ref()).map(|(role, arn)| role.arn(&arn.partition));
        let role = self.role.as_ref().zip(role_arn.as_deref()).map(|(role, arn)| RoleFacts {
            arn,
            trust: self.trust.as_deref().map_or(Given::Absent, Given::Known),
            max_session: Given::Known(i64::from(role.max_session_duration)),
            tags: &self.tags,
        });
        let world = World {
            now: Given::Known(desk.clock.now()),
            provider: client_ids.map_or(Given::Absent, |client_ids| Given::Known(Provider { client_ids })),
            keys: match keys {
                KeysFact::Unread => Given::Unread,
                KeysFact::Known(_, ready) => Given::Known(ready.as_ref()),
                KeysFact::Failed { .. } => Given::Absent,
            },
            role: role.map_or(Given::Absent, Given::Known),
            rcp: Given::Absent,
        };
        let address = origin.address.to_canonical().to_string();
        let context = request_context(origin);
        let request = Request {
            role_arn: given(params.get("RoleArn")),
            session_name: given(params.get("RoleSessionName")),
            duration: given(params.get("DurationSeconds").and_then(|text| text.parse().ok())),
            token: Token::Parsed { text: self.token, jwt: &self.jwt },
            policy: params.get("Policy"),
            source_ip: Some(&address),
            region: Some(region),
            context: &context,
        };
        decide(&world, &request)
    }

    fn conclude(
        &self,
        desk: &Desk,
        params: &Params<'_>,
        answer: Answer,
        keys: &KeysFact,
    ) -> Result<Issued, Refused> {
        let refused = |fault: Fault| Refused { refusal: None, fault };
        let grant = match answer {
            Answer::Granted(grant) => grant,
            Answer::Refused(refusal) => {
                let thumbprint = matches!(keys, KeysFact::Failed { thumbprint: true });
                return Err(Refused { fault: fault_of(&refusal, thumbprint), refusal: Some(refusal) });
            }
            // The service knows every fact; what is undetermined here is a statement that cannot be read.
            Answer::NeedsKeys { .. } | Answer::Undetermined(_) => {
                let refusal = Refusal::Trust;
                return Err(Refused { fault: fault_of(&refusal, false), refusal: Some(refusal) });
            }
        };
        let Some(role) = &self.role else { return Err(refused(internal())) };
        let limits = SessionLimits::read(params, desk.state.view(), &role.account).map_err(refused)?;
        let tags = grant.tags.clone().unwrap_or_default();
        let packed = limits.packed(&tags.tags).map_err(refused)?;
        let now = desk.clock.now();
        let session = Session {
            account: role.account.clone(),
            issued: now.0,
            expires: now.0.saturating_add(grant.duration),
            actor: session::Actor::Role {
                role_id: role.id.clone(),
                session_name: params.get("RoleSessionName").unwrap_or_default().to_owned(),
                web_identity: self.web_identity(&grant),
            },
            source_identity: grant.source_identity.clone(),
            tags: tags.tags,
            transitive: tags.transitive,
            policy: limits.policy,
            policy_arns: limits.policy_arns,
        };
        let credentials = issued::issue(desk, &session).map_err(refused)?;
        Ok(Issued { grant, credentials, packed })
    }

    fn web_identity(&self, grant: &Grant) -> Option<WebIdentity> {
        let claims = &self.jwt.as_ref().ok()?.claims;
        let methods = claims.get("amr").map(Node::one_or_many).unwrap_or_default();
        Some(WebIdentity {
            provider: grant.provider.clone(),
            provider_name: provider_name(self.issuer()?)?.to_owned(),
            audience: grant.audience.clone(),
            subject: grant.subject.clone(),
            methods: methods.iter().filter_map(|method| method.as_str().map(str::to_owned)).collect(),
        })
    }

    fn into_exchange(
        self,
        keys: KeysFact,
        failure: Option<String>,
        outcome: Result<Issued, Refused>,
    ) -> Exchange {
        let keys = match keys {
            KeysFact::Known(set, _) => Some(set),
            _ => None,
        };
        let (claims, header) = self.jwt.ok().map(|jwt| (jwt.claims, jwt.header)).unzip();
        Exchange {
            arn: self.arn,
            claims,
            header,
            provider: self.provider,
            role: self.role,
            keys,
            failure,
            outcome,
        }
    }
}

async fn wait(keys: Keys) -> Result<Arc<KeySet>, Arc<rolecall_issuer::error::Error>> {
    match keys {
        Keys::Ready(outcome) => outcome,
        Keys::Pending(pending) => pending.wait().await,
    }
}

fn given<T>(value: Option<T>) -> Given<T> {
    value.map_or(Given::Absent, Given::Known)
}

/// Keys that the engine cannot know: what the request itself does not have is absent.
fn request_context(origin: &Origin<'_>) -> Vec<(String, Vec<String>)> {
    let absent = ["aws:Referer", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"];
    let mut context: Vec<(String, Vec<String>)> =
        absent.iter().map(|key| ((*key).to_owned(), Vec::new())).collect();
    let agent = (!origin.user_agent.is_empty()).then(|| origin.user_agent.to_owned());
    context.push(("aws:UserAgent".to_owned(), agent.into_iter().collect()));
    context.push(("aws:SecureTransport".to_owned(), vec![origin.is_secure().to_string()]));
    context
}

/// STS's code and sentence for a refusal.
fn fault_of(refusal: &Refusal, thumbprint: bool) -> Fault {
    if thumbprint && matches!(refusal, Refusal::Key) {
        let sentence = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint";
        return Fault::new(Code::InvalidIdentityToken, sentence);
    }
    let code = match refusal.code() {
        "AccessDenied" => Code::AccessDenied,
        "ValidationError" => Code::ValidationError,
        "ExpiredTokenException" => Code::ExpiredTokenException,
        "MalformedPolicyDocument" => Code::MalformedPolicyDocument,
        _ => Code::InvalidIdentityToken,
    };
    Fault::new(code, refusal.message())
}

fn internal() -> Fault {
    Fault::new(Code::InternalFailure, "Unknown error validating third-party token")
}

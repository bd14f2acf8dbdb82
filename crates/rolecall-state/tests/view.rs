//! The view against the store: after any transactions, and after any trouble, they say the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use rolecall_model::instant::Instant;
use rolecall_state::change::{Change, Compare, Transaction};
use rolecall_state::embedded::Embedded;
use rolecall_state::entity::*;
use rolecall_state::key::{Key, Kind};
use rolecall_state::revision::Revision;
use rolecall_state::state::State;
use rolecall_state::store::*;
use rolecall_state::view::{PageRequest, Table, View};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const NAMES: [&str; 5] = ["Alpha", "alpha", "beta", "Gamma", "delta"];
const POLICIES: [&str; 3] =
    ["arn:aws:iam::aws:policy/A", "arn:aws:iam::111122223333:policy/B", "arn:aws:iam::444455556666:policy/C"];

/// What a random change is made of; each kind uses what it has use for.
#[derive(Clone, Debug)]
struct Seed {
    kind: usize,
    account: &'static str,
    name: &'static str,
    number: u32,
    policies: Vec<&'static str>,
    names: Vec<&'static str>,
    delete: bool,
}

fn seed() -> impl Strategy<Value = Seed> {
    let policies = proptest::sample::subsequence(POLICIES.to_vec(), 0..=3);
    let names = proptest::sample::subsequence(NAMES.to_vec(), 0..=3);
    let account = proptest::sample::select(ACCOUNTS.to_vec());
    let name = proptest::sample::select(NAMES.to_vec());
    (0..Kind::ALL.len(), account, name, 0..4_u32, policies, names, proptest::bool::weighted(0.25)).prop_map(
        |(kind, account, name, number, policies, names, delete)| Seed {
            kind,
            account,
            name,
            number,
            policies,
            names,
            delete,
        },
    )
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn role(seed: &Seed) -> Role {
    Role {
        account: seed.account.to_owned(),
        path: ["/", "/ci/", "/ci/x/", "/z/"][seed.number as usize].to_owned(),
        name: seed.name.to_owned(),
        // The id changes with the number: a role deleted and made again has another.
        id: format!("AROA{}{}{}", seed.account, seed.name, seed.number),
        created: Instant(1_700_000_000 + i64::from(seed.number)),
        trust_policy: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
        description: Some("a \"role\"\n\u{e9}".to_owned()).filter(|_| seed.number > 1),
        max_session_duration: 3600,
        permissions_boundary: seed.policies.last().map(|arn| (*arn).to_owned()),
        tags: vec![Tag { key: "k".to_owned(), value: seed.number.to_string() }],
        inline_policies: BTreeMap::from([("inline".to_owned(), "{}".to_owned())]),
        attached_policies: texts(&seed.policies),
        last_used: None,
    }
}

fn user(seed: &Seed) -> User {
    User {
        account: seed.account.to_owned(),
        path: "/".to_owned(),
        name: seed.name.to_owned(),
        id: format!("AIDA{}{}", seed.account, seed.number),
        created: Instant(seed.number.into()),
        permissions_boundary: seed.policies.first().map(|arn| (*arn).to_owned()),
        tags: Vec::new(),
        inline_policies: BTreeMap::new(),
        attached_policies: texts(&seed.policies),
        password_last_used: Some(Instant(7)).filter(|_| seed.number > 1),
    }
}

fn entity(seed: &Seed) -> Entity {
    let (account, name, number) = (seed.account.to_owned(), seed.name.to_owned(), seed.number);
    let created = Instant(number.into());
    let user_id = format!("AIDA{}{number}", seed.account);
    let secret = Wrapped(vec![number as u8, 0, 255]);
    match Kind::ALL[seed.kind] {
        Kind::Role => role(seed).into(),
        Kind::User => user(seed).into(),
        Kind::Account => Account {
            account,
            partition: "aws".to_owned(),
            alias: Some(name),
            label: None,
            created,
            global_endpoint_token_version: 1,
            settings: AccountSettings::default(),
        }
        .into(),
        Kind::Group => Group {
            account,
            path: "/".to_owned(),
            name,
            id: format!("AGPA{number}"),
            created,
            members: (0..number).map(|n| format!("AIDA{}{n}", seed.account)).collect(),
            inline_policies: BTreeMap::new(),
            attached_policies: texts(&seed.policies),
        }
        .into(),
        Kind::ManagedPolicy => ManagedPolicy {
            account,
            path: "/".to_owned(),
            name,
            id: format!("ANPA{number}"),
            created,
            updated: created,
            description: None,
            tags: Vec::new(),
            versions: vec![PolicyVersion { number: 1, created, document: "{}".to_owned() }],
            default_version: 1,
            next_version: 2,
        }
        .into(),
        Kind::InstanceProfile => InstanceProfile {
            account,
            path: "/".to_owned(),
            name,
            id: format!("AIPA{number}"),
            created,
            role: seed.names.first().map(|name| (*name).to_owned()),
            tags: Vec::new(),
        }
        .into(),
        Kind::OidcProvider => OidcProvider {
            account,
            url: format!("idp.example.com/{name}"),
            client_ids: texts(&seed.names),
            thumbprints: Vec::new(),
            tags: Vec::new(),
            created,
        }
        .into(),
        Kind::AccessKey => AccessKey {
            account,
            id: format!("AKIA{}{name}", seed.account),
            owner: if number == 0 { KeyOwner::Root } else { KeyOwner::User(user_id) },
            status: if number == 1 { KeyStatus::Inactive } else { KeyStatus::Active },
            created,
            secret,
            last_used: None,
        }
        .into(),
        Kind::LoginProfile => {
            LoginProfile { account, user_id, created, reset_required: number == 1, verifier: secret }.into()
        }
        Kind::Cluster => Cluster {
            account,
            region: "eu-west-1".to_owned(),
            name,
            created,
            version: "1.33".to_owned(),
            status: ClusterStatus::Active,
            endpoint: None,
            certificate_authority: None,
            role_arn: "arn:aws:iam::111122223333:role/eks".to_owned(),
            issuer: None,
            tags: Vec::new(),
            other: None,
        }
        .into(),
        Kind::IdentityProviderConfig => IdentityProviderConfig {
            account,
            region: "eu-west-1".to_owned(),
            cluster: "prod".to_owned(),
            name,
            id: number.to_string(),
            issuer_url: "https://idp.example.com".to_owned(),
            client_id: "kubernetes".to_owned(),
            username_claim: None,
            username_prefix: None,
            groups_claim: None,
            groups_prefix: None,
            required_claims: BTreeMap::new(),
            tags: Vec::new(),
        }
        .into(),
        Kind::PodIdentityAssociation => PodIdentityAssociation {
            account,
            region: "eu-west-1".to_owned(),
            cluster: "prod".to_owned(),
            namespace: "default".to_owned(),
            service_account: name,
            id: format!("a-{number}"),
            role_arn: "arn:aws:iam::111122223333:role/pods".to_owned(),
            created,
            modified: created,
            disable_session_tags: false,
            target_role_arn: None,
            external_id: None,
            policy: None,
            tags: Vec::new(),
        }
        .into(),
        Kind::ServiceKey => {
            ServiceKey { purpose: "sealing".to_owned(), id: name, created, retired: None, secret }.into()
        }
    }
}

fn change(seed: &Seed) -> Change {
    let entity = entity(seed);
    if seed.delete { Change::Delete(entity.key()) } else { Change::put(entity) }
}

/// Everything a view says, in a form that can be compared.
#[derive(Debug, PartialEq)]
struct Said {
    entities: BTreeMap<String, (Revision, Vec<u8>)>,
    answers: BTreeSet<String>,
}

fn note<T: Kept + std::fmt::Debug>(table: &Table<T>, said: &mut Said) {
    let all = table.all();
    assert_eq!(all.len(), table.len());
    for record in &all {
        let bytes = serde_json::to_vec(&record.value).unwrap();
        said.entities.insert(record.value.key().to_string(), (record.revision, bytes));
        let name = record.value.name();
        assert!(Arc::ptr_eq(&table.get(&name).unwrap(), record), "{name} is found by its name");
        if T::KIND.folds() {
            let other = name.to_ascii_uppercase();
            assert!(Arc::ptr_eq(&table.find(&other).unwrap(), record), "{other} is found in any case");
            assert_eq!(table.get(&other).is_some(), other == name, "{other} is not {name}");
        }
    }
}

fn said(view: &View) -> Said {
    let mut said = Said { entities: BTreeMap::new(), answers: BTreeSet::new() };
    note(view.service_keys(), &mut said);
    for account in view.accounts() {
        note(&account.roles, &mut said);
        note(&account.users, &mut said);
        note(&account.groups, &mut said);
        note(&account.policies, &mut said);
        note(&account.instance_profiles, &mut said);
        note(&account.oidc_providers, &mut said);
        note(&account.access_keys, &mut said);
        note(&account.login_profiles, &mut said);
        note(&account.clusters, &mut said);
        note(&account.identity_provider_configs, &mut said);
        note(&account.pod_identity_associations, &mut said);
        let number = account.number();
        if let Some(account) = account.account() {
            let bytes = serde_json::to_vec(&account.value).unwrap();
            said.entities.insert(account.value.key().to_string(), (account.revision, bytes));
        }
        for arn in POLICIES {
            assert_eq!(account.attachments(arn).len(), account.attachment_count(arn));
            assert_eq!(account.boundary_uses(arn).len(), account.boundary_count(arn));
            said.answers.extend(account.attachments(arn).iter().map(|r| format!("{number} {arn} at {r:?}")));
            said.answers
                .extend(account.boundary_uses(arn).iter().map(|r| format!("{number} {arn} bounds {r:?}")));
        }
        for n in 0..4 {
            let id = format!("AIDA{number}{n}");
            said.answers.extend(account.groups_of(&id).iter().map(|group| format!("{id} in {}", group.name)));
            said.answers.extend(account.access_keys_of(&id).iter().map(|key| format!("{id} has {}", key.id)));
            said.answers.extend(view.user_by_id(&id).map(|user| format!("{id} is {}", user.name)));
        }
        said.answers.extend(account.root_access_keys().iter().map(|key| format!("{number} has {}", key.id)));
        for name in NAMES {
            let profiles = account.instance_profiles_of(name);
            said.answers
                .extend(profiles.iter().map(|profile| format!("{number} {} holds {name}", profile.name)));
            for n in 0..4 {
                let id = format!("AROA{number}{name}{n}");
                said.answers.extend(view.role_by_id(&id).map(|role| format!("{id} is {}", role.name)));
            }
        }
        for key in account.access_keys.all() {
            assert!(Arc::ptr_eq(&view.access_key(&key.id).unwrap(), &key), "{} is found by its id", key.id);
        }
    }
    said
}

async fn kept(store: &dyn Store) -> BTreeMap<String, (Revision, Vec<u8>)> {
    let items = store.range("/v1/", None, usize::MAX).await.unwrap().items;
    items.into_iter().map(|item| (item.key.to_string(), (item.revision, item.value))).collect()
}

/// User ids of this test are not unique to a name, so who bears one depends on the order of writes.
fn without_user_ids(mut said: Said) -> Said {
    said.answers.retain(|answer| !(answer.starts_with("AIDA") && answer.contains(" is ")));
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_view_says_what_the_store_keeps(
        transactions in proptest::collection::vec(proptest::collection::vec(seed(), 1..6), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store: Arc<dyn Store> = Arc::new(Embedded::memory().unwrap());
            let state = State::open(Arc::clone(&store)).await.unwrap();
            for seeds in &transactions {
                let changes = seeds.iter().map(change).collect();
                let revision = state.commit(Transaction { compare: Vec::new(), changes }).await.unwrap();
                assert_eq!(state.view().revision(), revision);
            }
            let live = said(state.view());
            assert_eq!(live.entities, kept(&*store).await);
            let loaded = State::open(store).await.unwrap();
            assert_eq!(without_user_ids(said(loaded.view())), without_user_ids(live));
        });
    }
}

fn plain(name: &'static str) -> Seed {
    Seed { kind: 1, account: ACCOUNTS[0], name, number: 0, policies: vec![], names: vec![], delete: false }
}

fn only(change: Change) -> Transaction {
    Transaction { compare: Vec::new(), changes: vec![change] }
}

#[tokio::test]
async fn a_conflict_leaves_a_view_that_shows_what_was_not_seen() {
    let store: Arc<dyn Store> = Arc::new(Embedded::memory().unwrap());
    let (one, two) = (State::open(Arc::clone(&store)).await.unwrap(), State::open(store).await.unwrap());
    let key = role(&plain("beta")).key();
    let create =
        || Transaction { compare: vec![Compare::absent(key.clone())], changes: vec![change(&plain("beta"))] };
    let revision = one.commit(create()).await.unwrap();
    let refused = two.commit(create()).await.unwrap_err();
    assert!(matches!(refused, CommitError::Conflict { found, .. } if found == revision), "{refused:?}");
    let seen = two.view().account(ACCOUNTS[0]).unwrap().roles.get("beta").unwrap();
    assert_eq!(seen.revision, revision);
    one.commit(only(Change::delete(&seen.value))).await.unwrap();
    let stale = Transaction { compare: vec![Compare::unchanged(&seen)], changes: vec![] };
    let refused = two.commit(stale).await.unwrap_err();
    assert!(matches!(refused, CommitError::Conflict { found: Revision::NONE, .. }), "{refused:?}");
    assert!(two.view().account(ACCOUNTS[0]).unwrap().roles.get("beta").is_none());
}

/// After, path prefix, name prefix, limit; what comes, whether more follow.
type Listing = (Option<&'static str>, &'static str, &'static str, usize, &'static [&'static str], bool);

#[tokio::test]
async fn pages_in_name_order() {
    let state = State::open(Arc::new(Embedded::memory().unwrap())).await.unwrap();
    for (number, name) in [(0, "delta"), (1, "Alpha"), (2, "beta"), (1, "Gamma"), (3, "alpha2")] {
        state.commit(only(Change::put(role(&Seed { number, ..plain(name) })))).await.unwrap();
    }
    let roles = &state.view().account(ACCOUNTS[0]).unwrap().roles;
    let table: [Listing; 9] = [
        (None, "/", "", 9, &["Alpha", "alpha2", "beta", "delta", "Gamma"], false),
        (None, "/", "", 2, &["Alpha", "alpha2"], true),
        (Some("alpha2"), "/", "", 2, &["beta", "delta"], true),
        (Some("ALPHA2"), "/", "", 3, &["beta", "delta", "Gamma"], false),
        (Some("between"), "/", "", 1, &["delta"], true),
        (None, "/ci/", "", 9, &["Alpha", "beta", "Gamma"], false),
        (None, "/ci/", "", 2, &["Alpha", "beta"], true),
        (None, "/", "ALPHA", 9, &["Alpha", "alpha2"], false),
        (Some("Gamma"), "/", "", 9, &[], false),
    ];
    for (after, path_prefix, name_prefix, limit, expected, more) in table {
        let page = roles.page(&PageRequest { after, path_prefix, name_prefix, limit });
        let names: Vec<_> = page.items.iter().map(|role| role.name.as_str()).collect();
        let wanted = format!("after {after:?}, {path_prefix}, {name_prefix}, {limit}");
        assert_eq!((names.as_slice(), page.more), (expected, more), "{wanted}");
    }
}

#[tokio::test]
async fn what_is_no_entity_is_named() {
    let role = serde_json::to_vec(&role(&plain("beta"))).unwrap();
    let table: [(&str, &[u8], &str); 4] = [
        ("/v1/111122223333/roles/x", b"{", "EOF"),
        ("/v1/111122223333/roles/x", b"{}", "missing field"),
        ("/v1/111122223333/roles/x", &role, "/v1/111122223333/roles/beta"),
        ("/v1/111122223333/rolls/beta", &role, "kind"),
    ];
    for (key, value, why) in table {
        let store = Embedded::memory().unwrap();
        let write = Write { key: Key::from_text(key), value: Some(value.to_vec()) };
        store.commit(Batch { compare: vec![], writes: vec![write] }).await.unwrap();
        let Err(error) = State::open(Arc::new(store)).await else { panic!("{key} was taken") };
        let text = error.to_string();
        assert!(text.contains(key) && text.contains(why) && text.contains("memory"), "{text}");
    }
}

/// A store whose watch says, the second time it is asked, that it cannot keep up, as etcd does.
struct Forgetful {
    store: Embedded,
    watches: AtomicU32,
}

struct Forgets {
    calls: u32,
    watch: Box<dyn Watch>,
}

impl Watch for Forgets {
    fn next(&mut self) -> Boxed<'_, Result<Vec<Arc<Commit>>, StoreError>> {
        Box::pin(async move {
            self.calls += 1;
            let commits = self.watch.next().await?;
            if self.calls.is_multiple_of(2) {
                return Err(StoreError::Compacted { from: Revision(1), oldest: Revision(2) });
            }
            Ok(commits)
        })
    }
}

impl Store for Forgetful {
    fn place(&self) -> &str {
        self.store.place()
    }

    fn get<'a>(&'a self, key: &'a Key) -> Boxed<'a, Result<Option<Item>, StoreError>> {
        self.store.get(key)
    }

    fn range<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a Key>,
        limit: usize,
    ) -> Boxed<'a, Result<Page, StoreError>> {
        self.store.range(prefix, after, limit)
    }

    fn commit(&self, batch: Batch) -> Boxed<'_, Result<Revision, CommitError>> {
        self.store.commit(batch)
    }

    fn watch(&self, from: Revision) -> Boxed<'_, Result<Box<dyn Watch>, StoreError>> {
        Box::pin(async move {
            self.watches.fetch_add(1, Ordering::Relaxed);
            let watch = self.store.watch(from).await?;
            Ok(Box::new(Forgets { calls: 0, watch }) as Box<dyn Watch>)
        })
    }
}

#[tokio::test]
async fn a_view_that_fell_behind_reads_everything_again() {
    let store = Arc::new(Forgetful { store: Embedded::memory().unwrap(), watches: AtomicU32::new(0) });
    let state = State::open(Arc::clone(&store) as Arc<dyn Store>).await.unwrap();
    for (round, name) in NAMES.iter().cycle().take(12).enumerate() {
        let seed = Seed { number: round as u32 % 4, delete: round % 3 == 2, ..plain(name) };
        state.commit(only(change(&seed))).await.unwrap();
        assert_eq!(said(state.view()).entities, kept(&*store).await, "round {round}");
    }
    assert!(store.watches.load(Ordering::Relaxed) > 3);
}

#[tokio::test]
async fn dropping_the_state_closes_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::open(Arc::new(Embedded::open(folder.path()).unwrap())).await.unwrap();
    state.commit(only(change(&plain("beta")))).await.unwrap();
    drop(state);
    // The folder is free again, and what was committed is there.
    let state = State::open(Arc::new(Embedded::open(folder.path()).unwrap())).await.unwrap();
    assert!(state.view().role_by_id(&role(&plain("beta")).id).is_some());
}

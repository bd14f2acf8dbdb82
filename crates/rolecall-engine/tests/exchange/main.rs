//! Laws of the exchange: deciding is the first step of examining that does not pass, and what was not read never turns a
//! refusal into a grant.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken scene is a failed test")]

mod generate;

use generate::{Case, Fact};
use proptest::prelude::*;
use rolecall_engine::exchange::{Answer, decide, examine};
use rolecall_engine::verdict::{Missing, Outcome};

/// What the steps say that STS answers.
#[derive(Debug, PartialEq)]
enum Told {
    Granted,
    Refused(rolecall_engine::exchange::refusal::Refusal),
    NeedsKeys,
    Undetermined(Missing),
}

fn decided(case: &Case) -> Told {
    case.with(|world, request| match decide(world, request) {
        Answer::Granted(_) => Told::Granted,
        Answer::Refused(refusal) => Told::Refused(refusal),
        Answer::NeedsKeys { .. } => Told::NeedsKeys,
        Answer::Undetermined(missing) => Told::Undetermined(missing),
    })
}

fn examined(case: &Case) -> Told {
    case.with(|world, request| {
        match examine(world, request).first_obstacle().map(|step| step.outcome.clone()) {
            None | Some(Outcome::Pass) => Told::Granted,
            Some(Outcome::Refuse(refusal)) => Told::Refused(refusal),
            Some(Outcome::Undetermined(Missing::Keys)) => Told::NeedsKeys,
            Some(Outcome::Undetermined(missing)) => Told::Undetermined(missing),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn deciding_is_the_first_obstacle_of_examining(case in generate::case()) {
        prop_assert_eq!(decided(&case), examined(&case));
    }

    #[test]
    fn what_was_not_read_never_turns_a_refusal_into_a_grant(case in generate::case()) {
        let before = decided(&case);
        for fact in Fact::ALL {
            let mut less = case.clone();
            less.forget(fact);
            let after = decided(&less);
            prop_assert!(
                after != Told::Granted || before == Told::Granted,
                "without {:?}: {:?} became {:?}", fact, before, after
            );
        }
    }
}

/// The scenes are worth something: every kind of answer comes about, and most refusals there are.
#[test]
fn scenes_come_out_in_many_ways() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..3000 {
        let case = generate::case().new_tree(&mut runner).unwrap().current();
        let told = match decided(&case) {
            Told::Refused(refusal) => format!("refused: {}", refusal.code()),
            Told::Granted => "granted".to_owned(),
            Told::NeedsKeys => "needs keys".to_owned(),
            Told::Undetermined(_) => "undetermined".to_owned(),
        };
        *seen.entry(told).or_insert(0) += 1;
    }
    let often =
        |name: &str, least: i32| assert!(seen.get(name).is_some_and(|count| *count >= least), "{seen:?}");
    often("granted", 100);
    often("needs keys", 20);
    often("undetermined", 100);
    for code in ["AccessDenied", "InvalidIdentityToken", "ExpiredTokenException", "ValidationError"] {
        often(&format!("refused: {code}"), 20);
    }
}

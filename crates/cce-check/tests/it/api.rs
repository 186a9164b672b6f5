//! Names, switches, tallies, gaps.

use crate::lab::{agent, customer, journal, lab};
use cce_check::{Check, Checks};
use cce_journal::What;
use cce_kernel::Fact;
use cce_model::ContactStatus;

#[test]
fn every_check_is_found_by_its_name() {
    for check in Check::ALL {
        assert_eq!(check.name().parse(), Ok(check));
        assert_eq!(check.to_string(), check.name());
        assert!(check.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert!(check.about().ends_with('.'));
    }
}

#[test]
fn an_unknown_name_is_answered_with_those_that_there_are() {
    let told = "one-ned".parse::<Check>().unwrap_err().to_string();
    assert!(told.contains("`one-ned`"));
    assert!(Check::ALL.iter().all(|check| told.contains(check.name())), "{told}");
}

#[test]
fn a_check_that_is_off_finds_nothing_while_the_others_do() {
    let journal = handled_twice();
    let checks = Checks::new();
    assert_eq!(journal.run(&mut checks.clone()).len(), 1);
    assert!(journal.run(&mut checks.clone().without(Check::OneEnd)).is_empty());
    assert_eq!(journal.run(&mut checks.without(Check::NoMixing)).len(), 1);
}

#[test]
fn each_check_is_on_unless_it_is_switched_off() {
    for off in Check::ALL {
        let checks = Checks::new().without(off);
        assert!(Check::ALL.iter().all(|check| Checks::new().is_on(*check)));
        assert!(Check::ALL.iter().all(|check| checks.is_on(*check) == (*check != off)), "{off}");
    }
}

#[test]
fn a_run_gives_every_check_something_to_judge() {
    let journal = journal(lab(vec![agent("1081", 1)], vec![customer(4), customer(5)]), 1);
    let mut checks = Checks::new();
    journal.run(&mut checks);
    for check in Check::ALL {
        assert!(checks.tally(check).judged > 1, "{check}");
        assert_eq!(checks.tally(check).breaches, 0);
    }
}

#[test]
fn a_breach_names_its_record_and_what_it_contradicts() {
    let journal = handled_twice();
    let breach = journal.breaches().remove(0);
    assert_eq!(breach.related, [breach.seq]);
    assert!(breach.subject.contact.is_some() && breach.subject.task.is_some());
    assert!(breach.to_string().contains("becomes handled, and was handled already"), "{breach}");
}

#[test]
fn behind_a_gap_nothing_is_judged() {
    let mut journal = handled_twice();
    let at = journal.first(|fact| matches!(fact, Fact::Contact { to: ContactStatus::Reserved, .. }));
    let mut gap = journal.records[at].clone();
    gap.what = What::Gap { dropped: 1 };
    journal.records.insert(at, gap);
    let mut checks = Checks::new();
    assert!(journal.run(&mut checks).is_empty());
    assert!(checks.finish().is_empty());
    assert_eq!(checks.gap(), Some(journal.records[at].seq));
}

/// The copy has the number of the record behind which it stands.
fn handled_twice() -> crate::lab::Journal {
    let journal = journal(lab(vec![agent("1081", 3)], vec![customer(4)]), 1);
    let end = journal.first(|fact| matches!(fact, Fact::Contact { to: ContactStatus::Handled, .. }));
    journal.twice(end)
}

//! Arrivals, lives and reports, without sockets and clocks.

#![expect(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

use cce_load::{Arrivals, Distribution, Follow, Lives, LoadFlaw, LoadReport, Phase, Plan, Rates, tag_of};
use cce_model::{ContactStatus, DialogState, StatusReason, TaskId};
use std::time::Duration;

fn arrivals(rates: &str, distribution: Distribution, seed: u64) -> Arrivals {
    Arrivals::new(rates.parse().unwrap(), distribution, seed)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn constant_arrivals_have_equal_distances() {
    let moments: Vec<_> = arrivals("10", Distribution::Constant, 1).take(4).collect();
    assert_eq!(moments, [0, 100, 200, 300].map(millis));
}

#[test]
fn a_ramp_has_as_many_tasks_as_the_area_below_it() {
    let moments: Vec<_> = arrivals("0..20:10s", Distribution::Constant, 1).collect();
    assert_eq!(moments.len(), 100);
    let before_the_middle = moments.iter().filter(|moment| **moment < millis(5_000)).count();
    assert_eq!(before_the_middle, 25);
    assert!(moments.is_sorted());
}

#[test]
fn poisson_arrivals_are_those_of_their_seed_and_keep_the_rate() {
    let moments = |seed| arrivals("100:100s", Distribution::Poisson, seed).collect::<Vec<_>>();
    assert_eq!(moments(1), moments(1));
    assert_ne!(moments(1), moments(2));
    // 10,000 are expected; five standard deviations are 500.
    assert!((9_500..=10_500).contains(&moments(1).len()), "{}", moments(1).len());
}

#[test]
fn rates_that_make_no_sense_are_refused_with_the_right_forms() {
    for text in ["", "x", "0", "1..2", "5,6", "-1", "5:0s", "2000000"] {
        let error = text.parse::<Rates>().unwrap_err().to_string();
        assert!(error.contains("10..200:30s"), "{error}");
    }
}

/// A target that answers in 1 ms, but stalls for the whole second second: what was to begin meanwhile begins after it.
#[test]
fn a_target_that_stalls_is_charged_with_everything_that_it_kept_waiting() {
    let mut lives = Lives::new(Follow::Creation, "run");
    let mut free = Duration::ZERO;
    for (number, planned) in (0..).zip(arrivals("100:3s", Distribution::Constant, 1)) {
        assert!(lives.plan(number, planned, planned));
        let mut sent = planned.max(free);
        if (millis(1_000)..millis(2_000)).contains(&sent) {
            sent = millis(2_000);
        }
        lives.send(number, sent);
        free = sent + millis(1);
        lives.answer(number, Ok(()), free);
    }
    let create = lives.statistics().phase(Phase::Create);
    assert_eq!(create.count(), 300);
    // A hundred tasks waited, for half a second on average; a generator that counts from the sending sees 1 ms throughout.
    assert!(create.at(50.0) < 60_000, "{}", create.at(50.0));
    assert!(create.at(90.0) > 600_000, "{}", create.at(90.0));
    assert!(create.max() > 990_000, "{}", create.max());
}

/// Nine of ten are answered in 2 ms; the tenth has no answer within 10 s.
#[test]
fn tasks_that_have_no_answer_in_time_are_in_the_latencies_with_their_whole_wait() {
    let mut lives = Lives::new(Follow::Creation, "run");
    for number in 0..100 {
        let planned = millis(10 * number);
        lives.plan(number, planned, planned);
        lives.send(number, planned);
        let (result, wait) = if number % 10 == 0 { (Err(LoadFlaw::TimedOut), 10_000) } else { (Ok(()), 2) };
        lives.answer(number, result, planned + millis(wait));
    }
    let create = lives.statistics().phase(Phase::Create);
    assert_eq!(create.count(), 100);
    assert!(create.at(50.0) < 3_000 && create.at(99.0) >= 10_000_000, "{}", create.at(99.0));
    let counts = lives.counts();
    assert_eq!((counts.created, counts.failed, counts.ended), (90, 10, 90));
}

#[test]
fn a_report_says_what_its_latencies_leave_out() {
    let mut lives = Lives::new(Follow::Status, "run");
    for number in 0..3 {
        lives.plan(number, millis(number), millis(number));
        lives.send(number, millis(number));
        lives.answer(number, Ok(()), millis(10));
    }
    lives.poll(0, ContactStatus::Handled, StatusReason::ExternallyHandled, None, millis(20));
    let said = LoadReport::new(Plan::default(), &lives, millis(25_001), false).to_string();
    assert!(said.contains("what 2 open tasks still wait for; the oldest has waited 25.00 s"), "{said}");
    lives.lose(1);
    lives.lose(2);
    let said = LoadReport::new(Plan::default(), &lives, millis(25_001), false).to_string();
    assert!(!said.contains("open tasks"), "{said}");
}

#[test]
fn the_phases_of_a_life_are_measured_from_its_planned_start() {
    let mut lives = Lives::new(Follow::Dialogs, "run");
    let (tag, task) = (tag_of("run", 7), TaskId::parse("1_2_3").unwrap());
    lives.plan(7, millis(100), millis(100));
    lives.send(7, millis(101));
    // Notifications may overtake the answer.
    for (state, at) in [(DialogState::Offered, 110), (DialogState::Accepted, 115), (DialogState::Closed, 120)]
    {
        assert_eq!(lives.notify(Some(&tag), task, state, millis(at)), None);
    }
    assert!(lives.answer(7, Ok(()), millis(130)));
    let micros = |phase| lives.statistics().phase(phase).max() / 1_000;
    let phases = [Phase::Begin, Phase::Create, Phase::Offer, Phase::Accept, Phase::Work, Phase::Life];
    assert_eq!(phases.map(micros), [1, 30, 10, 5, 5, 20]);
    assert_eq!((lives.open(), lives.counts().ended), (0, 1));
}

/// The first agent lets it ring; to the second one it is offered under another id.
#[test]
fn acceptance_counts_from_the_offer_that_was_accepted() {
    let task = |text| TaskId::parse(text).unwrap();
    let (first, second) = (task("1_2_3"), task("1_4_3"));
    for last in [
        [(first, DialogState::Closed), (second, DialogState::Offered)],
        [(second, DialogState::Offered), (first, DialogState::Closed)],
    ] {
        let (mut lives, tag) = (Lives::new(Follow::Dialogs, "run"), tag_of("run", 7));
        lives.plan(7, millis(0), millis(0));
        lives.send(7, millis(0));
        lives.answer(7, Ok(()), millis(10));
        lives.notify(Some(&tag), first, DialogState::Offered, millis(20));
        for (task, state) in last {
            lives.notify(Some(&tag), task, state, millis(10_020));
        }
        lives.notify(Some(&tag), second, DialogState::Accepted, millis(10_025));
        let micros = |phase| lives.statistics().phase(phase).max() / 1_000;
        assert_eq!([Phase::Offer, Phase::Accept].map(micros), [20, 5]);
        assert_eq!((lives.counts().offered, lives.counts().accepted), (1, 1));
        assert_eq!(lives.notify(Some(&tag), second, DialogState::Closed, millis(10_030)), Some(7));
    }
}

#[test]
fn a_task_of_which_two_notifications_say_that_it_is_closed_was_worked_on_once() {
    let (mut lives, tag) = (Lives::new(Follow::Dialogs, "run"), tag_of("run", 7));
    let task = TaskId::parse("1_2_3").unwrap();
    lives.plan(7, millis(0), millis(0));
    lives.send(7, millis(0));
    let states =
        [DialogState::Offered, DialogState::Accepted, DialogState::Closed, DialogState::Closed].into_iter();
    for (at, state) in (1..).zip(states) {
        lives.notify(Some(&tag), task, state, millis(at));
    }
    assert_eq!(lives.statistics().phase(Phase::Work).count(), 1);
}

#[test]
fn every_task_is_counted_once_whatever_becomes_of_it() {
    let mut lives = Lives::new(Follow::Dialogs, "run");
    for number in 0..5 {
        lives.plan(number, millis(number), millis(number));
    }
    (0..4).for_each(|number| lives.send(number, millis(10)));
    lives.answer(0, Err(LoadFlaw::Status(503)), millis(11));
    lives.answer(1, Ok(()), millis(12));
    lives.answer(2, Ok(()), millis(13));
    lives.lose(2);
    let counts = lives.counts();
    assert_eq!(counts.planned, counts.unsent + counts.sent);
    assert_eq!(counts.sent, counts.created + counts.failed + counts.unanswered);
    assert_eq!(counts.created, counts.ended + counts.discarded + counts.lost + counts.unfinished);
    assert_eq!((counts.unsent, counts.failed, counts.unanswered, counts.lost), (1, 1, 1, 1));
}

/// Fifty tasks a second for ten seconds; the first one stays open.
#[test]
fn the_rates_of_a_report_do_not_depend_on_how_long_open_tasks_are_waited_for() {
    let mut lives = Lives::new(Follow::Status, "run");
    for (number, planned) in (0..).zip(arrivals("50:10s", Distribution::Constant, 1)) {
        lives.plan(number, planned, planned);
        lives.send(number, planned);
        lives.answer(number, Ok(()), planned + millis(5));
        if number > 0 {
            let (status, reason) = (ContactStatus::Handled, StatusReason::ExternallyHandled);
            lives.poll(number, status, reason, None, planned + millis(20));
        }
    }
    for drain in [0, 10, 60] {
        let report = LoadReport::new(Plan::default(), &lives, Duration::from_secs(10 + drain), false);
        for rate in [report.created_per_second, report.ended_per_second] {
            assert!((49.5..50.5).contains(&rate), "{rate}");
        }
    }
}

#[test]
fn two_tasks_a_second_apart_are_one_task_a_second_and_one_task_counts_by_the_whole_time() {
    let mut lives = Lives::new(Follow::Creation, "run");
    for (number, rate) in [(0, 0.5), (1, 1.0)] {
        let now = Duration::from_secs(number);
        lives.plan(number, now, now);
        lives.send(number, now);
        lives.answer(number, Ok(()), now + millis(5));
        let report = LoadReport::new(Plan::default(), &lives, Duration::from_secs(2), false);
        assert!((report.created_per_second - rate).abs() < 0.01, "{}", report.created_per_second);
    }
}

#[test]
fn a_timeline_stays_short_and_loses_nothing() {
    let mut lives = Lives::new(Follow::Creation, "run");
    for number in 0..2_000 {
        let now = Duration::from_secs(number);
        lives.plan(number, now, now);
        lives.send(number, now);
        lives.answer(number, Ok(()), now + millis(5));
    }
    let report = LoadReport::new(Plan::default(), &lives, Duration::from_secs(2_000), false);
    assert!(report.timeline.len() <= 240, "{}", report.timeline.len());
    assert_eq!(report.timeline.iter().map(|row| row.created).sum::<u64>(), 2_000);
    assert!(report.to_html().matches("<svg").count() >= 3);
}

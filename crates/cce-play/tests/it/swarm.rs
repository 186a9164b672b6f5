//! Swarms: what seeds draw, that the same seed gives the same journal, and that no check fails.

use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Time};
use cce_model::{ContactId, ContactStatus};
use cce_play::Play;
use cce_scenario::{Context, Scenario, ScenarioError, load};
use cce_world::{Layers, Span};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZero,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// The shipped one.
const SWARM: &str = include_str!("../../../../sim-configs/scenarios/swarm.toml");

/// How many seeds are played; the environment may say otherwise.
const SEEDS: u64 = 6;
const SEEDS_VARIABLE: &str = "CCELAB_SWARM_SEEDS";

/// What a test in a hurry draws instead: the shipped one's kinds of faults, of few people and tasks.
const SMALL: [(&str, &str); 3] =
    [("agents = [2, 50]", "agents = [2, 6]"), ("tasks = [20, 500]", "tasks = [20, 40]"), ("60s", "30s")];

#[test]
fn every_seed_gives_the_same_journal_twice_and_breaks_no_check() {
    let asked = env::var(SEEDS_VARIABLE).ok().map(|text| text.parse::<u64>().expect("a number of seeds"));
    let swarm = if asked.is_some() { read(SWARM).unwrap() } else { small() };
    let next = AtomicU64::new(1);
    let failed: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > asked.unwrap_or(SEEDS) {
                        return;
                    }
                    let (first, failures) = digest(&swarm, seed);
                    let (second, _) = digest(&swarm, seed);
                    if !failures.is_empty() || first != second {
                        let drawn = cce_swarm::draw(swarm.clone(), seed).drawn.unwrap();
                        let text = format!("{drawn}: the same twice: {}; {failures:#?}", first == second);
                        failed.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn a_seed_draws_within_the_bounds_and_at_least_one_fault() {
    let swarm = read(SWARM).unwrap();
    for seed in 1..=200 {
        let drawn = cce_swarm::draw(swarm.clone(), seed);
        let words = drawn.drawn.clone().unwrap();
        assert!((2..=50).contains(&drawn.lab.agents.len()), "{words}");
        assert!((1..=4).contains(&drawn.lab.mrds.len()), "{words}");
        assert!((20..=500).contains(&drawn.customers.len()), "{words}");
        assert!((1..=5).contains(&words.faults.len()), "{words}");
        assert_eq!(drawn.lab.patched(&[]).err(), None, "{words}");
    }
}

#[test]
fn what_was_drawn_is_not_drawn_again() {
    let drawn = cce_swarm::draw(small(), 7);
    assert_eq!(cce_swarm::draw(drawn.clone(), 8).drawn, drawn.drawn);
}

#[test]
fn a_scenario_without_a_swarm_stays_as_it_is() {
    let plain = read("name = \"plain\"").unwrap();
    assert!(cce_swarm::draw(plain, 7).drawn.is_none());
}

#[test]
fn wrong_bounds_and_names_are_told_with_their_places() {
    for (line, told) in [
        ("agents = [5, 2]", "swarm.agents is [least, most], whole numbers from 1 to 200"),
        ("agents = \"many\"", "swarm.agents is [least, most], whole numbers from 1 to 200"),
        ("kinds = [\"cutt\"]", "there is no kind of fault `cutt`; did you mean `cut`?"),
        ("ports = [\"mrr\"]", "there is no port `mrr`"),
        ("heal = \"1s\"", "`swarm.heal` is at least 10s"),
        ("agent = [1, 2]", "`swarm` has no key `agent`"),
    ] {
        let error = read(&format!("name = \"x\"\n[swarm]\n{line}\n")).unwrap_err();
        let [problem] = &error.problems[..] else { panic!("{line}: {:?}", error.problems) };
        assert!(problem.message.contains(told), "{line}: {}", problem.message);
        assert!((2..=3).contains(&problem.line), "{line}: line {}", problem.line);
    }
}

/// The shipped swarm in small.
pub(crate) fn small() -> Scenario {
    let small = SMALL.iter().fold(SWARM.to_owned(), |text, (from, to)| text.replace(from, to));
    assert_ne!(small, SWARM);
    read(&small).unwrap()
}

pub(crate) fn read(text: &str) -> Result<Scenario, ScenarioError> {
    let context = Context {
        files: &|name| Err(format!("no {name}")),
        lab: &|_| cce_world::load(&Layers::default()).map_err(|error| error.to_string()),
        chosen: &BTreeMap::new(),
        recorded: &[],
    };
    load("swarm.toml", text, context)
}

/// Plays a seed to its end.
pub(crate) fn played(swarm: &Scenario, seed: u64) -> Play {
    let mut play = Play::new(swarm.clone(), seed);
    play.run(|_| ());
    play
}

/// The journal of a seed in short, and what failed.
fn digest(swarm: &Scenario, seed: u64) -> (u64, Vec<String>) {
    let mut play = Play::new(swarm.clone(), seed);
    let mut hasher = DefaultHasher::new();
    let mut closes = Closes::default();
    serde_json::to_vec(&play.header).unwrap().hash(&mut hasher);
    play.run(|fresh| {
        for record in fresh {
            serde_json::to_vec(record).unwrap().hash(&mut hasher);
            closes.push(record);
        }
    });
    let mut failures: Vec<String> =
        play.report().failures.iter().map(|breach| format!("{breach:?}")).collect();
    let faults = cce_swarm::draw(swarm.clone(), seed).drawn.unwrap().faults;
    let healed = faults.iter().filter(|fault| loses_ends(fault)).map(|fault| end_of(fault)).max();
    let unexplained =
        closes.handled.iter().filter(|contact| healed.is_none_or(|end| closes.created[*contact] > end));
    let unexplained: Vec<&ContactId> = unexplained.collect();
    if !unexplained.is_empty() {
        failures.push(format!("ends were lost, and no fault explains it: {unexplained:?}"));
    }
    (hasher.finish(), failures)
}

/// When a fault is over: `ccp down at 3s for 500ms`.
fn end_of(fault: &str) -> Time {
    let (_, times) = fault.split_once(" at ").unwrap();
    let (at, lasting) = times.split_once(" for ").unwrap();
    let [at, lasting] = [at, lasting].map(|time| time.parse::<Span>().unwrap().0);
    Time(0) + at + lasting
}

/// Contacts that are handled because their application closed them: the end of their task was lost.
#[derive(Default)]
struct Closes {
    /// Records of customers' close calls, and of these calls at CCP.
    calls: BTreeSet<u64>,
    arrived: BTreeSet<u64>,
    created: BTreeMap<ContactId, Time>,
    handled: Vec<ContactId>,
}

impl Closes {
    fn push(&mut self, record: &Record) {
        let is_caused_by = |known: &BTreeSet<u64>| record.cause.is_some_and(|cause| known.contains(&cause));
        match &record.what {
            What::Out(Output::Call { request, .. })
                if request.path().ends_with("/close") && record.node.as_str().starts_with("customer-") =>
            {
                self.calls.insert(record.seq);
            }
            What::In(Input::Call { .. }) if is_caused_by(&self.calls) => {
                self.arrived.insert(record.seq);
            }
            What::Out(Output::Note(Fact::Contact { contact, from: None, .. })) => {
                self.created.insert(contact.clone(), record.at);
            }
            What::Out(Output::Note(Fact::Contact { contact, to: ContactStatus::Handled, .. }))
                if is_caused_by(&self.arrived) =>
            {
                self.handled.push(contact.clone());
            }
            _ => {}
        }
    }
}

/// Whether a drawn fault may lose the end of a task: Finesse cannot reach CCP (task-routing E13), its own calls die with
/// it (E16), the agent PG loses its tasks (E18), or a reservation dies with the router on its way to the agent PG, when
/// CCP has heard of the agent already (inferred).
fn loses_ends(fault: &str) -> bool {
    ["ccp-rest cut", "ccp-rest stalled", "ccp down", "finesse down", "agentpg down", "router down"]
        .iter()
        .any(|lost| fault.starts_with(lost))
}

#[test]
fn a_fault_excuses_what_was_created_before_it_was_over() {
    assert_eq!(end_of("ccp-rest cut at 1m 3s for 500ms"), Time(63_500_000));
}

#[test]
fn only_faults_that_lose_ends_excuse_a_close_by_the_application() {
    for lost in ["ccp-rest cut at 1s for 2s", "ccp down at 1s for 2s", "agentpg down at 1s for 2s"] {
        assert!(loses_ends(lost), "{lost}");
    }
    for kept in [
        "ccp-rest slow (1ms)",
        "cti-a cut at 1s for 2s",
        "mrpg down at 1s for 2s",
        "mr stalled at 1s for 2s",
        "agent-1 crashed",
    ] {
        assert!(!loses_ends(kept), "{kept}");
    }
}

/// An end that is lost without a fault that explains it is found: CCP never hears what Finesse calls for.
#[test]
fn a_lost_end_is_found_though_the_application_closes_its_contact() {
    let text = "name = \"x\"\n[swarm]\nagents = 2\ntasks = 20\nfaults = 0\nheal = \"30s\"\n\
                [[rules]]\nmatch = \"finesse > ccp CLOSE\"\ndrop = true";
    let (_, failures) = digest(&read(text).unwrap(), 1);
    assert!(failures.iter().any(|failure| failure.starts_with("ends were lost")), "{failures:#?}");
}

#[test]
fn a_swarm_says_in_one_line_what_may_be_drawn() {
    let swarm = |lines: &str| read(&format!("name = \"x\"\n[swarm]\n{lines}")).unwrap().contents();
    assert_eq!(
        swarm(
            "agents = [2, 50]\nmrds = 1\nfaults = [1, 5]\nkinds = [\"delay\", \"cut\"]\nports = [\"mr\", \"app\"]"
        ),
        "each seed draws 2 to 50 agents, 1 MRD, 20 to 500 tasks, 1 to 5 faults (delay, cut) of mr, app; whole from 1m on"
    );
    assert_eq!(
        swarm("faults = 0\nrules = [1, 3]\nbends = [\"drop\"]\nheal = \"30s\""),
        "each seed draws 2 to 50 agents, 1 to 4 MRDs, 20 to 500 tasks, 0 faults, 1 to 3 bent messages (drop); whole from 30s on"
    );
    assert_eq!(
        swarm(
            "faults = 1\nkinds = [\"restart\"]\ncomponents = [\"ccp\"]\n[[expect]]\nnever = \"peer_error\""
        ),
        "each seed draws 2 to 50 agents, 1 to 4 MRDs, 20 to 500 tasks, 1 fault (restart), restarts of ccp; \
         whole from 1m on; 1 expectation"
    );
}

//! Plays a scenario over a run: takes its steps, applies its rules, watches its expectations.

mod arrivals;
mod by_hand;
mod given;
mod plans;
mod port_use;
mod report;
mod settings;

pub use by_hand::{Arming, OrderRefused};
pub use report::{Expected, Finding, FindingKind, RunReport};
pub use settings::CurrentSettings;

use crate::{
    affected::Affected,
    effects::End,
    endless::OpenWork,
    outcome::{Ends, Outcome},
    overdue::Overdue,
    rules::{HeldMessage, RuleState, Rules},
    watch::Watch,
};
use arrivals::Arrivals;
use cce_check::{Check, Checks};
use cce_fold::{Meaning, ReadRecord};
use cce_journal::{Bend, Bent, Director, Header, Order, Reaction, Record, Ticket, Treatment, What};
use cce_kernel::{Command, Fact, Input, NodeName, Port, Time};
use cce_model::SideOrder;
use cce_scenario::{Action, Rule, Scenario, ScenarioStep, StepAction, orders_of};
use cce_select::{Happening, TaskName, Tracker, is_sending, place::CUSTOMER};
use cce_swarm::{Coverage, Watcher};
use cce_views::{WaitingContact, Why};
use cce_world::{Lab, SettingChange, Span};
use given::{Giver, PortFault, SentSteps};
use plans::Plans;
use report::keep;
use std::{collections::BTreeMap, time::Duration};

/// Whose record it is when a rule is armed or disarmed, which happens nowhere.
const NOWHERE: &str = cce_model::Kind::Ccp.name();

/// Changed settings that are known; a lab has fewer.
const CHANGED_MAX: usize = 65_536;

/// Plays a scenario.
#[derive(Clone, Debug)]
pub struct Engine {
    scenario: Scenario,
    /// The components and people of this process.
    nodes: Vec<NodeName>,
    tracker: Tracker,
    rules: Rules,
    watches: Vec<Watch>,
    /// How each step stands, by number.
    steps: Vec<StepState>,
    /// What became of steps that somebody else is to follow.
    given: SentSteps,
    /// Agents who wait for the one before them.
    arrivals: Arrivals,
    /// What virtual people are going to do by themselves.
    plans: Plans,
    alarms: BTreeMap<(Time, u64), Alarm>,
    last_alarm: u64,
    ends: Ends,
    endless: OpenWork,
    /// What agents planned for a time at which the dialog was over.
    overdue: Overdue,
    /// Settings that were changed while the lab runs, with their values as JSON text.
    changed: BTreeMap<String, String>,
    /// Why tasks wait, if somebody may ask.
    why: Option<Why>,
    checks: Checks,
    /// What checks found, the first few of it.
    broken: Vec<Finding>,
    marks: Marks,
    /// The run may end anywhere: what has not ended by then is no failure.
    is_open_ended: bool,
    /// What a swarm reached; none in a run that is no swarm.
    watcher: Option<Watcher>,
    /// What the messages are about that the rules of a swarm bent.
    affected: Affected,
    /// Something was seen that matters to what is done or expected later.
    noted: bool,
    /// Whoever runs the lab has ended the run: nothing is done or expected any more.
    is_ended: bool,
    now: Time,
}

/// Where an exploration begins, and where nothing more is to come: records say so if they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marks {
    Unwanted,
    Waiting,
    Begun,
    Over,
}

/// Who marks them.
pub(crate) const MARKER: &str = "exploration";

/// What their records say.
pub(crate) const BEGINS: &str = "orders count from here on";
pub(crate) const ENDS: &str = "everything has ended";

/// How a step stands.
#[derive(Clone, Copy, Debug)]
struct StepState {
    progress: Progress,
    /// How often the step was taken.
    turns: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Planned,
    Taken,
}

#[derive(Clone, Copy, Debug)]
enum Alarm {
    Step(usize),
    Expiry(Ticket),
}

impl Engine {
    /// Plays `scenario` over the run of this header.
    pub fn new(scenario: Scenario, header: &Header) -> Self {
        let mut engine = Self {
            tracker: Tracker::new(header, scenario.customers.clone()),
            rules: Rules::new(scenario.rules.clone(), header.seed),
            watches: scenario.expectations.iter().cloned().map(Watch::new).collect(),
            steps: vec![StepState { progress: Progress::Waiting, turns: 0 }; scenario.steps.len()],
            given: SentSteps::default(),
            arrivals: Arrivals::of(&scenario.lab.cast.agents),
            plans: Plans::default(),
            alarms: BTreeMap::new(),
            last_alarm: 0,
            ends: Ends::default(),
            endless: OpenWork::default(),
            overdue: Overdue::of(&scenario.lab),
            changed: BTreeMap::new(),
            why: None,
            checks: checks(&scenario),
            broken: Vec::new(),
            marks: Marks::Unwanted,
            watcher: scenario.drawn.is_some().then(Watcher::default),
            affected: Affected::new(scenario.drawn.as_ref().is_some_and(|drawn| !drawn.rules.is_empty())),
            noted: false,
            is_ended: false,
            is_open_ended: false,
            now: Time(0),
            nodes: header.nodes.clone(),
            scenario,
        };
        for number in 0..engine.steps.len() {
            if engine.scenario.steps[number].after.is_none() {
                engine.plan(number, Time(0));
            }
        }
        engine
    }

    /// An engine whose records also mark where the scenario's window begins, and where everything has ended.
    pub(crate) fn with_marks(mut self) -> Self {
        self.marks = Marks::Waiting;
        self
    }

    /// An engine over a run that may end anywhere: what has not ended by then is no failure.
    pub fn open_ended(self) -> Self {
        Self { is_open_ended: true, ..self }
    }

    /// An engine over a recorded run, in which the cues of agents in turn stand.
    pub(crate) fn with_recorded_cues(self) -> Self {
        Self { arrivals: Arrivals::default(), ..self }
    }

    /// An engine that can also say why tasks wait.
    pub fn explained(self, header: &Header) -> Self {
        Self { why: Some(Why::new(header)), ..self }
    }

    /// Every task that waits, by its short name, and why; none where nobody wanted to know.
    pub fn waiting(&self) -> Vec<(String, WaitingContact)> {
        let names = self.tracker.names();
        let waiting = self.why.iter().flat_map(Why::waiting);
        waiting.map(|waiting| (names.short(&waiting.contact), waiting)).collect()
    }

    /// An engine over a run that holds messages under tickets up to this one already.
    pub(crate) fn behind_ticket(mut self, last: Ticket) -> Self {
        self.rules.last_ticket = last;
        self
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The components and people of this process.
    pub fn nodes(&self) -> &[NodeName] {
        &self.nodes
    }

    /// The names of contacts and tasks.
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// Every rule, and how it stands.
    pub fn rules(&self) -> impl Iterator<Item = &RuleState> {
        self.rules.states.iter().filter(|state| !state.is_removed)
    }

    /// The rule that holds a message.
    pub fn holder(&self, held: &HeldMessage) -> Option<&Rule> {
        self.rules.states.get(held.rule).map(|state| &state.rule)
    }

    /// Everything that is held.
    pub fn held(&self) -> impl Iterator<Item = &HeldMessage> {
        self.rules.held.values()
    }

    /// Which messages met which states, in a swarm.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.watcher.as_ref().map(Watcher::coverage)
    }

    /// Whether every step was taken, virtual people have done what they were to do once, and every task has ended.
    pub fn is_over(&self) -> bool {
        self.steps.iter().all(|step| step.progress == Progress::Taken)
            && self.arrivals.waiting().next().is_none()
            && self.plans.are_done()
            && self.given.undecided().next().is_none()
            && self.ends.decided(self.tracker.names()) >= self.scenario.customers.len()
            && self.ends.are_all()
            && self.rules.held.is_empty()
    }

    /// Whether something happened at all, and every rule that is armed has acted: people outside the lab take their
    /// time.
    pub fn has_acted(&self) -> bool {
        self.ends.decided(self.tracker.names()) > 0
            && !self.rules.states.iter().any(|state| state.is_waiting() && !state.is_added)
    }

    /// How the tasks stand.
    pub fn outcome(&self) -> Outcome {
        self.ends.outcome(self.tracker.names())
    }

    /// Whether anything but an HTTP exchange can lead to something by its name.
    fn is_attentive(&self) -> bool {
        !self.watches.is_empty()
            || !self.rules.states.is_empty()
            || self.marks != Marks::Unwanted
            || self.steps.iter().any(|step| step.progress == Progress::Waiting)
    }

    /// What the rules do to a message, which says this.
    fn judge(&mut self, said: &[Happening<'_>]) -> (Treatment, Vec<Order>) {
        let verdict = self.rules.judge(said, self.tracker.names(), self.now);
        self.noted |= verdict.has_matched;
        if let Some((at, ticket)) = verdict.expiry {
            self.set_alarm(at, Alarm::Expiry(ticket));
        }
        // In a swarm, whatever a rule acts on is bent by a misbehaving peer.
        if !verdict.orders.is_empty() {
            for happening in said {
                self.affected.bend(happening.record.seq, &happening.subject);
            }
        }
        let commands = self.command(verdict.commands);
        (verdict.treatment, verdict.orders.into_iter().chain(commands).collect())
    }

    fn plan(&mut self, step: usize, from: Time) {
        self.steps[step].progress = Progress::Planned;
        self.set_alarm(from + self.scenario.steps[step].wait, Alarm::Step(step));
    }

    fn set_alarm(&mut self, at: Time, alarm: Alarm) {
        self.last_alarm += 1;
        self.alarms.insert((at, self.last_alarm), alarm);
    }

    /// What the scenario's steps and rules do about a record.
    fn react(&mut self, event: &ReadRecord<'_>) -> Reaction {
        if !self.is_attentive() && !matches!(event.kind, Meaning::Http(_)) {
            return untouched(&event.kind);
        }
        let said = self.tracker.happenings(event);
        let mut orders = Vec::new();
        for happening in &said {
            orders.extend(self.learn(happening));
            orders.extend(self.mark(happening));
        }
        if !is_sending(event.record) {
            return orders.into();
        }
        let (treatment, mut done) = self.judge(&said);
        // What was done to the message stands right behind it.
        done.extend(orders);
        Reaction { treatment, orders: done }
    }

    /// What follows from a happening, before anything is done to its message.
    fn learn(&mut self, happening: &Happening<'_>) -> Vec<Order> {
        let names = self.tracker.names();
        self.noted |= self.watches.iter().any(|watch| watch.notices(happening, names));
        self.watches.iter_mut().for_each(|watch| watch.see(happening, names));
        let due = |(step, state): (&ScenarioStep, &StepState)| {
            state.progress == Progress::Waiting
                && step.after.as_ref().is_some_and(|after| after.matches(happening, names))
        };
        let steps: Vec<usize> = self
            .scenario
            .steps
            .iter()
            .zip(&self.steps)
            .enumerate()
            .filter_map(|(number, step)| due(step).then_some(number))
            .collect();
        self.ends.learn_reply(happening);
        let mut orders = self.rules.release_by(happening, names, self.now);
        self.noted |= !steps.is_empty() || !orders.is_empty();
        for step in steps {
            if self.scenario.steps[step].wait.is_zero() {
                orders.extend(self.take(step));
            } else {
                self.plan(step, self.now);
            }
        }
        orders
    }

    fn mark(&mut self, happening: &Happening<'_>) -> Option<Order> {
        let (next, word) = match self.marks {
            Marks::Waiting if self.begins(happening) => (Marks::Begun, BEGINS),
            Marks::Begun if self.is_over() => (Marks::Over, ENDS),
            Marks::Unwanted | Marks::Waiting | Marks::Begun | Marks::Over => return None,
        };
        self.marks = next;
        Some(bend_order(happening.record.node.clone(), MARKER, Bend::Stepped(word.to_owned())))
    }

    fn begins(&self, happening: &Happening<'_>) -> bool {
        match &self.scenario.window {
            Some(from) => from.matches(happening, self.tracker.names()),
            None => happening.name == "contact",
        }
    }

    /// Takes a step, and plans its next turn if it has one.
    fn take(&mut self, number: usize) -> Vec<Order> {
        let ScenarioStep { name, act, again, .. } = self.scenario.steps[number].clone();
        let turn = self.steps[number].turns;
        self.steps[number] = StepState { progress: Progress::Taken, turns: turn + 1 };
        if let Some((_, every)) = again.filter(|(times, _)| turn + 1 < *times) {
            self.steps[number].progress = Progress::Planned;
            self.set_alarm(self.now + every, Alarm::Step(number));
        }
        self.carry_out(number, &name, act, turn).unwrap_or_else(|why| {
            self.refuse(number, why);
            Vec::new()
        })
    }

    /// What follows from an action of a step; the error says why the action cannot be done now.
    fn carry_out(
        &mut self,
        number: usize,
        name: &str,
        act: StepAction,
        turn: u64,
    ) -> Result<Vec<Order>, String> {
        match act {
            StepAction::Tell(node, _) if !self.nodes.contains(&node) => {
                Err(format!("this run has no {node}"))
            }
            StepAction::Tell(node, words) => {
                let words = words.iter().cycle().nth(index(turn)).map_or("", String::as_str);
                let words = self.with_ids(words, &node);
                Ok(self.give(number, stepped(&node, name, &words), node, Command::Act(words)))
            }
            StepAction::Stop(node) if self.given.is_stopped(&node) => {
                Err(format!("{node} is stopped already"))
            }
            StepAction::Stop(node) => Ok(vec![stepped(&node, name, "stop"), Order::Stop(node)]),
            StepAction::Start(node) if !self.given.is_stopped(&node) => {
                Err(format!("{node} runs already: `restart` ends that life and begins another one"))
            }
            StepAction::Start(node) => Ok(vec![stepped(&node, name, "start"), Order::Start(node)]),
            StepAction::Restart(node) => {
                let told = stepped(&node, name, "restart");
                Ok(vec![told, Order::Stop(node.clone()), Order::Start(node)])
            }
            StepAction::Cut(port, lasting) => {
                self.note_fault(number, PortFault::Cut, port, lasting);
                let words = format!("cut {port} for {}", Span(lasting));
                Ok(vec![stepped(&port.listener().into(), name, &words), Order::Cut { port, lasting }])
            }
            StepAction::Stall(port, lasting) => {
                self.note_fault(number, PortFault::Stall, port, lasting);
                let words = format!("stall {port} for {}", Span(lasting));
                Ok(vec![stepped(&port.listener().into(), name, &words), Order::Stall { port, lasting }])
            }
            StepAction::Cti(order) => {
                let node = NodeName::from(SideOrder::NODE);
                let words = format!("cti {}", order.words());
                Ok(self.give(number, stepped(&node, name, &words), node, order.into()))
            }
            StepAction::Set(changes) => self.change(number, name, &changes),
            StepAction::Arm(rule) | StepAction::Disarm(rule) if self.rules.position(&rule).is_none() => {
                Err(removed(&rule))
            }
            StepAction::Arm(rule) => self.set_arming(&rule, Arming::Armed).map_err(|why| why.to_string()),
            StepAction::Disarm(rule) => {
                self.set_arming(&rule, Arming::Disarmed).map_err(|why| why.to_string())
            }
            StepAction::Release(rule) => self.release_for_step(name, rule.as_deref()),
        }
    }

    fn note_fault(&mut self, step: usize, fault: PortFault, port: Port, lasting: Duration) {
        self.given.note_fault(step, fault, port, (self.now, self.now + lasting));
    }

    /// Gives settings of the lab to the components that they are of.
    fn change(&mut self, number: usize, name: &str, changes: &[SettingChange]) -> Result<Vec<Order>, String> {
        if changes.iter().all(|change| self.is_so(change)) {
            return Err(already_so(changes));
        }
        let given = orders_of(changes).flat_map(|(node, words, command)| {
            self.give(number, stepped(&node, name, &words), node, command)
        });
        Ok(given.collect())
    }

    /// Lets go what a rule holds, or what any rule holds.
    fn release_for_step(&mut self, name: &str, rule: Option<&str>) -> Result<Vec<Order>, String> {
        let rule = match rule {
            Some(rule) => Some(self.rules.position(rule).ok_or_else(|| removed(rule))?),
            None => None,
        };
        let orders = self.rules.release_all(rule, &format!("step `{name}`"), self.now);
        if orders.is_empty() { Err("nothing is held".to_owned()) } else { Ok(orders) }
    }

    /// Gives somebody a command, and waits for what becomes of it.
    fn give(&mut self, step: usize, record: Order, node: NodeName, command: Command) -> Vec<Order> {
        if self.given.is_stopped(&node) {
            self.refuse(step, format!("{node} is stopped"));
            return Vec::new();
        }
        // Of components in other processes nobody hears here what they take in.
        if self.nodes.contains(&node) {
            self.given.give(Giver::Step(step), &node, &command);
        }
        vec![record, Order::Command(node, command)]
    }

    /// A rule that sets what is so already changes nothing. A rule acts on one message at a time.
    fn note_void(&mut self, commands: &[(String, NodeName, Command)]) {
        let Some((rule, ..)) = commands.first() else { return };
        let Some(Action::Set(changes)) = self.rules.action(rule) else { return };
        if changes.iter().all(|change| self.is_so(change)) {
            let why = already_so(changes);
            self.rules.void_last(rule, why);
        }
    }

    /// What rules order of components.
    fn command(&mut self, commands: Vec<(String, NodeName, Command)>) -> Vec<Order> {
        let mut orders = Vec::new();
        self.note_void(&commands);
        for (rule, node, command) in commands {
            if self.given.is_stopped(&node) {
                self.given.refuse(Giver::Rule(rule), format!("{node} is stopped"), None);
                continue;
            }
            self.given.give(Giver::Rule(rule), &node, &command);
            orders.push(Order::Command(node, command));
        }
        orders
    }

    /// Why a component takes no command, if it takes none.
    fn away(&self, node: &NodeName) -> Option<String> {
        if !self.nodes.contains(node) {
            return Some(format!("this run has no {node}"));
        }
        self.given.is_stopped(node).then(|| format!("{node} is stopped"))
    }

    /// The lab as it is set now, with what was changed while it runs.
    pub fn lab(&self) -> Lab {
        self.settings().lab()
    }

    /// How the lab is set now, to be read while the run goes on.
    pub fn settings(&self) -> CurrentSettings {
        CurrentSettings { lab: self.scenario.lab.clone(), changed: self.changed.clone() }
    }

    /// Whether a setting has the value already that a change would give it. What a component is about to take in counts as
    /// another value.
    fn is_so(&self, change: &SettingChange) -> bool {
        !self.is_on_way(change) && self.settings().has(change)
    }

    /// Whether a component is about to take in something.
    fn is_on_way(&self, change: &SettingChange) -> bool {
        change.components.iter().any(|kind| self.given.is_on_way_to(&NodeName::from(*kind)))
    }

    /// Settings that were changed while the lab runs, with their values as JSON text.
    pub fn changed(&self) -> &BTreeMap<String, String> {
        &self.changed
    }

    /// A step cannot be taken now.
    fn refuse(&mut self, step: usize, why: String) {
        self.given.refuse(Giver::Step(step), why, None);
    }

    /// Puts ids in the places of names: nobody in the lab knows what `T2` is. A customer knows contacts, an agent
    /// knows tasks.
    fn with_ids(&self, words: &str, person: &NodeName) -> String {
        let names = self.tracker.names();
        let id = |word: &str| {
            let name = TaskName::among(word, &self.scenario.customers)?;
            if person.as_str().starts_with(CUSTOMER) {
                return names.contact(&name.contact).map(ToString::to_string);
            }
            names.task(&name).map(|task| task.to_string())
        };
        words.split(' ').map(|word| id(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(" ")
    }
}

impl Director for Engine {
    fn see(&mut self, record: &Record) -> Reaction {
        self.is_ended |= record.ends_the_run();
        if self.is_ended {
            return Reaction::default();
        }
        self.now = self.now.max(record.at);
        let event = self.tracker.push(record);
        self.ends.learn(&event, self.tracker.names());
        self.endless.learn(&event);
        self.overdue.learn(&event, &self.scenario.lab.cast.agents);
        if let Meaning::Fact(Fact::Setting { setting, value }) = event.kind
            && self.changed.len() < CHANGED_MAX
        {
            self.changed.insert(setting.clone(), value.clone());
            self.overdue.learn_limits(&self.lab());
        }
        if let Some(why) = &mut self.why {
            why.push(&event);
        }
        self.given.learn(record);
        self.plans.learn(record);
        if let Some(watcher) = &mut self.watcher {
            watcher.push(&event);
        }
        self.affected.follow(&event);
        // The driver lets things go of its own when it holds too much, and says what is gone with its connection.
        if let What::Bent(bent) = &record.what {
            self.rules.learn(bent, record.cause, self.now);
        }
        let found = self.checks.push(&event);
        keep(&mut self.broken, found, &self.affected);
        let mut reaction = self.react(&event);
        reaction.orders.extend(self.arrivals.learn(record));
        reaction
    }

    fn entering(&mut self, at: Time, node: &NodeName, input: &Input) -> Reaction {
        if self.is_ended {
            return Reaction::default();
        }
        self.now = self.now.max(at);
        let record = Record { seq: 0, at, node: node.clone(), cause: None, what: What::In(input.clone()) };
        let event = self.tracker.peek(&record);
        let said = self.tracker.entering(&event);
        let (treatment, orders) = self.judge(&said);
        Reaction { treatment, orders }
    }

    fn took_note(&mut self) -> bool {
        std::mem::take(&mut self.noted)
    }

    fn due(&self) -> Option<Time> {
        self.alarms.first_key_value().map(|((at, _), _)| *at).filter(|_| !self.is_ended)
    }

    fn wake(&mut self, now: Time) -> Vec<Order> {
        if self.is_ended {
            return Vec::new();
        }
        self.now = self.now.max(now);
        let mut orders = Vec::new();
        while let Some(entry) = self.alarms.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Alarm::Step(number) => orders.extend(self.take(number)),
                Alarm::Expiry(ticket) => orders.extend(self.rules.release(ticket, End::Expired(now))),
            }
        }
        orders
    }
}

/// What becomes of a message that no rule looks at: what keeps a link alive overtakes the others.
fn untouched(kind: &Meaning<'_>) -> Reaction {
    let is_heartbeat = matches!(kind, Meaning::Sent { message, .. } if cce_select::is_heartbeat(message));
    let treatment = if is_heartbeat { Treatment::Overtake } else { Treatment::Pass };
    Reaction { treatment, orders: Vec::new() }
}

/// Why nothing follows from changes: each setting has its value already.
fn already_so(changes: &[SettingChange]) -> String {
    let words: Vec<String> = changes.iter().map(SettingChange::words).collect();
    format!("{} changes nothing: it is so already", words.join(", "))
}

/// Why nothing can be done to a rule that a person removed.
fn removed(rule: &str) -> String {
    format!("rule `{rule}` was removed")
}

fn index(turn: u64) -> usize {
    usize::try_from(turn).unwrap_or(usize::MAX)
}

/// The checks that are on.
fn checks(scenario: &Scenario) -> Checks {
    let off = scenario.unchecked.keys().filter_map(|name| name.parse::<Check>().ok());
    off.fold(Checks::new(), Checks::without)
}

fn bend_order(node: NodeName, by: &str, bend: Bend) -> Order {
    Order::Record { node, cause: None, bent: Bent::new(by, bend) }
}

/// The record of what a step does to a component.
fn stepped(node: &NodeName, step: &str, words: &str) -> Order {
    bend_order(node.clone(), step, Bend::Stepped(words.to_owned()))
}

//! A scenario over a lab that runs: its engine directs the run, and the admin port controls it. A lab without a scenario
//! has an engine, too: rules may come over the admin port.

use crate::{
    admin::{Admin, Control, HeldView, Reader, Refusal, RuleView, SettingsRead, Stand, WaitingView},
    check,
    cli::{Run, ScenarioFile},
    descriptors,
    failure::Failure,
    files::read_journal,
    folders::Places,
    listening,
    log_files::can_be_read,
    print, sim,
};
use cce_journal::{Header, Order, Record, Ticket};
use cce_kernel::NodeName;
use cce_model::{SideOrder, nearest};
use cce_net::{BoundNet, NetHandle};
use cce_play::{Arming, CurrentSettings, Engine, OrderRefused, RuleState, RunReport};
use cce_scenario::{Action, Chance, Context, Rule, Scenario, Times};
use cce_world::{ADMIN_LINK, Change, Lab, Setting, SettingChange, setting_names};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{interval, timeout};

/// How often it is looked at whether a scenario is over.
const LOOK: Duration = Duration::from_millis(50);

/// A scenario's engine, and the port that controls it.
pub(crate) struct ScenarioRun {
    engine: Arc<Mutex<Engine>>,
    admin: Admin,
}

/// The engine of a run that is over, or goes on.
#[derive(Clone)]
pub(crate) struct RunOutcome(Arc<Mutex<Engine>>);

impl ScenarioRun {
    /// The scenario that a run names.
    pub(crate) fn scenario(options: &Run) -> Result<Option<Scenario>, Failure> {
        let Some(scenario) = options.scenario.clone() else { return Ok(None) };
        let (config, parameters) = (options.config.clone(), options.parameters.clone());
        let release = options.release.clone();
        let scenario = sim::load_scenario(&ScenarioFile { scenario, config, parameters, release })?;
        if scenario.swarm.is_some() {
            return Err(Failure::Usage("a swarm is drawn by `ccelab sim` and `ccelab explore` only".into()));
        }
        Ok(Some(scenario))
    }

    /// Sets a scenario up over the run of this header, and takes the admin port.
    pub(crate) async fn set(scenario: Scenario, header: &Header, options: &Run) -> Result<Self, Failure> {
        let address = listening::admin(&scenario.lab, options);
        let admin = Admin::bind(address, descriptors::limits())
            .await
            .map_err(|error| {
                Failure::Usage(format!(
                    "the admin port cannot listen on {address}: {error}; choose another port with --port {ADMIN_LINK}=PORT, another \
                     address with [links.{ADMIN_LINK}], or take free ports with --ports ephemeral"
                ))
            })?;
        let mut engine = Engine::new(scenario, header).explained(header);
        if options.scenario.is_none() {
            engine = engine.open_ended();
        }
        Ok(Self { engine: Arc::new(Mutex::new(engine)), admin })
    }

    /// Lets the engine direct a run.
    pub(crate) fn direct(&self, bound: BoundNet, lab: &Lab) -> BoundNet {
        bound.directed(Box::new(Arc::clone(&self.engine)), Arc::new(lab.builder()))
    }

    /// Where the admin port listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.admin.address()
    }

    /// Tells how the lab stands, too, by the journal that its run writes.
    pub(crate) fn with_journal(self, path: PathBuf) -> Self {
        Self { admin: self.admin.with_journal(path), ..self }
    }

    /// What tells at the end how it went.
    pub(crate) fn played(&self) -> RunOutcome {
        RunOutcome(Arc::clone(&self.engine))
    }

    /// Serves the admin port until it is dropped.
    pub(crate) async fn serve(self, handle: NetHandle) -> Infallible {
        self.admin.serve(self.engine, handle).await
    }
}

impl RunOutcome {
    /// Waits until the scenario is over: every step is taken, every armed rule has acted and every task has ended, of which
    /// there was one; or its time is up.
    pub(crate) async fn over(&self) {
        let (rest, until) = {
            let engine = lock(&self.0);
            (engine.scenario().rest, engine.scenario().until)
        };
        let ended = async {
            let mut looks = interval(LOOK);
            let mut quiet = Duration::ZERO;
            loop {
                looks.tick().await;
                let is_over = {
                    // The driver waits for the engine with every record: it is let go before the next look.
                    let engine = lock(&self.0);
                    engine.is_over() && engine.has_acted()
                };
                if is_over && quiet >= rest {
                    return;
                }
                quiet = if is_over { quiet + LOOK } else { Duration::ZERO };
            }
        };
        // Time that is up is no error: what has not ended by then is told as in any other run.
        let _ = timeout(until, ended).await;
    }

    /// Says how a run went that is over.
    pub(crate) fn report(&self, options: &Run, header: &Header, places: &Places) -> Result<(), Failure> {
        let (name, report) = {
            let engine = lock(&self.0);
            (engine.scenario().name.clone(), engine.report())
        };
        let name = if name.is_empty() { "the run".to_owned() } else { name };
        print::words(&sim::summary(&name, &report, &places.journal));
        print::out(&check::told_misdeeds(&report.misdeeds, report.misdeed_count));
        if report.failures.is_empty() {
            return Ok(());
        }
        let records = records(&places.journal);
        print::words(&sim::failures(header, &records, &report.failures));
        let verdict = sim::verdict(&report.failures);
        // A journal that cannot be read back repeats nothing.
        let is_repeated = || !records.is_empty() && self.is_repeated(options, header, &records, &report);
        let again = options.scenario.as_deref().filter(|_| is_repeated());
        let again = again.map(|scenario| {
            let quoted = |path: &Path| sim::quoted(&path.display().to_string());
            format!("\nagain: ccelab check {} --scenario {}", quoted(&places.journal), quoted(scenario))
        });
        Err(Failure::Check(format!("{name}: {verdict} (seed {}){}", header.seed, again.unwrap_or_default())))
    }

    /// Whether the scenario's file finds in the journal alone that something failed here: an expectation that is not met. What
    /// a step or a rule did not do is no matter of the records, and parameters are not part of the file.
    fn is_repeated(&self, options: &Run, header: &Header, records: &[Record], report: &RunReport) -> bool {
        if options.config.is_some() || !options.parameters.is_empty() {
            return false;
        }
        let scenario = lock(&self.0).scenario().clone();
        let found = cce_play::unmet(header, records, scenario);
        let mut unmet = found.broken.iter().chain(&found.open);
        unmet.any(|unmet| report.failures.iter().any(|failure| failure.by == unmet.by))
    }
}

impl Control for Engine {
    fn list_rules(&self) -> Vec<RuleView> {
        self.rules().map(view).collect()
    }

    fn list_held(&self) -> Vec<HeldView> {
        let views = self.held().map(|held| HeldView {
            ticket: held.ticket,
            rule: self.holder(held).map(|rule| rule.name.clone()).unwrap_or_default(),
            message: held.name.to_owned(),
            from: held.from.clone(),
            to: held.to.clone(),
            about: held.about.clone(),
            since_ms: held.since.0 / 1_000,
        });
        views.collect()
    }

    fn list_waiting(&self) -> Vec<WaitingView> {
        self.waiting()
            .into_iter()
            .map(|(task, waiting)| WaitingView { task, since_ms: waiting.since.0 / 1_000, waiting })
            .collect()
    }

    fn describe_settings(&self) -> Value {
        let row = |name: String| {
            Some(match Setting::find(&name)?.change {
                Change::Running(components) => json!({ "setting": name, "components": components }),
                Change::Fixed(why) => json!({ "setting": name, "fixed": why }),
            })
        };
        let changed: Value = self
            .changed()
            .iter()
            .map(|(setting, value)| (setting.clone(), Value::from(cce_world::shown(setting, value))))
            .collect();
        json!({ "settings": setting_names().into_iter().filter_map(row).collect::<Vec<_>>(), "changed": changed })
    }

    fn reader(&self) -> Box<dyn Reader> {
        let (scenario, nodes) = (self.scenario().clone(), self.nodes().to_vec());
        Box::new(EngineReader { scenario, nodes, settings: self.settings() })
    }

    fn change_settings(&mut self, settings: &SettingsRead) -> Result<Vec<Order>, Refusal> {
        self.orders_to_set(&settings.changes, settings.are_so).map_err(|why| refusal(&why, self))
    }

    fn release_ticket(&mut self, ticket: Ticket) -> Result<Vec<Order>, Refusal> {
        self.release(ticket).map_err(|why| refusal(&why, self))
    }

    fn release_every(&mut self) -> Vec<Order> {
        self.release_all()
    }

    fn arm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        self.set_arming(name, Arming::Armed).map_err(|why| refusal(&why, self))
    }

    fn disarm_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        self.set_arming(name, Arming::Disarmed).map_err(|why| refusal(&why, self))
    }

    fn add_rule(&mut self, rule: Rule) -> Result<Vec<Order>, Refusal> {
        self.add(rule).map_err(|why| refusal(&why, self))
    }

    fn remove_rule(&mut self, name: &str) -> Result<Vec<Order>, Refusal> {
        self.remove(name).map_err(|why| refusal(&why, self))
    }

    fn order_cti_sides(&self, order: SideOrder) -> Result<Vec<Order>, Refusal> {
        self.order_sides(order).map_err(|why| refusal(&why, self))
    }
}

/// A refusal of the engine in the words of the admin port, which names what is there instead.
fn refusal(why: &OrderRefused, engine: &Engine) -> Refusal {
    match why {
        OrderRefused::NoRule(name) => {
            Refusal::no_rule(name, engine.rules().map(|state| state.rule.name.as_str()))
        }
        OrderRefused::NotHeld(ticket) => {
            let tickets: Vec<String> = engine.held().map(|held| held.ticket.to_string()).collect();
            let hint = nearest(&ticket.to_string(), tickets.iter().map(String::as_str));
            Refusal::Unknown(format!("{why}{hint}: GET /held says what is"))
        }
        OrderRefused::NameTaken(_)
        | OrderRefused::ArmedAlready(_)
        | OrderRefused::DisarmedAlready(_)
        | OrderRefused::TooManyRules
        | OrderRefused::NoEffect(_)
        | OrderRefused::Away(_) => Refusal::Conflict(why.to_string()),
    }
}

/// Reads what somebody writes to a run, by what there was when they did.
struct EngineReader {
    scenario: Scenario,
    nodes: Vec<NodeName>,
    settings: CurrentSettings,
}

impl Reader for EngineReader {
    fn rule(&self, rule: &Value) -> Result<Rule, Refusal> {
        read_rule(rule, &self.scenario, &self.nodes)
    }

    fn settings(&self, settings: &Map<String, Value>) -> Result<SettingsRead, Refusal> {
        let mut lab = self.settings.lab();
        let mut changes = Vec::new();
        for (setting, value) in settings {
            let (next, change) = lab.changed(setting, value).map_err(Refusal::Wrong)?;
            lab = next;
            changes.push(change);
        }
        let are_so = !changes.is_empty() && changes.iter().all(|change| self.settings.has(change));
        Ok(SettingsRead { changes, are_so })
    }
}

/// What a run recorded, to be drawn around its failures and judged once more. A journal that cannot be read back, such as a pipe,
/// leaves the verdict as it is.
fn records(journal: &Path) -> Vec<Record> {
    if !can_be_read(journal) {
        return Vec::new();
    }
    read_journal(journal).map_or_else(
        |failure| {
            print::error(&format!("warning: {failure}: what failed is told without a ladder"));
            Vec::new()
        },
        |(_, records)| records,
    )
}

/// Reads a rule as a scenario file of its own with the same customers, so that both ways take the same keys and names and
/// say the same of mistakes.
pub(crate) fn read_rule(rule: &Value, scenario: &Scenario, nodes: &[NodeName]) -> Result<Rule, Refusal> {
    if rule["name"].as_str().is_some_and(|name| name.trim().is_empty()) {
        return Err(Refusal::Wrong(
            "a rule's `name` is not empty: leave it out, or say what it is called".to_owned(),
        ));
    }
    if let Some(key) = empty_key(rule) {
        return Err(Refusal::Wrong(format!("`{key}` is null: leave it out, or give it a value")));
    }
    let customers: BTreeMap<_, _> = scenario.customers.iter().map(|name| (name, json!({}))).collect();
    let text = toml::to_string(&json!({ "name": "rule", "rules": [rule], "customers": customers }))
        .map_err(|error| Refusal::Wrong(format!("a rule has no such value: {error}")))?;
    let lab = |_| Ok(scenario.lab.clone());
    let files = |name: &str| Err(format!("a rule includes no file, such as {name}"));
    let context = Context { files: &files, lab: &lab, chosen: &BTreeMap::new(), recorded: &[] };
    let read = cce_scenario::load("rule", &text, context).map_err(|error| {
        let problems: Vec<_> = error.problems.into_iter().map(|problem| problem.message).collect();
        Refusal::Wrong(problems.join("; "))
    })?;
    // The lab's own people stand in it under their nodes; the rule's scenario has none of its own.
    let dead = read.unreachable(nodes, true).mistakes;
    if !dead.is_empty() {
        return Err(Refusal::Wrong(dead.join("; ")));
    }
    read.rules.into_iter().next().ok_or_else(|| Refusal::Wrong("that is no rule".to_owned()))
}

/// A key whose value is null, which no scenario file can say.
fn empty_key(value: &Value) -> Option<String> {
    let mut fields = value.as_object()?.iter();
    fields.find_map(|(key, value)| if value.is_null() { Some(key.clone()) } else { empty_key(value) })
}

fn view(state: &RuleState) -> RuleView {
    let RuleState { rule, is_armed, matched, acted, effects, .. } = state;
    let stand = match (state.is_acting(), is_armed) {
        (true, _) => Stand::Armed,
        (false, true) => Stand::Fired,
        (false, false) if *acted > 0 => Stand::Fired,
        (false, false) => Stand::Disarmed,
    };
    RuleView {
        name: rule.name.clone(),
        state: stand,
        does: words(rule),
        matched: *matched,
        fired: effects.times(),
        became: state.became(None),
    }
}

/// What a rule does, in words.
fn words(rule: &Rule) -> String {
    let what = match &rule.action {
        Action::Delay(by) => format!("delay by {}", cce_world::LatencyText(*by)),
        Action::Hold(Some(until)) => format!("hold until `{until}`"),
        Action::Hold(None) => "hold until it is released".to_owned(),
        Action::Swap => "swap with the next".to_owned(),
        Action::Drop => "drop".to_owned(),
        Action::Duplicate => "duplicate".to_owned(),
        Action::Corrupt { byte, to } => format!("change byte {byte} to {to}"),
        Action::Cut => "cut the connection".to_owned(),
        Action::Answer(response) => format!("answer with status {}", response.status),
        Action::Split(size) => format!("split into pieces of {size}"),
        Action::Coalesce => "coalesce with the next".to_owned(),
        Action::Cti(order) => format!("sides of the CTI server: {}", order.words()),
        Action::Set(changes) => changes.iter().map(SettingChange::words).collect::<Vec<_>>().join(", "),
    };
    let nth = if rule.nth == 1 { String::new() } else { format!(", the {}th", rule.nth) };
    let times = match rule.times {
        Times::Count(1) => String::new(),
        Times::Count(times) => format!(", {times} times"),
        Times::Always => ", always".to_owned(),
    };
    let chance = if rule.chance == Chance::CERTAIN {
        String::new()
    } else {
        format!(", in {} of all cases", rule.chance)
    };
    let alone = if rule.alone { ", alone" } else { "" };
    format!("`{}`{nth}: {what}{times}{chance}{alone}", rule.matching)
}

fn lock(engine: &Mutex<Engine>) -> MutexGuard<'_, Engine> {
    engine.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_nothing_can_match_is_refused() {
        let lab = cce_world::load(&cce_world::Layers::default()).unwrap();
        let (scenario, nodes) = (Scenario::of(lab.clone()), lab.nodes());
        let read = |text: &str| read_rule(&json!({ "match": text, "drop": true }), &scenario, &nodes);
        for dead in [
            "app > mrpg NEW_TASK",
            "cti > finesse START_TASK_EVENT",
            "* > finesse NEW_TASK",
            "mrpg > ccp NEW_TASK",
        ] {
            assert!(matches!(read(dead), Err(Refusal::Wrong(_))), "{dead}");
        }
        assert!(read("ccp > mrpg NEW_TASK").is_ok() && read("app > ccp CREATE").is_ok());
    }
}

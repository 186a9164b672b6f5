//! `ccelab load`: load on a lab, and what it measured.

mod agents;
mod clock;
mod connect;
mod generator;
mod http;
pub(crate) mod options;
mod targets;

use crate::{
    cli::{ReleaseOption, TableFiles},
    descriptors,
    failure::Failure,
    files::{WholeFile, load_lab},
    print,
    run::{block_on, random_seed, wall_clock},
    signals::Signals,
};
use agents::Agents;
use cce_kernel::Kind;
use cce_load::{Arrivals, Counts, Follow, Lives, LoadReport, Phase, Plan, agent, micros};
use cce_model::nearest_few;
use cce_world::{AgentSettings, Lab, Span};
use generator::{Bounds, Generator, Template};
use http::Pool;
use options::Options;
use std::{sync::Arc, time::Duration};
use targets::Targets;
use tokio::time::{interval, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often progress is told.
const PROGRESS: Duration = Duration::from_secs(1);

/// How long agents may take to sign out.
const SIGN_OUT: Duration = Duration::from_secs(5);

/// Agents of one load.
const AGENTS_MAX: usize = 10_000;

/// Carries out the command.
pub(crate) fn load(options: &Options) -> Result<(), Failure> {
    let lab = load_lab(options.config.as_deref(), &ReleaseOption::default(), &TableFiles::default())?;
    let configs = agent_configs(options, &lab)?;
    let targets = Targets::of(options, &lab)?;
    let follow = match (configs.is_empty(), options.poll) {
        (false, _) => Follow::Dialogs,
        (true, Some(_)) => Follow::Status,
        (true, None) => Follow::Creation,
    };
    let template = template(options, &lab)?;
    // Whoever measures for an hour hears before it that a report has no place.
    let reports = [
        (&options.json, LoadReport::to_json as fn(&LoadReport) -> String),
        (&options.csv, LoadReport::to_csv),
        (&options.html, LoadReport::to_html),
        (&options.svg, LoadReport::to_svg),
    ];
    let mut files = Vec::new();
    for (path, text) in reports {
        if let Some(path) = path {
            files.push((WholeFile::begin(path)?, text));
        }
    }
    // Each agent has a connection beside those for HTTP: the process takes as many descriptors as it may have.
    descriptors::limits();
    let report = block_on(async {
        let work = Work::new(options, &targets, template, follow);
        let signals = Signals::listen()?;
        work.run(options, configs, plan(options, &targets, follow), signals).await
    })?;
    print::progress("");
    print::out(&format!("{report}"));
    for (file, text) in files {
        file.finish(text(&report))?;
    }
    judge(&report, options.strict)
}

/// A load of which nothing came is a failure; with `--strict`, one in which anything went wrong.
fn judge(report: &LoadReport, strict: bool) -> Result<(), Failure> {
    let Counts { planned, created, ended, .. } = report.counts;
    if planned > 0 && created == 0 {
        return Err(Failure::Check("no task was created".into()));
    }
    if strict && (ended < planned || !report.errors.is_empty()) {
        return Err(Failure::Check(format!("{ended} of {planned} tasks came to their end, see the errors")));
    }
    Ok(())
}

fn plan(options: &Options, targets: &Targets, follow: Follow) -> Plan {
    Plan {
        targets: targets.in_words(follow == Follow::Dialogs),
        load: options.load_in_words(),
        follow: match (follow, options.poll) {
            (Follow::Creation, _) => "to the answer of the Task API".to_owned(),
            (Follow::Status, poll) => format!("by status, read every {}", poll.unwrap_or_default()),
            (Follow::Dialogs, _) => {
                "to the close of their dialogs, by notifications to the agents".to_owned()
            }
        },
        agents: options.agent_ids().map_or(0, |ids| ids.len()),
        seed: options.seed,
        started: cce_xml::iso_utc(wall_clock()),
    }
}

fn template(options: &Options, lab: &Lab) -> Result<Template, Failure> {
    let feed = options.feed.or_else(|| lab.ccp.feeds.first().map(|feed| feed.id));
    let feed = feed.ok_or_else(|| Failure::Usage("the lab has no task feed: give --feed".into()))?;
    let selector =
        options.selector.clone().or_else(|| lab.dialed_numbers.first().map(|dialed| dialed.number.clone()));
    Ok(Template {
        path: format!("/ccp/task/feed/{feed}"),
        selector: selector
            .ok_or_else(|| Failure::Usage("the lab has no script selector: give --selector".into()))?,
        // Other runs have other names, so that tasks of an earlier load are not taken for this one's.
        run: format!("load{:08x}", random_seed() & 0xFFFF_FFFF),
        tag_variable: options.tag_variable,
        poll: options.poll.map(|Span(pause)| pause),
    })
}

fn agent_configs(options: &Options, lab: &Lab) -> Result<Vec<agent::LoadAgentConfig>, Failure> {
    let ids = options.agent_ids()?;
    if ids.len() > AGENTS_MAX {
        let count = ids.len();
        return Err(Failure::Usage(format!("--agents: {count} agents; a load has {AGENTS_MAX} at most")));
    }
    ids.iter().map(|id| agent_config(id, options, lab)).collect()
}

fn agent_config(id: &str, options: &Options, lab: &Lab) -> Result<agent::LoadAgentConfig, Failure> {
    let Some(settings) = lab.agents.iter().find(|agent| agent.id.as_str() == id) else {
        let known: Vec<String> = lab.agents.iter().map(|agent| agent.id.to_string()).collect();
        let known = nearest_few(id, &known);
        return Err(Failure::Usage(format!("--agents: the lab has no agent {id}; it has {known}")));
    };
    let AgentSettings { password, extension, mrds, .. } = settings.clone();
    let finesse = lab.hosts.get(Kind::Finesse.name());
    Ok(agent::LoadAgentConfig {
        id: id.to_owned(),
        password,
        extension,
        mrds: mrds
            .iter()
            .filter_map(|name| lab.mrds.iter().find(|mrd| mrd.name == *name).map(|mrd| mrd.id))
            .collect(),
        domain: finesse.map(|host| host.fqdn.clone()).unwrap_or_default(),
        limit: options.limit,
        times: agent::AgentTimes {
            accept: options.accept.0,
            start: options.start.0,
            wrap_up: options.wrap_up.map(|Span(time)| time),
            close: options.close.0,
        },
        tag: format!("callVariable{}", options.tag_variable),
    })
}

/// Everything that is at work.
struct Work {
    generator: Arc<Generator>,
    agents: Arc<Agents>,
    stop: CancellationToken,
}

impl Work {
    fn new(options: &Options, targets: &Targets, template: Template, follow: Follow) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let pool = |target: &targets::Target| {
            let Options { connections, timeout, .. } = options;
            Pool::new(target.clone(), targets.connector.clone(), *connections, timeout.0, tasks.clone())
        };
        let generator = Generator::new(pool(&targets.app), template, follow, stop.clone(), tasks.clone());
        let agents = Agents::new(
            targets.xmpp.clone(),
            targets.connector.clone(),
            Arc::new(pool(&targets.desk)),
            tasks.clone(),
        );
        Self { generator: Arc::new(generator), agents: Arc::new(agents), stop }
    }

    async fn run(
        &self,
        options: &Options,
        configs: Vec<agent::LoadAgentConfig>,
        plan: Plan,
        mut signals: Signals,
    ) -> Result<LoadReport, Failure> {
        let wanted = configs.len();
        let is_interrupted = tokio::select! {
            // Whoever interrupts a load counts before everything else.
            biased;
            () = signals.any() => true,
            done = self.load(options, configs) => {
                done?;
                false
            }
            never = self.tell_progress(wanted) => match never {},
        };
        self.stop.cancel();
        let report = self.generator.report(plan, is_interrupted);
        self.agents.leave.cancel();
        // What they have not done by then is left to Finesse.
        let _ = timeout(SIGN_OUT, self.agents.loops.wait()).await;
        self.agents.stop.cancel();
        Ok(report)
    }

    async fn load(&self, options: &Options, configs: Vec<agent::LoadAgentConfig>) -> Result<(), Failure> {
        let wanted = configs.len();
        self.agents.start(configs, &self.generator);
        if timeout(options.sign_in.0, self.agents.until_ready(wanted)).await.is_err() {
            let (ready, time) = (self.agents.ready(), options.sign_in);
            let why = self.generator.look(|lives| lives.statistics().first_error()).unwrap_or_default();
            return Err(Failure::Check(format!("{ready} of {wanted} agents were ready after {time}{why}")));
        }
        self.generator.clock.begin();
        let bounds = Bounds { duration: options.duration.map(|Span(time)| time), tasks: options.tasks };
        match (&options.rate, options.users) {
            (Some(rates), _) => {
                let arrivals = Arrivals::new(rates.clone(), options.arrivals.distribution(), options.seed);
                self.generator.run_open(arrivals, bounds).await;
            }
            (None, users) => {
                let (users, patience) = (users.unwrap_or(1), options.patience());
                self.generator.run_closed(users, options.think.0, bounds, patience).await;
                self.tell_standstill(options, Span(patience));
            }
        }
        // Tasks that are open after that time count as unfinished.
        let _ = timeout(options.drain.0, self.generator.until_idle()).await;
        Ok(())
    }

    /// Warns where a closed loop ended before all its tasks were begun. It is bounded by its tasks alone, and each customer waits
    /// for a task that stands still.
    fn tell_standstill(&self, options: &Options, patience: Span) {
        let Some(tasks) = options.tasks.filter(|_| options.duration.is_none()) else { return };
        let planned = self.generator.look(|lives| lives.counts().planned);
        if planned < tasks {
            print::error(&format!(
                "warning: {planned} of {tasks} tasks were begun: no task came any further for {patience}, and each customer waits for its own"
            ));
        }
    }

    /// Tells how far the load has come, that many agents included, until the load is over.
    async fn tell_progress(&self, agents: usize) -> std::convert::Infallible {
        let mut ticks = interval(PROGRESS);
        let mut before = Counts::default();
        loop {
            ticks.tick().await;
            if !self.generator.clock.has_begun() {
                let errors = self.generator.look(|lives| lives.statistics().errors());
                let ready = self.agents.ready();
                print::progress(&format!("{ready} of {agents} agents are ready, {errors} errors"));
                continue;
            }
            let now = self.generator.clock.now();
            let (text, counts) = self.generator.look(|lives| (progress(lives, before, now), lives.counts()));
            print::progress(&text);
            before = counts;
        }
    }
}

/// One line: how far the load has come.
fn progress(lives: &Lives, before: Counts, now: Duration) -> String {
    let (counts, statistics) = (lives.statistics().counts(), lives.statistics());
    let create = statistics.phase(Phase::Create);
    format!(
        "{} s: {} created ({} now), {} ended ({} now), {} open, {} errors; create {} median, {} 99 %",
        now.as_secs(),
        counts.created,
        counts.created.saturating_sub(before.created),
        counts.ended,
        counts.ended.saturating_sub(before.ended),
        lives.open(),
        statistics.errors(),
        micros(create.at(50.0)),
        micros(create.at(99.0)),
    )
}

//! `ccelab run`: the lab until it is interrupted.
//!
//! A run goes through three stages: a [`RunPlan`] is decided without a socket, a [`LiveRun`] serves, and its end judges what
//! was lost before it reports.

use crate::{
    banner::{self, Addresses, Reader},
    claims::claim_values,
    cli::Run,
    descriptors,
    failure::Failure,
    files::{load_lab, load_tables},
    folders::{Places, create_folder},
    listening::{self, with_addresses},
    log_files::{LogFiles, can_be_read},
    people::AgentChoice,
    print,
    readiness::{BecomesReady, PATIENCE, Readiness, Sign},
    ready_file::{self, ReadyFile},
    record_writer::RecordWriter,
    scenario_run::{RunOutcome, ScenarioRun},
    signals::Signals,
    sim,
    tls::RunTls,
    top,
};
use cce_journal::Header;
use cce_kernel::{NodeName, Port, Wall};
use cce_model::{AgentId, nearest, nearest_few};
use cce_net::{Net, NetConfig, Node, PlainClients, Running, SiteAddresses, Stopped, dialled_at};
use cce_scenario::Scenario;
use cce_world::{COMPONENTS, Lab, MrApplicationSettings};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    hash::{BuildHasher, RandomState},
    net::SocketAddr,
    panic::resume_unwind,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};
use tokio::task::{JoinError, spawn_blocking};

/// Carries out the command.
pub(crate) fn run(options: &Run) -> Result<(), Failure> {
    // An old ready file goes even where the rest fails.
    let ready_file = ReadyFile::take(options.ready_file.as_deref())?;
    serve(options, &ready_file).inspect_err(|failure| ready_file.tell_failure(failure))
}

fn serve(options: &Run, ready_file: &ReadyFile) -> Result<(), Failure> {
    let plan = RunPlan::of(options)?;
    block_on(async {
        // Before anything is taken or written: from here on an interrupted run ends in order.
        let mut signals = Signals::listen()?;
        // Each stage is a large future, which would grow the stack.
        let started = Box::pin(plan.start(options, &mut signals)).await?;
        let Some(mut live) = started else { return Ok(()) };
        let reason = Box::pin(live.until_over(options, &mut signals, ready_file)).await;
        signals.let_end(Box::pin(live.end(options, reason))).await?
    })
}

/// A run as its options and its lab want it. It has no socket and no journal yet.
struct RunPlan {
    /// The lab as the command line changes it.
    lab: Lab,
    header: Header,
    tls: Option<RunTls>,
    net: NetConfig,
    nodes: Vec<Node>,
    scenario: Option<Scenario>,
}

impl RunPlan {
    fn of(options: &Run) -> Result<Self, Failure> {
        let scenario = ScenarioRun::scenario(options)?;
        let mut lab = lab_of(scenario.as_ref(), options)?;
        let names = chosen_nodes(&lab, &options.only)?;
        if let Some(scenario) = &scenario {
            sim::tell_unreachable(&with_lab(scenario, &lab).unreachable(&names, true).mistakes)?;
        }
        let seed = options.seed.unwrap_or_else(random_seed);
        let start = options.start.unwrap_or_else(wall_clock);
        // Whoever says both wants the same ids in each run, and some have the moment in them at which they were needed.
        if options.seed.is_some() && options.start.is_some() {
            lab = lab.with_first_ids(start);
        }
        let header = lab.header(seed, start, names.clone());
        let tls = RunTls::of(&lab, options, &names)?;
        if tls.is_none() {
            listening::check_without_tls(&lab, &names)?;
        }
        let net = net_config(&lab, tls.as_ref(), options);
        if let Some(data) = &options.data {
            create_folder(data)?;
        }
        let nodes = build(&lab, &header, names);
        let scenario = staged(scenario, &lab, options);
        Ok(Self { lab, header, tls, net, nodes, scenario })
    }

    /// Takes the ports, begins the records and starts the components. A run that is interrupted meanwhile is None.
    async fn start(self, options: &Run, signals: &mut Signals) -> Result<Option<LiveRun>, Failure> {
        let Self { lab, header, tls, net, nodes, scenario } = self;
        // A lab whose ports are taken fails here, before it empties the journal of the run before.
        let mut bound = Net::bind(net, nodes).await?;
        // `bind` has made the files of those who had none.
        if let Some(data) = &options.data {
            claim_values(data, &header.nodes)?;
        }
        let mut scenario_run = None;
        if let Some(scenario) = scenario {
            let set = ScenarioRun::set(scenario, &header, options).await?;
            bound = set.direct(bound, &lab);
            scenario_run = Some(set);
        }
        let places = Places::of(options.journal.clone(), options.logs.clone(), &options.only)?;
        let (readiness, ready) = Readiness::of(&header.nodes, &header.tables);
        let Some(writer) = begin_records(&header, &places, options, signals).await? else { return Ok(None) };
        let mut writer = writer.with_readiness(readiness);
        if options.scenario.is_none() {
            writer = writer.open_ended();
        }
        let is_banner_out = Arc::new(AtomicBool::new(false));
        if options.ladder {
            writer = writer.with_ladder_behind(&header, &is_banner_out);
        }
        let can_be_read = can_be_read(&places.journal);
        if can_be_read {
            scenario_run = scenario_run.map(|set| set.with_journal(places.journal.clone()));
        }
        // Logs that nobody asked for cost less when everything is over.
        let logs = LogFiles::create(&header, &places.logs)?;
        let mut logs_at_end = None;
        if options.logs.is_some() || !can_be_read {
            writer = writer.with_logs(logs);
        } else {
            logs_at_end = Some(logs);
        }
        let running = bound.start(header.seed, Box::new(writer));
        let outcome = scenario_run.as_ref().map(ScenarioRun::played);
        Ok(Some(LiveRun {
            lab,
            header,
            tls,
            places,
            running,
            ready: Some(ready),
            is_banner_out,
            scenario_run,
            outcome,
            logs_at_end,
        }))
    }
}

/// A run whose components work.
struct LiveRun {
    lab: Lab,
    header: Header,
    tls: Option<RunTls>,
    places: Places,
    running: Running,
    /// What waits for the components to be connected. It is taken by the first wait.
    ready: Option<BecomesReady>,
    /// Set once the banner is printed, which the live ladder follows.
    is_banner_out: Arc<AtomicBool>,
    /// The engine and its admin port, which closes before the components stop.
    scenario_run: Option<ScenarioRun>,
    outcome: Option<RunOutcome>,
    /// The logs that are made of the journal when the run is over; None where they grow with the run.
    logs_at_end: Option<LogFiles>,
}

impl LiveRun {
    /// Tells where the lab is reached, and serves until the run is over. The error says why the run failed.
    async fn until_over(
        &mut self,
        options: &Run,
        signals: &mut Signals,
        ready_file: &ReadyFile,
    ) -> Result<(), Failure> {
        let (ready, scenario_run) = (self.ready.take(), self.scenario_run.take());
        let admin = scenario_run.as_ref().map(ScenarioRun::address);
        let work = async {
            let late = match ready {
                Some(ready) => self.late(ready, ready_file).await,
                None => None,
            };
            if late.is_none() {
                self.hand_out(admin, options, ready_file)?;
            }
            self.announce(admin, options);
            let handed_out = async {
                let Some(mut late) = late else { return pending().await };
                late.wait_on().await;
                match self.hand_out(admin, options, ready_file) {
                    Ok(()) => pending().await,
                    failed => failed,
                }
            };
            let Some(scenario_run) = scenario_run else { return handed_out.await };
            let (outcome, admin) = (scenario_run.played(), scenario_run.address().to_string());
            tokio::select! {
                // A scenario that is over counts before the next request at the admin port.
                biased;
                () = outcome.over(), if options.until_over => Ok(()),
                failed = handed_out => failed,
                watched = top::watch(admin), if options.top => watched,
                never = scenario_run.serve(self.running.handle()) => match never {},
            }
        };
        tokio::select! {
            // A lost record counts first: the journal was said to be required. Whoever interrupts a run counts before everything
            // else, also while it starts.
            biased;
            () = self.running.lost_a_record() => Err(incomplete()),
            () = signals.any() => Ok(()),
            reason = work => reason,
        }
    }

    /// Waits until the components are connected, and warns of what is not in time: of that is still to be waited for.
    async fn late(&self, mut ready: BecomesReady, ready_file: &ReadyFile) -> Option<BecomesReady> {
        let lacks = ready.wait(PATIENCE).await;
        let lacks: Vec<&str> = lacks.into_iter().map(Sign::lack).collect();
        for lack in &lacks {
            print::error(&format!("warning: after {} s {lack}", PATIENCE.as_secs()));
        }
        ready_file.tell_late(&lacks);
        (!lacks.is_empty()).then_some(ready)
    }

    /// The lab is ready: writes the ready file, and prints it where that is asked for.
    fn hand_out(
        &self,
        admin: Option<SocketAddr>,
        options: &Run,
        ready_file: &ReadyFile,
    ) -> Result<(), Failure> {
        let text = self
            .with_addresses(admin, |addresses| ready_file::text(&self.lab, addresses, &self.places.journal));
        ready_file.write(&text)?;
        if options.print_ready {
            print::line(&text);
        }
        Ok(())
    }

    /// Prints the banner, unless what the ready file says is printed in its place.
    fn announce(&self, admin: Option<SocketAddr>, options: &Run) {
        if options.print_ready {
            return;
        }
        let reader = Reader::of_standard_output(options.verbose);
        let are_logs_live = self.logs_at_end.is_none();
        let folders = (self.places.journal.as_path(), self.places.logs.as_path());
        print::out(&self.with_addresses(admin, |addresses| {
            banner::text(&self.lab, addresses, folders, are_logs_live, reader)
        }));
        // The live ladder goes on below the banner.
        self.is_banner_out.store(true, Ordering::Release);
    }

    /// Says where the lab is reached, to whoever makes a text of it.
    fn with_addresses(
        &self,
        admin: Option<SocketAddr>,
        tell: impl FnOnce(&Addresses<'_>) -> String,
    ) -> String {
        let running = &self.running;
        let treated = listening::plain_clients(&self.lab);
        let mut ports = reached_at(running.addresses());
        // Where nobody is let in, nobody needs to know.
        ports.retain(|port, _| treated.get(port) != Some(&PlainClients::Refused));
        tell(&Addresses {
            ports: &ports,
            secure: &reached_at(running.secure_addresses()),
            site: running.site().map(|SiteAddresses { plain, secure }| SiteAddresses {
                plain: dialled_at(plain),
                secure: secure.map(dialled_at),
            }),
            ca: self.tls.as_ref().and_then(|tls| tls.ca.as_deref()),
            admin: admin.map(dialled_at),
        })
    }

    /// Stops the components and reports. What was lost counts before the reason why the run ended, and that before what the
    /// scenario came to.
    async fn end(self, options: &Run, reason: Result<(), Failure>) -> Result<(), Failure> {
        let stopped = self.running.stop().await;
        let kept = tell_unkept(options, stopped.unkept).and(judge_records(options, stopped));
        if let Some(logs) = self.logs_at_end {
            make_logs(logs, self.places.journal.clone()).await;
        }
        let report = |outcome: RunOutcome| outcome.report(options, &self.header, &self.places);
        kept.and(reason.and_then(|()| self.outcome.map_or(Ok(()), report)))
    }
}

/// The lab that a run is of: that of the scenario or of the configuration, as the command line changes it.
fn lab_of(scenario: Option<&Scenario>, options: &Run) -> Result<Lab, Failure> {
    let lab = match scenario {
        None => load_lab(options.config.as_deref(), &options.release, &options.tables)?,
        Some(scenario) => Lab { tables: load_tables(&options.tables)?, ..scenario.lab.clone() },
    };
    let mut lab = with_addresses(lab, &options.addresses)?;
    lab.tls.enabled &= !options.tls.no_tls;
    listening::check_chosen(&lab, options)?;
    add_agents(&mut lab, options)?;
    add_applications(&mut lab, options)?;
    Ok(lab)
}

fn net_config(lab: &Lab, tls: Option<&RunTls>, options: &Run) -> NetConfig {
    NetConfig {
        listen: listening::plain(lab, options),
        plain: listening::plain_clients(lab),
        site: listening::site(lab, options),
        secure: tls.map(|tls| tls.listeners.clone()),
        dials: RunTls::dials(tls),
        connect: connect(lab),
        connect_tls: connect_tls(lab),
        data: options.data.clone(),
        journal_required: options.journal_required,
        limits: descriptors::limits(),
        ..NetConfig::default()
    }
}

/// Creates the journal and the capture, unless the run is interrupted meanwhile.
async fn begin_records(
    header: &Header,
    places: &Places,
    options: &Run,
    signals: &mut Signals,
) -> Result<Option<RecordWriter>, Failure> {
    // A pipe has no reader perhaps, and whoever opens it waits for one.
    let begun = spawn_blocking({
        let (header, places, pcap) = (header.clone(), places.clone(), options.pcap.clone());
        move || RecordWriter::new(&header, &places)?.with_capture(&header, pcap.as_deref())
    });
    tokio::select! {
        // What could be begun goes on, and ends in order.
        biased;
        begun = begun => joined(begun).map(Some),
        () = signals.any() => Ok(None),
    }
}

/// Makes the logs of a run that is over. They are a view: how the run went does not depend on them.
async fn make_logs(logs: LogFiles, journal: PathBuf) {
    let made = spawn_blocking(move || logs.make_of(&journal)).await;
    if let Err(failure) = joined(made) {
        print::error(&format!("warning: the logs of the run are missing: {failure}"));
    }
}

/// What became of work in a thread of its own.
fn joined<T>(done: Result<T, JoinError>) -> T {
    done.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// What is played in a run: the scenario that was named, else one in which nothing happens by itself. Parts of a split
/// lab see their own messages only, and would all want the same admin port: there it is played where it is asked for.
fn staged(scenario: Option<Scenario>, lab: &Lab, options: &Run) -> Option<Scenario> {
    let is_whole = options.only.is_empty();
    let scenario = scenario.or_else(|| is_whole.then(|| Scenario::of(lab.clone())))?;
    Some(with_lab(&scenario, lab))
}

/// The scenario over the lab as the command line has it.
fn with_lab(scenario: &Scenario, lab: &Lab) -> Scenario {
    Scenario { lab: lab.clone(), ..scenario.clone() }
}

/// The components of a header, ready to run.
pub(crate) fn build(lab: &Lab, header: &Header, nodes: Vec<NodeName>) -> Vec<Node> {
    let build = lab.builder();
    nodes
        .into_iter()
        .filter_map(|name| Some(Node { clock: header.clock(&name), component: build(&name)?, name }))
        .collect()
}

/// Where listeners of other processes are.
pub(crate) fn connect(lab: &Lab) -> BTreeMap<Port, String> {
    Port::LISTENED
        .map(Port::socket)
        .into_iter()
        .filter_map(|port| Some((port, lab.link(port)?.connect.clone())))
        .collect()
}

/// Where listeners of other processes are for who speaks over TLS.
fn connect_tls(lab: &Lab) -> BTreeMap<Port, String> {
    let sockets = Port::LISTENED.map(Port::socket).into_iter();
    sockets.filter_map(|port| Some((port, lab.link(port)?.secure_place()?))).collect()
}

/// Runs something on a runtime of its own. What is left behind then, such as the look-up of a name, is not waited for.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|source| {
        Failure::File { action: "start the runtime for", path: PathBuf::from("ccelab"), source }
    })?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

fn add_agents(lab: &mut Lab, options: &Run) -> Result<(), Failure> {
    let known: BTreeSet<AgentId> = lab.agents.iter().map(|agent| agent.id.clone()).collect();
    let mut chosen = BTreeSet::new();
    for agent in options.agents.iter().flat_map(AgentChoice::casts) {
        if !known.contains(&agent.id) {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            let known = nearest_few(agent.id.as_str(), &known);
            return Err(Failure::Usage(format!(
                "--agents: the lab has no agent {}; it has {known}",
                agent.id
            )));
        }
        if !chosen.insert(agent.id.clone()) {
            return Err(Failure::Usage(format!("--agents: agent {} is there twice", agent.id)));
        }
        if let Some(selector) = agent.transfer_to.as_deref().filter(|name| !lab.has_dialed_number(name)) {
            let known: Vec<&str> = lab.dialed_numbers.iter().map(|dialed| dialed.number.as_str()).collect();
            return Err(Failure::Usage(format!(
                "--agents: the lab has no dialed number {selector}; it has {}",
                known.join(", ")
            )));
        }
        lab.cast.agents.retain(|other| other.id != agent.id);
        lab.cast.agents.push(agent);
    }
    Ok(())
}

fn add_applications(lab: &mut Lab, options: &Run) -> Result<(), Failure> {
    let own = [lab.mrpg.peripheral, lab.agentpg.peripheral];
    for application in &options.mr_app {
        let application = application.settings();
        let peripheral = application.peripheral;
        let is_taken = |other: &MrApplicationSettings| {
            other.peripheral == peripheral || other.routing_client() == application.routing_client()
        };
        if own.contains(&peripheral) || lab.mrpg.applications.iter().any(is_taken) {
            return Err(Failure::Usage(format!(
                "--mr-app: the lab has peripheral {peripheral} or its routing client already; choose another number"
            )));
        }
        lab.mrpg.applications.push(application);
    }
    Ok(())
}

/// The components of `--only`, and the virtual people.
fn chosen_nodes(lab: &Lab, only: &[String]) -> Result<Vec<NodeName>, Failure> {
    if let Some(unknown) = only.iter().find(|name| !COMPONENTS.contains(&name.as_str())) {
        return Err(Failure::Usage(format!(
            "--only: there is no component `{unknown}`{}",
            nearest(unknown, COMPONENTS)
        )));
    }
    if let Some(twice) = (1..).zip(only).find_map(|(next, name)| only[next..].contains(name).then_some(name))
    {
        return Err(Failure::Usage(format!("--only: `{twice}` is there twice")));
    }
    let is_component = |name: &NodeName| COMPONENTS.contains(&name.as_str());
    let is_chosen = |name: &NodeName| only.is_empty() || only.iter().any(|chosen| chosen == name.as_str());
    Ok(lab.nodes().into_iter().filter(|name| !is_component(name) || is_chosen(name)).collect())
}

/// Says at the end what is lost of the components' values: a warning in the middle of a run is easily missed.
fn tell_unkept(options: &Run, changes: u64) -> Result<(), Failure> {
    let Some(data) = options.data.as_ref().filter(|_| changes > 0) else { return Ok(()) };
    let lost = format!("{} lacks {changes} changes of what components store", data.display());
    if options.journal_required {
        return Err(Failure::Check(format!("{lost}, and --journal-required was given")));
    }
    print::error(&format!("warning: {lost}: a run that goes on with it begins from what was kept"));
    Ok(())
}

/// Where clients on this machine reach listeners: one that is bound everywhere has no address that they could use.
fn reached_at(listeners: &BTreeMap<Port, SocketAddr>) -> BTreeMap<Port, SocketAddr> {
    listeners.iter().map(|(port, address)| (*port, dialled_at(*address))).collect()
}

/// Whether every record is kept that must be. What is lost while the run is being stopped counts, too.
fn judge_records(options: &Run, stopped: Stopped) -> Result<(), Failure> {
    let lost = stopped.unwritten;
    if options.journal_required && stopped.has_lost {
        return Err(incomplete());
    }
    if options.journal_required && lost > 0 {
        return Err(Failure::Check(format!(
            "{lost} records were not written in time, and --journal-required was given"
        )));
    }
    Ok(())
}

fn incomplete() -> Failure {
    Failure::Check(
        "a record, or a change that --data keeps, was lost, and --journal-required was given: the run was stopped"
            .into(),
    )
}

#[expect(clippy::disallowed_methods, reason = "a run begins on today's calendar")]
pub(crate) fn wall_clock() -> Wall {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A seed that differs from run to run. The journal's header has it.
pub(crate) fn random_seed() -> u64 {
    RandomState::new().hash_one(wall_clock())
}

//! `ccelab demo`: the lab plays tasks through its real interfaces and draws the ladder as it grows.

use crate::{
    cli::{Demo, ReleaseOption},
    cues::Cues,
    failure::Failure,
    files::load_lab,
    folders::Places,
    log_files::LogFiles,
    print,
    record_writer::RecordWriter,
    run::{block_on, build, connect},
    signals::Signals,
};
use cce_journal::{Record, What};
use cce_kernel::{CallId, Command, Fact, Input, Kind, Output, Port, Time};
use cce_model::{ContactId, ContactStatus, StatusReason, fact::FinesseFact};
use cce_net::{Net, NetConfig};
use cce_world::{Lab, Span};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    net::Ipv4Addr,
    sync::mpsc::{Receiver, sync_channel},
    time::Duration,
};
use tokio::sync::mpsc;

/// How much faster `--fast` is.
const FAST: u32 = 12;

/// When a demo that does not end is given up.
const DEADLINE: Duration = Duration::from_mins(2);

/// Records that may wait to be looked at. More make the one who writes them wait.
const RECORDS_MAX: usize = 1 << 12;

/// Cues that may wait for their customers.
const CUES_MAX: usize = 1 << 12;

/// Carries out the command.
pub(crate) fn demo(options: Demo) -> Result<(), Failure> {
    let mut lab = load_lab(options.config.as_deref(), &ReleaseOption::default(), &options.tables)?.for_demo();
    if options.fast {
        hurry(&mut lab);
    }
    let mut cues = Cues::of(&mut lab);
    let nodes = lab.nodes();
    let header = lab.header(options.seed, lab.demo_start(), nodes.clone());
    let places = Places::of(options.journal, options.logs, &[])?;
    let (sender, records) = sync_channel(RECORDS_MAX);
    let writer = RecordWriter::new(&header, &places)?
        .with_logs(LogFiles::create(&header, &places.logs)?)
        .with_capture(&header, options.pcap.as_deref())?
        .with_ladder(&header)
        .with_listener(sender);
    let config = NetConfig {
        listen: Port::LISTENED.map(|port| (port.socket(), (Ipv4Addr::LOCALHOST, 0).into())).into(),
        connect: connect(&lab),
        ..NetConfig::default()
    };
    let nodes = build(&lab, &header, nodes);
    let expected = lab.cast.customers.len();
    let outcome = block_on(async {
        let mut signals = Signals::listen()?;
        let running = Net::start(config, options.seed, nodes, Box::new(writer)).await?;
        let (cue, mut cued) = mpsc::channel(CUES_MAX);
        let mut watching = tokio::task::spawn_blocking(move || {
            Outcome::watch(&records, expected, |record| {
                // Nobody is cued any more once the run is being stopped.
                cues.learn(record).into_iter().for_each(|customer| drop(cue.blocking_send(customer)));
            })
        });
        let work = async {
            while let Some(customer) = cued.recv().await {
                running.command(&customer, Command::Cue).await;
            }
            (&mut watching).await.unwrap_or_default()
        };
        let watched = tokio::select! {
            // Whoever interrupts a demo counts before everything else.
            biased;
            () = signals.any() => None,
            outcome = work => Some(outcome),
        };
        // Whoever waits to cue a customer learns that the demo is over, and reads records until the run is stopped.
        drop(cued);
        signals.let_end(running.stop()).await?;
        match watched {
            Some(outcome) => Ok(outcome),
            None => Ok(Outcome { was_interrupted: true, ..watching.await.unwrap_or_default() }),
        }
    })?;
    print::words(&outcome.summary(&places));
    outcome.judge(&lab)
}

fn hurry(lab: &mut Lab) {
    let shorten = |span: &mut Span| span.0 /= FAST;
    for agent in &mut lab.cast.agents {
        agent.times_mut().for_each(shorten);
    }
    for customer in &mut lab.cast.customers {
        customer.times_mut().for_each(shorten);
    }
}

/// What came of a demo.
#[derive(Debug, Default)]
struct Outcome {
    contacts: BTreeMap<ContactId, Story>,
    calls: BTreeSet<CallId>,
    messages: BTreeMap<Port, u64>,
    requests: BTreeMap<Port, u64>,
    is_complete: bool,
    was_interrupted: bool,
}

/// What came of one contact.
#[derive(Debug, Default)]
struct Story {
    created: Time,
    reserved: Option<Time>,
    ended: Option<(Time, ContactStatus, StatusReason)>,
}

impl Outcome {
    /// Reads records until every customer's task has ended and CCP has heard of it.
    fn watch(records: &Receiver<Record>, expected: usize, mut each: impl FnMut(&Record)) -> Self {
        let mut outcome = Self::default();
        while let Ok(record) = records.recv_timeout(DEADLINE) {
            each(&record);
            outcome.learn(&record);
            // The timeout ends a demo in which nothing happens any more, and this a demo that goes on for ever.
            if record.at.since(Time::default()) > DEADLINE {
                break;
            }
            let ended = outcome.contacts.values().filter(|story| story.ended.is_some()).count();
            if ended >= expected && outcome.calls.is_empty() {
                outcome.is_complete = true;
                break;
            }
        }
        outcome
    }

    fn learn(&mut self, record: &Record) {
        match &record.what {
            What::Out(Output::Note(Fact::Contact { contact, to, reason, .. })) => {
                self.on_contact(contact, *to, *reason, record.at);
            }
            What::Out(Output::Note(Fact::Finesse(FinesseFact::SmCall { call, .. }))) => {
                self.calls.insert(*call);
            }
            What::In(Input::Reply { call, .. }) if record.node.kind() == Some(Kind::Finesse) => {
                self.calls.remove(call);
            }
            // A message counts where its link was dialled: there alone the name of the link says whose it is.
            What::In(Input::Frame { link, .. }) | What::Out(Output::Send { link, .. })
                if record.node.kind() != Some(link.port.listener()) =>
            {
                *self.messages.entry(link.port).or_default() += 1;
            }
            What::Out(Output::Call { port, .. }) => *self.requests.entry(*port).or_default() += 1,
            What::In(_)
            | What::Out(_)
            | What::Started
            | What::Stopped { .. }
            | What::Connected { .. }
            | What::Bent(_)
            | What::Gap { .. } => {}
        }
    }

    fn on_contact(&mut self, contact: &ContactId, to: ContactStatus, reason: StatusReason, at: Time) {
        let story =
            self.contacts.entry(contact.clone()).or_insert_with(|| Story { created: at, ..Story::default() });
        match to {
            ContactStatus::Reserved => story.reserved = Some(at),
            ContactStatus::Handled | ContactStatus::Discarded => story.ended = Some((at, to, reason)),
            ContactStatus::Unread | ContactStatus::Queued => {}
        }
    }

    fn summary(&self, places: &Places) -> String {
        let seconds = |from: Time, to: Time| format!("{:.3} s", to.since(from).as_secs_f64());
        let mut text = String::from("\n");
        for (contact, story) in &self.contacts {
            let reserved =
                story.reserved.map(|at| format!(", reserved after {}", seconds(story.created, at)));
            let end = match &story.ended {
                None => ", not ended".to_owned(),
                Some((at, status, reason)) if *status == ContactStatus::Discarded => {
                    format!(", {status} ({reason}) after {}", seconds(story.created, *at))
                }
                Some((at, status, _)) => format!(", {status} after {}", seconds(story.created, *at)),
            };
            let _ = writeln!(text, "  contact {contact}{}{end}", reserved.unwrap_or_default());
        }
        let counts: Vec<String> =
            self.messages
                .iter()
                .map(|(port, count)| format!("{port} {count}"))
                .chain(self.requests.iter().map(|(port, count)| {
                    format!("{port} {count} request{}", if *count == 1 { "" } else { "s" })
                }))
                .collect();
        let _ = writeln!(text, "  messages: {}", counts.join(", "));
        let _ = writeln!(text, "  journal:  {}", places.journal.display());
        let _ = writeln!(text, "  logs:     {}", places.logs.display());
        text
    }

    /// Every task was handled, but for those whose customers gave up.
    fn judge(&self, lab: &Lab) -> Result<(), Failure> {
        if !self.is_complete {
            let why = if self.was_interrupted {
                "the demo was interrupted before every task had ended"
            } else {
                "the demo's deadline passed before every task had ended"
            };
            return Err(Failure::Check(why.into()));
        }
        let gave_up = lab.cast.customers.iter().filter(|customer| customer.cancel_after.is_some()).count();
        let cancelled = |story: &&Story| {
            matches!(story.ended, Some((_, ContactStatus::Discarded, StatusReason::CancelSucceeded)))
        };
        let handled = |story: &&Story| matches!(story.ended, Some((_, ContactStatus::Handled, _)));
        let (handled, cancelled) = (
            self.contacts.values().filter(handled).count(),
            self.contacts.values().filter(cancelled).count(),
        );
        if cancelled <= gave_up && handled + cancelled == self.contacts.len() {
            return Ok(());
        }
        Err(Failure::Check(format!("{handled} of {} tasks were handled", self.contacts.len())))
    }
}

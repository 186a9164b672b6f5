//! The commands.

use crate::{
    ca, check,
    cli::{
        CaCommand, Command, ConfigCommand, JournalCommand, ReleaseOption, ScenarioCommand, SchemaOf,
        TableProtocol,
    },
    decode, demo, explore,
    failure::Failure,
    files::{create_private, gaps, layers, load_lab, read_journal, read_journal_to_end},
    folders::create_folder,
    hosts, ladder, load, merge, print, run, shipped,
    shipped::InputKind,
    sim, top, wait_ready,
};
use cce_capture::Capture;
use cce_journal::Writer;
use cce_views::logs::{LogFile, Logs};
use cce_world::{ShowDetail, TableKind};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufWriter, Write as _},
    path::Path,
};

/// Carries out a command.
pub(crate) fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(options) => demo::demo(options),
        Command::Run(options) => run::run(&options),
        Command::WaitReady(options) => wait_ready::wait_ready(&options),
        Command::Load(options) => load::load(&options),
        Command::Sim(options) => sim::sim(&options),
        Command::Explore(options) => explore::explore(&options),
        Command::Scenario { command: ScenarioCommand::Check(file) } => sim::check(&file),
        Command::Scenario { command: ScenarioCommand::List } => sim::list(),
        Command::Scenario { command: ScenarioCommand::Show { scenario } } => {
            print::out(&shipped::find(InputKind::Scenario, &scenario)?.text);
            Ok(())
        }
        Command::Replay { journal } => replay(&journal),
        Command::Check(options) => check::check(&options),
        Command::Ca { command: CaCommand::Export(options) } => ca::export(&options),
        Command::Hosts(options) => hosts::hosts(&options),
        Command::Merge(options) => merge::merge(&options),
        Command::Journal { command: JournalCommand::Cat { journal } } => write_lines(&journal),
        Command::Ladder(options) => ladder::draw(&options),
        Command::Top(options) => top::top(&options),
        Command::Logs { journal, out, pcap } => {
            if let Some(out) = &out {
                write_logs(&journal, out)?;
            }
            pcap.map_or(Ok(()), |pcap| write_capture(&journal, &pcap))
        }
        Command::Decode(options) => decode::decode(&options),
        Command::Config { command: ConfigCommand::List } => {
            for lab in InputKind::Lab.shipped() {
                print::line(&format!("{}\n    {}", lab.name, shipped::about_lab(lab.text)));
            }
            Ok(())
        }
        Command::Config { command: ConfigCommand::Show { lab, config, brief, release } } => {
            let detail = if brief { ShowDetail::Brief } else { ShowDetail::Whole };
            print::out(&cce_world::show(&layers(lab.or(config).as_deref(), &release)?, detail)?);
            Ok(())
        }
        Command::Config { command: ConfigCommand::Tables { protocol } } => {
            print::out(&cce_world::show_table(match protocol {
                TableProtocol::Mr => TableKind::Mr,
                TableProtocol::Arm => TableKind::Arm,
            }));
            Ok(())
        }
        Command::Config { command: ConfigCommand::Check { lab, config, tables } } => {
            load_lab(lab.or(config).as_deref(), &ReleaseOption::default(), &tables)?;
            print::line("the configuration is fine");
            Ok(())
        }
        Command::Schema { of } => {
            print::out(match of {
                SchemaOf::Lab => include_str!("../../../docs/schemas/lab.schema.json"),
                SchemaOf::Scenario => include_str!("../../../docs/schemas/scenario.schema.json"),
            });
            Ok(())
        }
    }
}

fn replay(path: &Path) -> Result<(), Failure> {
    let (header, records) = read_journal(path)?;
    let lab = cce_world::header_lab(&header)
        .map_err(|error| Failure::Usage(format!("the journal's configuration cannot be used: {error}")))?;
    let gaps = gaps(&records);
    let found = cce_journal::replay(&header, records, lab.builder());
    if let Some(gaps) = gaps {
        print::line(&format!("the journal {gaps}: behind it nothing was compared"));
    }
    for node in &found.unknown {
        print::line(&format!("passed over {node}: this lab has no such component"));
    }
    if let Some(difference) = &found.difference {
        return Err(Failure::Check(describe(difference)));
    }
    print::line(&format!(
        "{} inputs replayed, {} outputs compared: no difference",
        found.inputs, found.outputs
    ));
    Ok(())
}

fn describe(difference: &cce_journal::Difference) -> String {
    let json = |output: &Option<cce_kernel::Output>| match output {
        None => "nothing".to_owned(),
        Some(output) => serde_json::to_string(output).unwrap_or_else(|_| format!("{output:?}")),
    };
    format!(
        "the replay differs first at record {} of {}\n  recorded: {}\n  replayed: {}",
        difference.seq,
        difference.node,
        json(&difference.recorded),
        json(&difference.replayed),
    )
}

fn write_logs(journal: &Path, out: &Path) -> Result<(), Failure> {
    let (header, records) = read_journal(journal)?;
    create_folder(out)?;
    let mut logs = Logs::new(&header);
    let mut texts: BTreeMap<LogFile, String> =
        LogFile::ALL.into_iter().map(|file| (file, String::new())).collect();
    for (file, line) in records.iter().flat_map(|record| logs.push(record)) {
        let _ = writeln!(texts.entry(file).or_default(), "{line}");
    }
    for (file, text) in texts {
        let path = out.join(file.file_name());
        let mut to = BufWriter::new(create_private(&path)?);
        to.write_all(text.as_bytes()).and_then(|()| to.flush()).map_err(|source| Failure::File {
            action: "write",
            path,
            source,
        })?;
    }
    Ok(())
}

/// Writes the whole lines of a journal.
fn write_lines(journal: &Path) -> Result<(), Failure> {
    let (header, records, end) = read_journal_to_end(journal)?;
    print::written(|to| Writer::plain(to, &header).and_then(|writer| merge::write(&records, end, writer)));
    Ok(())
}

fn write_capture(journal: &Path, path: &Path) -> Result<(), Failure> {
    let (header, records) = read_journal(journal)?;
    let mut to = BufWriter::new(create_private(path)?);
    let mut capture = Capture::new(&header);
    let mut write = || {
        to.write_all(&capture.head())?;
        for record in &records {
            to.write_all(&capture.push(record))?;
        }
        to.write_all(&capture.finish())?;
        to.flush()
    };
    write().map_err(|source| Failure::File { action: "write", path: path.to_owned(), source })
}

//! `ccelab check`: which rules a journal breaks, each with the ladder around it.

use crate::{
    cli,
    excerpts::{ProblemText, with_excerpts},
    failure::Failure,
    files::read_journal_to_end,
    print, sim,
};
use cce_check::{Breach, Check, Checks, Misdeed};
use cce_fold::Fold;
use cce_journal::{Header, Record};
use cce_play::Expected;
use std::fmt::Write;

/// Breaches that are told; further ones are counted.
const TOLD_MAX: usize = 200;

/// Carries out the command.
pub(crate) fn check(options: &cli::Check) -> Result<(), Failure> {
    let (header, records, end) = read_journal_to_end(&options.journal)?;
    let mut checks = options.without.iter().fold(Checks::new(), |checks, off| checks.without(*off));
    let mut fold = Fold::new(&header);
    let mut breaches: Vec<Breach> =
        records.iter().flat_map(|record| checks.push(&fold.push(record))).collect();
    // A run that goes on, or was ended when it suited somebody, owes no ends.
    let owes_ends = !options.unfinished && end.is_some_and(|end| !end.open_ended);
    let mut unfinished = Vec::new();
    if owes_ends {
        breaches.extend(checks.finish());
    } else {
        // A copy is finished, so that what is open stays out of the table.
        unfinished = checks.clone().finish();
    }
    print::words(&told_unfinished(&unfinished));
    print::words(&told_misdeeds(checks.misdeeds(), checks.misdeed_count()));
    print::words(&report(&header, &records, &breaches));
    print::out(&table(&checks));
    expect(options, &header, &records, owes_ends)?;
    match checks.gap() {
        _ if !breaches.is_empty() => Err(Failure::Check(verdict(&checks))),
        Some(seq) => Err(Failure::Check(format!(
            "records are missing, or there twice, at record {seq}: nothing was judged from there on"
        ))),
        None => Ok(()),
    }
}

/// What a scenario expects of the run. One that owes no ends may still come to what has not happened yet.
fn expect(options: &cli::Check, header: &Header, records: &[Record], owes_ends: bool) -> Result<(), Failure> {
    let Some(scenario) = options.scenario.clone() else { return Ok(()) };
    let scenario = sim::load_scenario(&cli::ScenarioFile {
        scenario,
        config: None,
        parameters: Vec::new(),
        release: cli::ReleaseOption::default(),
    })?;
    let (name, count) = (scenario.name.clone(), scenario.expectations.len());
    let Expected { broken: mut unmet, open } = cce_play::unmet(header, records, scenario);
    if owes_ends {
        unmet.extend(open);
    } else {
        open.iter().for_each(|open| {
            print::line(&format!("open (which is no breach here): {}: {}", open.by, open.text));
        });
        if unmet.is_empty() && !open.is_empty() {
            print::line(&format!(
                "{name}: {} of {} {} open, and none is broken",
                open.len(),
                print::counted(count, "expectation"),
                if open.len() == 1 { "is" } else { "are" }
            ));
            return Ok(());
        }
    }
    if unmet.is_empty() {
        print::line(&match count {
            0 => format!("{name} has no expectations"),
            1 => format!("{name}: 1 expectation is met"),
            _ => format!("{name}: all {count} expectations are met"),
        });
        return Ok(());
    }
    print::words(&sim::failures(header, records, &unmet));
    let (of, are) = (print::counted(count, "expectation"), if unmet.len() == 1 { "is" } else { "are" });
    Err(Failure::Check(format!("{name}: {} of {of} {are} not met", unmet.len())))
}

/// Every breach, the first tasks with the ladder around them.
fn report(header: &Header, records: &[Record], breaches: &[Breach]) -> String {
    if breaches.is_empty() {
        return String::new();
    }
    let wrong = breaches.iter().take(TOLD_MAX).map(|breach| ProblemText {
        text: format!("{breach}\n"),
        record: Some(breach.seq),
        related: &breach.related,
    });
    let mut text = with_excerpts(header, records, wrong.collect()) + "\n";
    if breaches.len() > TOLD_MAX {
        let _ = writeln!(text, "… and {} more", breaches.len() - TOLD_MAX);
    }
    text
}

/// What peers outside the lab did wrong: no fault of the lab, but a person wants to know.
pub(crate) fn told_misdeeds(misdeeds: &[Misdeed], count: u64) -> String {
    let mut text = String::new();
    let told = misdeeds.iter().take(TOLD_MAX);
    let more = count - told.len() as u64;
    for misdeed in told {
        let _ = writeln!(text, "{misdeed}");
    }
    if more > 0 {
        let _ = writeln!(text, "… and {more} more of peers outside the lab");
    }
    text
}

/// What has not ended where nothing needs to have: no breach, but a person wants to know.
fn told_unfinished(unfinished: &[Breach]) -> String {
    let mut text = String::new();
    for open in unfinished.iter().take(TOLD_MAX) {
        let _ = writeln!(text, "open (which is no breach here): {} (record {})", open.text, open.seq);
    }
    if unfinished.len() > TOLD_MAX {
        let _ = writeln!(text, "… and {} more", unfinished.len() - TOLD_MAX);
    }
    text
}

/// What each check looked at, and what it found.
fn table(checks: &Checks) -> String {
    let mut text = format!("{:<18}{:>10}{:>10}\n", "check", "judged", "breaches");
    for check in Check::ALL {
        if checks.is_on(check) {
            let tally = checks.tally(check);
            let _ = writeln!(text, "{check:<18}{:>10}{:>10}", tally.judged, tally.breaches);
        } else {
            let _ = writeln!(text, "{check:<18}{:>10}", "off");
        }
    }
    if let Some(seq) = checks.gap() {
        let _ = writeln!(
            text,
            "records are missing, or there twice, at record {seq}: nothing was judged from there on"
        );
    }
    text
}

fn verdict(checks: &Checks) -> String {
    let broken: Vec<String> = Check::ALL
        .into_iter()
        .map(|check| (check, checks.tally(check).breaches))
        .filter(|(_, breaches)| *breaches > 0)
        .map(|(check, breaches)| format!("{check} ({breaches})"))
        .collect();
    format!("the journal breaks {}", broken.join(", "))
}

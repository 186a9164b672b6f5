//! How outcomes are told.

use cce_model::Disposition;
use cce_play::{Outcome, TaskEnd};

fn end(name: &str, status: &str, dispositions: &[u32]) -> TaskEnd {
    let dispositions = dispositions.iter().copied().map(Disposition).collect();
    TaskEnd { name: name.to_owned(), status: status.to_owned(), cancel: None, dispositions }
}

fn ends(names: std::ops::Range<usize>, status: &str, dispositions: &[u32]) -> Vec<TaskEnd> {
    names.map(|number| end(&format!("T{number}"), status, dispositions)).collect()
}

#[test]
fn a_few_contacts_are_told_one_by_one() {
    let cancelled = TaskEnd { cancel: Some("200".to_owned()), ..end("bob", "discarded (cancelled)", &[]) };
    let outcome = Outcome::from(vec![end("alice", "handled (closed)", &[36, 38]), cancelled]);
    assert_eq!(
        outcome.to_string(),
        "alice: handled (closed), disposition 36 ring no answer, disposition 38 normal end; bob: discarded (cancelled), DELETE 200"
    );
    assert_eq!(Outcome::from(ends(1..7, "handled", &[])).to_string().matches("; ").count(), 5);
    assert_eq!(Outcome::default().to_string(), "no task");
}

#[test]
fn many_contacts_are_told_by_how_many_ended_how_and_rare_ends_by_name() {
    let few = ends(5..9, "discarded (cancelled)", &[]);
    let rare = ends(9..11, "reserved", &[20]);
    let outcome = Outcome::from([few, rare, ends(11..131, "handled (closed)", &[38])].concat());
    assert_eq!(
        outcome.to_string(),
        "120 contacts: handled (closed), disposition 38 normal end; 4 contacts: discarded (cancelled); \
         T9, T10: reserved, disposition 20 intercept reorder"
    );
}

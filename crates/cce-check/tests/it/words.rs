//! What breaches say to people.

use crate::judgements::against;
use cce_check::Judgement;

/// The words of each judgement, for the journal that it alone refuses. Numbers of records are left out: they change with
/// whatever the lab says besides.
#[test]
fn every_breach_is_worded_as_people_have_read_it() {
    let told = Judgement::ALL.iter().map(|judgement| {
        let texts = against(*judgement).breaches().into_iter().map(|breach| format!("  {}\n", breach.text));
        format!("{judgement:?}\n{}", texts.collect::<String>())
    });
    insta::assert_snapshot!("breaches", told.collect::<String>());
}

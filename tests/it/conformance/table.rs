//! The table, as it stands in the file.

use serde::Deserialize;
use std::fmt;

/// Prefix of a reference's items, the reference, and how many items it has.
pub(crate) const REFERENCES: [(&str, &str, u16); 5] = [
    ("TR", "task-routing", 378),
    ("CC", "ccp-task-api", 248),
    ("FI", "finesse-nonvoice", 303),
    ("CT", "cti-server-protocol", 874),
    ("MR", "mr-interface", 158),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[serde(rename = "section")]
    pub(crate) sections: Vec<Section>,
}

/// What one or some sections of a reference require.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    /// The reference and its section, `task-routing 1.1`.
    pub(crate) source: String,
    pub(crate) title: String,
    #[serde(rename = "item")]
    pub(crate) items: Vec<Item>,
}

/// Requirements that are alike.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct Item {
    pub(crate) numbers: Numbers,
    pub(crate) says: String,
    pub(crate) state: State,
}

#[derive(Debug)]
pub(crate) enum State {
    /// By these tests and scenarios.
    Shown(Vec<String>),
    /// What is lacking.
    Planned(String),
    /// Why it is not done here.
    Waived(String),
}

/// `TR-018`, or `TR-018..025` with both ends.
#[derive(Debug, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) prefix: String,
    pub(crate) first: u16,
    pub(crate) last: u16,
}

/// An item as it is written: exactly one of the last three is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    says: String,
    tests: Option<Vec<String>>,
    planned: Option<String>,
    waived: Option<String>,
}

impl Table {
    pub(crate) fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// Items that do not follow the one before, sections of another reference, and references that end too early.
    pub(crate) fn misplaced(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut sections = self.sections.iter().peekable();
        for (prefix, reference, count) in REFERENCES {
            let mut next = 1;
            while let Some(section) = sections.next_if(|section| section.reference() == reference) {
                for numbers in section.items.iter().map(|item| &item.numbers) {
                    if numbers.prefix != prefix || numbers.first != next {
                        found.push(format!("{numbers} where {prefix}-{next:03} is due"));
                    }
                    next = numbers.last + 1;
                }
            }
            if next != count + 1 {
                found.push(format!("{reference} ends before {prefix}-{next:03} and has {count} items"));
            }
        }
        found.extend(sections.map(|section| format!("section `{}` is out of place", section.source)));
        found
    }
}

impl Section {
    fn reference(&self) -> &str {
        self.source.split(' ').next().unwrap_or_default()
    }
}

impl Numbers {
    pub(crate) fn count(&self) -> u16 {
        self.last - self.first + 1
    }

    fn read(text: &str) -> Option<Self> {
        let (prefix, numbers) = text.split_once('-')?;
        let (first, last) = numbers.split_once("..").unwrap_or((numbers, numbers));
        let whole = |number: &str| number.parse().ok().filter(|_| number.len() == 3);
        let read = Self { prefix: prefix.to_owned(), first: whole(first)?, last: whole(last)? };
        (read.first <= read.last && read.to_string() == text).then_some(read)
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:03}", self.prefix, self.first)?;
        if self.last > self.first { write!(f, "..{:03}", self.last) } else { Ok(()) }
    }
}

impl TryFrom<Written> for Item {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { id, says, tests, planned, waived } = written;
        let state = match (tests, planned, waived) {
            (Some(tests), None, None) if !tests.is_empty() => State::Shown(tests),
            (None, Some(lacking), None) if !lacking.is_empty() => State::Planned(lacking),
            (None, None, Some(reason)) if !reason.is_empty() => State::Waived(reason),
            _ => {
                return Err(format!(
                    "{id} needs one of `tests`, `planned` and `waived`, and it must say something"
                ));
            }
        };
        let numbers = Numbers::read(&id).ok_or_else(|| format!("`{id}` is no number and no range"))?;
        Ok(Self { numbers, says, state })
    }
}

#[test]
fn a_number_has_three_digits_and_a_range_two_ends() {
    let read = |text| Numbers::read(text).map(|numbers| (numbers.first, numbers.last));
    assert_eq!(read("TR-018"), Some((18, 18)));
    assert_eq!(read("TR-018..025"), Some((18, 25)));
    for wrong in ["TR", "TR-18", "TR-018..", "TR-025..018", "TR-018..018", "TR-018...025", "TR-+18"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn an_item_is_shown_planned_or_waived_and_nothing_else() {
    let read = |rest: &str| {
        let head = "[[section]]\nsource = 's'\ntitle = 't'\n[[section.item]]\nid = 'TR-001'\nsays = 'x'\n";
        Table::read(&format!("{head}{rest}"))
    };
    for right in ["tests = ['a::b']", "planned = 'TLS'", "waived = 'voice'"] {
        assert!(read(right).is_ok(), "{right}");
    }
    for wrong in
        ["", "tests = []", "planned = ''", "planned = 'TLS'\nwaived = 'voice'", "planned = 'x'\nwhy = 'y'"]
    {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn gaps_repetitions_and_foreign_items_are_named() {
    let table = |ids: &[&str]| {
        let item = |id: &&str| format!("[[section.item]]\nid = '{id}'\nsays = 'x'\nplanned = 'y'\n");
        let items: String = ids.iter().map(item).collect();
        let text = format!("[[section]]\nsource = 'task-routing 1'\ntitle = 't'\n{items}");
        Table::read(&text).unwrap().misplaced()
    };
    let others = 4;
    assert_eq!(table(&["TR-001..100", "TR-101..378"]).len(), others, "the other references have no items");
    for (ids, first) in [
        (&["TR-001", "TR-003..378"][..], "TR-003..378 where TR-002 is due"),
        (&["TR-001..002", "TR-002..378"], "TR-002..378 where TR-003 is due"),
        (&["CC-001..378"], "CC-001..378 where TR-001 is due"),
        (&["TR-001..377"], "task-routing ends before TR-378 and has 378 items"),
        (&["TR-001..379"], "task-routing ends before TR-380 and has 378 items"),
    ] {
        assert_eq!(table(ids)[0], first);
    }
}

//! The one selector grammar, for rules, expectations, waits, ladder filters and log search.
//!
//! ```text
//! [sent] [FROM > TO] NAME [TASK] [KEY=VALUE …]        a message
//! [PLACE] NAME [TASK] [KEY=VALUE …]                   a fact, or anything with that name
//! ```

use crate::{
    happening::{HEARTBEAT, Happening},
    known::{known_key, known_name},
    names::{ShortNames, TaskName},
    place::{APP, CTI, DESK, PlacePattern},
    synonyms,
    transitions::{no_transition, says_whose},
    values::known_value,
    ways::{closed_way, known_home, known_subject, known_way, names_between},
    word::{ANY, SelectorError, Word, is_message, split},
    words,
};
use cce_kernel::NodeName;
use cce_model::{Disposition, meant, nearest};
use std::fmt;

/// Says which happenings are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    text: String,
    /// Means the sending of a message instead of its arrival.
    pub is_sent: bool,
    from: PlacePattern,
    to: Option<PlacePattern>,
    name: String,
    task: Option<TaskName>,
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Field {
    key: String,
    value: String,
    /// The task that the value names, where it can be read so.
    task: Option<TaskName>,
    is_other: bool,
}

/// Names of a lab that selectors may use.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Components and virtual people, with the node that each name means.
    pub places: Vec<(String, PlacePattern)>,
    /// Customers of the scenario.
    pub customers: Vec<String>,
    /// Login ids of the lab's agents; none where they are not known.
    pub agents: Vec<String>,
    /// Ids of the lab's media routing domains; none where they are not known.
    pub mrds: Vec<String>,
}

impl Vocabulary {
    /// The virtual person or component of that name.
    pub fn node_of(&self, name: &str) -> Option<&NodeName> {
        self.places.iter().find_map(|(known, place)| match place {
            PlacePattern::Node(node) => (known == name).then_some(node),
            PlacePattern::Any | PlacePattern::App | PlacePattern::Desk | PlacePattern::Cti => None,
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Selector {
    /// Reads a selector.
    pub fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Self, SelectorError> {
        let words = split(text);
        let mut rest = words.as_slice();
        let is_sent = matches!(rest, [Word { text: "sent", .. }, _, ..]);
        if is_sent {
            rest = &rest[1..];
        }
        let (from, to, rest) = route(rest, vocabulary)?;
        let [name, rest @ ..] = rest else {
            return Err(SelectorError {
                message: "a selector names what it means, such as NEW_TASK or contact".to_owned(),
                span: 0..text.len(),
                wrong_name: None,
            });
        };
        known_name(name, to.is_some())?;
        if is_message(name.text) || to.is_some() {
            known_way(name, &from, to.as_ref())?;
        } else if let Some(sent) = words.first().filter(|_| is_sent) {
            return Err(sent.error(format!(
                "`sent` is for messages: `{}` happens in one place, and nothing leaves",
                name.text
            )));
        } else {
            known_home(name, &from)?;
        }
        let mut selector = Self {
            text: text.to_owned(),
            is_sent,
            from,
            to,
            name: name.text.to_owned(),
            task: None,
            fields: Vec::new(),
        };
        for word in rest {
            selector.qualify(word, vocabulary)?;
        }
        Ok(selector)
    }

    fn qualify(&mut self, word: &Word<'_>, vocabulary: &Vocabulary) -> Result<(), SelectorError> {
        if let Some((key, value)) = word.text.split_once('=') {
            let (key, is_other) = key.strip_suffix('!').map_or((key, false), |key| (key, true));
            known_key(&self.name, key, word)?;
            self.once(key, is_other, word)?;
            let value = value.trim_matches('"').to_owned();
            known_value(&self.name, key, &value, word, vocabulary)?;
            let task = TaskName::among(&value, &vocabulary.customers);
            self.fields.push(Field { key: key.to_owned(), value, task, is_other });
            // Both states of a change are known once the second one is read.
            return self.known_change(word);
        }
        let task = TaskName::among(word.text, &vocabulary.customers);
        if task.is_none() || self.task.is_some() {
            let names = vocabulary.customers.iter().map(String::as_str).chain(["T", "T1", "T2"]);
            let hint = meant(word.text, names);
            let is = if hint.is_empty() {
                "is neither KEY=VALUE nor a task such as T, T2 or T#1"
            } else {
                "is no task"
            };
            let customers = vocabulary.customers.iter().map(String::as_str);
            let hint = if hint.is_empty() && !vocabulary.customers.is_empty() {
                format!(": there is no customer `{}`{}", word.text, nearest(word.text, customers))
            } else {
                hint
            };
            return Err(word.unknown(format!("`{}` {is}{hint}", word.text)));
        }
        if let Some(task) = &task {
            known_subject(&self.name, task, word)?;
        }
        self.task = task;
        Ok(())
    }

    /// Something has one value: beside it, no other value of the same key says more.
    fn once(&self, key: &str, is_other: bool, word: &Word<'_>) -> Result<(), SelectorError> {
        let mut same = self.fields.iter().filter(|field| field.key.eq_ignore_ascii_case(key));
        if same.any(|field| !(is_other && field.is_other)) {
            return Err(word.error(format!("`{key}` stands here twice: one value says it all")));
        }
        Ok(())
    }

    /// What changes goes from a state to one that may follow.
    fn known_change(&self, word: &Word<'_>) -> Result<(), SelectorError> {
        let pair = self.wants("from").zip(self.wants("to"));
        match pair.and_then(|(from, to)| no_transition(&self.name, from, to)) {
            Some(why) => Err(word.error(why)),
            None => Ok(()),
        }
    }

    /// Whether it means a message rather than a fact.
    pub fn is_message(&self) -> bool {
        self.to.is_some() || is_message(&self.name)
    }

    /// Why no link of a run of these components carries what it means, if that is so.
    pub fn closed_way(&self, nodes: &[NodeName], has_applications: bool) -> Option<String> {
        let is_meant = self.is_message();
        is_meant.then(|| closed_way(&self.name, &self.from, self.to.as_ref(), nodes, has_applications))?
    }

    /// The places that it names.
    pub fn places(&self) -> impl Iterator<Item = &PlacePattern> {
        std::iter::once(&self.from).chain(&self.to)
    }

    /// The task that it names.
    pub const fn task(&self) -> Option<&TaskName> {
        self.task.as_ref()
    }

    /// What it is called that it means.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether whatever it means is an HTTP request or answer.
    pub fn is_http(&self) -> bool {
        self.means_only(|name| words::http().any(|known| known == name))
    }

    /// Whether it means HTTP requests, and perhaps something else beside.
    pub fn means_requests(&self) -> bool {
        !self.means_only(|name| !words::is_request(name))
    }

    /// Whether whatever it means is the answer to an HTTP request.
    pub fn is_answer(&self) -> bool {
        self.means_only(|name| name == words::REPLY)
    }

    fn means_only(&self, is_such: impl Fn(&str) -> bool) -> bool {
        if self.name != ANY {
            return is_such(&self.name);
        }
        names_between(&self.from, self.to.as_ref()).into_iter().all(is_such)
    }

    /// Whether it means what only keeps a link alive.
    pub fn is_heartbeat(&self) -> bool {
        self.name.starts_with(HEARTBEAT)
    }

    /// The value that it wants under a key.
    pub fn wants(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.key == key && !field.is_other).map(|field| field.value.as_str())
    }

    /// Whether it means this. A message is meant where it arrives, or where it leaves if the selector says so.
    pub fn matches(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        let is_right_moment = if self.is_sent { happening.is_sent } else { happening.counts() };
        is_right_moment && self.means(happening, names)
    }

    /// Whether it means this, wherever the message is.
    pub fn means(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        self.concerns(happening, names) && self.fields.iter().all(|field| field.matches(happening, names))
    }

    /// Whether this is a change of the state that it means: `contact T from=queued to=reserved` concerns every change of
    /// that contact.
    pub fn concerns_state(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        happening.counts()
            && self.concerns(happening, names)
            && self
                .fields
                .iter()
                .filter(|field| says_whose(&self.name, &field.key))
                .all(|field| field.matches(happening, names))
    }

    /// What is not as wanted about something of this name, where anything is not: `status=404`.
    pub fn missed(&self, happening: &Happening<'_>, names: &ShortNames) -> Option<Vec<String>> {
        let is_right_moment = if self.is_sent { happening.is_sent } else { happening.counts() };
        if self.name != happening.name || !is_right_moment {
            return None;
        }
        let is_way = self.from.matches(&happening.from)
            && self
                .to
                .as_ref()
                .is_none_or(|wanted| happening.to.as_ref().is_some_and(|to| wanted.matches(to)));
        let is_task = self.task.as_ref().is_none_or(|task| is_about(happening, task, names));
        let place = (!is_way).then(|| "another place".to_owned());
        let task = (!is_task).then(|| "another task".to_owned());
        let fields = self.fields.iter().filter(|field| !field.matches(happening, names)).map(|field| {
            let found = happening.field(&field.key).unwrap_or_else(|| "none".to_owned());
            let is = if field.is_other { "not other than" } else { "not" };
            let [found, wanted] = [&found, &field.value].map(|value| field.in_words(value));
            format!("{}={found}, {is} {wanted}", field.key)
        });
        Some(place.into_iter().chain(task).chain(fields).collect())
    }

    fn concerns(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        (self.name == happening.name || (self.name == ANY && self.to.is_some()))
            && self.from.matches(&happening.from)
            && self
                .to
                .as_ref()
                .is_none_or(|wanted| happening.to.as_ref().is_some_and(|to| wanted.matches(to)))
            && self.task.as_ref().is_none_or(|task| is_about(happening, task, names))
    }
}

/// Keys whose values are dispositions.
const DISPOSITIONS: [&str; 2] = ["disposition", "ICMDisposition"];

impl Field {
    /// A value of the key, as people read it.
    fn in_words(&self, value: &str) -> String {
        let is_disposition = DISPOSITIONS.iter().any(|known| known.eq_ignore_ascii_case(&self.key));
        match value.parse() {
            Ok(number) if is_disposition => Disposition(number).in_words(),
            Ok(_) | Err(_) => value.to_owned(),
        }
    }

    fn matches(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        let found = happening.field(&self.key);
        let is_wanted = found.is_some_and(|found| {
            found.eq_ignore_ascii_case(&self.value)
                || self
                    .task
                    .as_ref()
                    .and_then(|task| names.task(task))
                    .is_some_and(|task| found == task.to_string())
        });
        is_wanted != self.is_other
    }
}

fn is_about(happening: &Happening<'_>, wanted: &TaskName, names: &ShortNames) -> bool {
    let Some(contact) = names.contact(&wanted.contact) else { return false };
    if wanted.task.is_some() {
        return happening.subject.task.is_some() && happening.subject.task == names.task(wanted);
    }
    // A message may name a task without its contact.
    happening.subject.contact.as_ref() == Some(contact)
        || happening.subject.task.is_some_and(|task| names.tasks(contact).contains(&task))
}

type Route<'a, 'b> = (PlacePattern, Option<PlacePattern>, &'a [Word<'b>]);

fn route<'a, 'b>(words: &'a [Word<'b>], vocabulary: &Vocabulary) -> Result<Route<'a, 'b>, SelectorError> {
    match words {
        [from, Word { text: ">", .. }, to, rest @ ..] => {
            Ok((place(from, vocabulary)?, Some(place(to, vocabulary)?), rest))
        }
        [at, rest @ ..] if !rest.is_empty() && find_place(at.text, vocabulary).is_some() => {
            Ok((place(at, vocabulary)?, None, rest))
        }
        _ => Ok((PlacePattern::Any, None, words)),
    }
}

fn find_place(name: &str, vocabulary: &Vocabulary) -> Option<PlacePattern> {
    match name {
        "*" => Some(PlacePattern::Any),
        APP => Some(PlacePattern::App),
        DESK => Some(PlacePattern::Desk),
        CTI => Some(PlacePattern::Cti),
        _ => vocabulary.places.iter().find(|(known, _)| known == name).map(|(_, place)| place.clone()),
    }
}

fn place(word: &Word<'_>, vocabulary: &Vocabulary) -> Result<PlacePattern, SelectorError> {
    find_place(word.text, vocabulary).ok_or_else(|| {
        let known = || vocabulary.places.iter().map(|(name, _)| name.as_str()).chain([APP, DESK, CTI, "*"]);
        let hint = synonyms::say_place(word.text, known()).unwrap_or_else(|| nearest(word.text, known()));
        word.unknown(format!("there is no place `{}`{hint}", word.text))
    })
}

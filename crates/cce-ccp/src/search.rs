//! The search for social contacts (ccp-task-api 5.7): the part of Solr's query language that names fields and values.
//!
//! A query is terms, `field:value`, with `AND`, `OR` and `NOT` between them; `AND` binds closer, and what stands side by side is
//! joined by `OR`, as in Solr. A value in quotes may have blanks; one that ends with `*` is the beginning of what is meant.
//! `*:*` is every contact. There are no parentheses, ranges and weights.

use crate::contact::Contact;
use cce_xml::{Xml, social_contact};

/// Contacts of a page, unless a client asks for fewer or more (inferred).
const COUNT: usize = 25;
/// The most that it can ask for (inferred).
const COUNT_MAX: usize = 200;
/// Terms of a query.
const TERMS_MAX: usize = 64;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    /// One of them is met where all of its terms are.
    alternatives: Vec<Vec<Term>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    is_negated: bool,
    field: Field,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Any,
    Is(String),
    Begins(String),
}

/// What of a contact can be searched for. Two names are those of a public client; the others follow them (inferred).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Every,
    Id,
    Author,
    Title,
    Description,
    SourceType,
    Status,
    StatusReason,
    User,
    Tags,
    /// An extension field of that name.
    Extension(String),
}

/// A part of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    start: usize,
    count: usize,
}

impl Query {
    /// Reads a query. An error says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut alternatives: Vec<Vec<Term>> = Vec::new();
        let (mut joins, mut is_negated) = (false, false);
        for word in words(text)? {
            match word.as_str() {
                "AND" | "&&" => joins = true,
                "OR" | "||" => joins = false,
                "NOT" | "!" => is_negated = true,
                term => {
                    let term = Term::read(term, std::mem::take(&mut is_negated))?;
                    match alternatives.last_mut() {
                        Some(terms) if std::mem::take(&mut joins) => terms.push(term),
                        _ => alternatives.push(vec![term]),
                    }
                }
            }
        }
        match alternatives.iter().map(Vec::len).sum::<usize>() {
            0 => Err("q has no term".to_owned()),
            1..=TERMS_MAX => Ok(Self { alternatives }),
            many => Err(format!("q has {many} terms; at most {TERMS_MAX} are read")),
        }
    }

    /// Whether a contact is meant.
    pub(crate) fn finds(&self, contact: &Contact) -> bool {
        self.alternatives.iter().any(|terms| terms.iter().all(|term| term.is_met(contact)))
    }
}

/// The words of a query: blanks within quotes belong to them.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            blank if blank.is_whitespace() && !is_quoted => words.push(std::mem::take(&mut word)),
            '(' | ')' | '[' | ']' | '{' | '}' | '^' | '~' if !is_quoted => {
                return Err(format!("`{character}` of Solr's language is not known here"));
            }
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    if is_quoted { Err("a quote is not closed".to_owned()) } else { Ok(words) }
}

impl Term {
    fn read(text: &str, is_negated: bool) -> Result<Self, String> {
        let (text, is_negated) = match text.strip_prefix(['-', '!']) {
            Some(rest) => (rest, true),
            None => (text.strip_prefix('+').unwrap_or(text), is_negated),
        };
        let (field, value) =
            text.split_once(':').ok_or_else(|| format!("`{text}` has no field: write field:value"))?;
        let field = Field::read(field)?;
        let value = match value.strip_suffix('*') {
            Some("") => Value::Any,
            Some(start) => Value::Begins(start.to_lowercase()),
            None => Value::Is(value.to_lowercase()),
        };
        Ok(Self { is_negated, field, value })
    }

    fn is_met(&self, contact: &Contact) -> bool {
        let texts = self.field.texts(contact);
        let is_meant = |text: &&str| match &self.value {
            Value::Any => !text.is_empty(),
            Value::Is(value) => text.to_lowercase() == *value,
            Value::Begins(start) => text.to_lowercase().starts_with(start),
        };
        texts.iter().any(is_meant) != self.is_negated
    }
}

impl Field {
    fn read(name: &str) -> Result<Self, String> {
        if name == "*" {
            return Ok(Self::Every);
        }
        let unknown = || format!("there is no field `{name}`");
        let field = name.strip_prefix("sc.").ok_or_else(unknown)?;
        Ok(match field {
            "id" => Self::Id,
            "author" => Self::Author,
            "title" => Self::Title,
            "description" => Self::Description,
            "sourceType" => Self::SourceType,
            "socialContactStatus" => Self::Status,
            "socialContactStatusReason" => Self::StatusReason,
            "socialContactStatusUserId" => Self::User,
            "tags" => Self::Tags,
            other => Self::Extension(other.strip_prefix("extensionField.").ok_or_else(unknown)?.to_owned()),
        })
    }

    fn texts<'a>(&self, contact: &'a Contact) -> Vec<&'a str> {
        let social = &contact.social;
        match self {
            Self::Every => vec!["*"],
            Self::Id => vec![social.id.as_str()],
            Self::Author => vec![&social.author],
            Self::Title => vec![&social.title],
            Self::Description => vec![&social.description],
            // Every contact here is a task's (ccp-task-api 5.2).
            Self::SourceType => vec!["task"],
            Self::Status => vec![social.status.name()],
            Self::StatusReason => vec![social.reason.name()],
            Self::User => vec![&social.user],
            Self::Tags => social.tags.iter().map(String::as_str).collect(),
            Self::Extension(name) => social.field(name).into_iter().collect(),
        }
    }
}

impl Page {
    /// What a client asks for.
    pub(crate) fn of(start: Option<&str>, count: Option<&str>) -> Result<Self, &'static str> {
        let number = |text: Option<&str>, otherwise| text.map_or(Ok(otherwise), str::parse::<usize>);
        Ok(Self {
            start: number(start, 0).map_err(|_| "startIndex")?,
            // A client that asks for more gets a full page and a link, and no error
            // (ccp-task-api 5.7; inferred).
            count: number(count, COUNT).map_err(|_| "count")?.min(COUNT_MAX),
        })
    }

    /// What was found, the latest first; a `link` behind the numbers leads to what follows (form inferred). `path` is
    /// that of the page, up to its numbers.
    pub(crate) fn show(self, found: &[&Contact], path: &str, base: &str) -> String {
        let Self { start, count } = self;
        let shown = found.iter().skip(start).take(count);
        let end = start.saturating_add(count);
        Xml::document("SocialContacts", |xml| {
            xml.text("totalResults", found.len()).text("startIndex", start).text("count", shown.len());
            // The link marks a further page (ccp-task-api 5.7); behind a page of none it would lead nowhere.
            if count > 0 && end < found.len() {
                xml.text("link", format_args!("{base}{path}count={count}&startIndex={end}"));
            }
            for contact in shown {
                xml.raw(&social_contact(&contact.social, base));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_query_is_refused_with_what_is_wrong() {
        for (query, wrong) in [
            ("", "no term"),
            ("AND", "no term"),
            ("handled", "has no field"),
            ("sc.colour:red", "no field `sc.colour`"),
            ("status:handled", "no field `status`"),
            ("(sc.id:1)", "not known here"),
            ("sc.title:\"a b", "not closed"),
        ] {
            let refused = Query::read(query).unwrap_err();
            assert!(refused.contains(wrong), "{query}: {refused}");
        }
        assert!(Query::read(&"sc.id:1 ".repeat(TERMS_MAX + 1)).is_err());
    }

    #[test]
    fn and_binds_closer_than_or() {
        let query = Query::read("sc.id:1 AND sc.id:2 OR sc.id:3 sc.id:4").unwrap();
        let terms: Vec<usize> = query.alternatives.iter().map(Vec::len).collect();
        assert_eq!(terms, [2, 1, 1]);
    }
}

//! Requests to create a task, in both of their forms, and what makes one invalid (ccp-task-api 3.2, 3.3, 10).

use crate::answer::{Flaw, task_flaws};
use cce_kernel::Blob;
use cce_xml::task::{REQUEUE, SINGLE, percent_decode, repeated, truth};
use std::collections::BTreeSet;

/// Characters of a task's `name`.
const NAME_MAX: usize = 100;
/// Characters of a script selector.
pub(crate) const SELECTOR_MAX: usize = 32;
/// Tags that a client may give.
pub(crate) const TAGS_MAX: usize = 20;
/// Extension fields of a contact, those that CCP adds later left out.
pub(crate) const FIELDS_MAX: usize = 100;
/// Bytes of all texts of a contact.
pub(crate) const BYTES_MAX: usize = 1_048_576;

/// A request to create a task. Texts that were left out are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TaskRequest {
    pub name: String,
    pub title: String,
    pub description: String,
    pub script_selector: String,
    pub customer_uid: String,
    pub requeue: bool,
    pub tags: Vec<String>,
    /// Names and values; each name once, none of the values empty.
    pub variables: Vec<(String, String)>,
}

/// Reads the body of a POST.
pub(crate) fn of_xml(body: &Blob) -> Result<TaskRequest, Vec<Flaw>> {
    let task = cce_xml::task::Task::read(&body.0).map_err(task_flaws)?;
    let mut request = TaskRequest {
        name: task.name.unwrap_or_default(),
        title: task.title.unwrap_or_default(),
        description: task.description.unwrap_or_default(),
        script_selector: task.script_selector.unwrap_or_default(),
        customer_uid: task.customer_uid.unwrap_or_default(),
        requeue: task.requeue_on_recovery,
        ..TaskRequest::default()
    };
    task.tags.iter().for_each(|tag| request.add_tag(tag));
    task.variables.into_iter().for_each(|(name, value)| request.set_variable(name, value));
    Ok(request)
}

/// Reads the query of a GET: the legacy way across origins.
pub(crate) fn of_query(query: &str) -> Result<TaskRequest, Vec<Flaw>> {
    let mut request = TaskRequest::default();
    let mut given = BTreeSet::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let bad = || vec![Flaw::format(name, "not percent-encoded UTF-8".to_owned())];
        let (name, value) = (percent_decode(name).ok_or_else(bad)?, percent_decode(value).ok_or_else(bad)?);
        // Only tags and variables may come more than once (ccp-task-api 3.2, 3.3; inferred).
        if SINGLE.contains(&name.as_str()) && !given.insert(name.clone()) {
            return Err(vec![Flaw::format(&name, repeated(&name))]);
        }
        request.set(&name, value)?;
    }
    Ok(request)
}

/// Adds a tag, once and without blanks around it; one without a text is none. One more than `max` is enough to refuse a request.
pub(crate) fn add_tag(tags: &mut Vec<String>, tag: &str, max: usize) {
    let tag = tag.trim();
    if tags.len() <= max && !tag.is_empty() && !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
}

impl TaskRequest {
    /// The request, or everything that is wrong with it.
    pub(crate) fn checked(self) -> Result<Self, Vec<Flaw>> {
        let flaws: Vec<Flaw> = self.flaws().collect();
        if flaws.is_empty() { Ok(self) } else { Err(flaws) }
    }

    fn flaws(&self) -> impl Iterator<Item = Flaw> {
        // Selector and uid are kept as extension fields, and count as such (ccp-task-api 3.2, 5.2).
        let own = [&self.script_selector, &self.customer_uid].into_iter().filter(|text| !text.is_empty());
        let fields = self.variables.len() + own.count();
        [
            // Every flaw is told at once, since an error body has one error or more (ccp-task-api 1.4).
            required("name", &self.name),
            at_most("name", self.name.chars().count(), NAME_MAX, "characters"),
            self.name
                .contains(['\n', '\r'])
                .then(|| Flaw::format("name", "name must be one line".to_owned())),
            required("title", &self.title),
            at_most("scriptSelector", self.script_selector.chars().count(), SELECTOR_MAX, "characters"),
            at_most("tags", self.tags.len(), TAGS_MAX, "tags"),
            at_most("variables", fields, FIELDS_MAX, "extension fields"),
            at_most("Task", self.bytes(), BYTES_MAX, "bytes"),
        ]
        .into_iter()
        .flatten()
    }

    fn bytes(&self) -> usize {
        let pairs = self.variables.iter().map(|(name, value)| name.len() + value.len());
        let texts = [&self.name, &self.title, &self.description, &self.script_selector, &self.customer_uid];
        texts.into_iter().chain(&self.tags).map(String::len).chain(pairs).sum()
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), Vec<Flaw>> {
        match name {
            "name" => self.name = value,
            "title" => self.title = value,
            "description" => self.description = value,
            "scriptSelector" => self.script_selector = value,
            "customerUID" => self.customer_uid = value,
            REQUEUE => {
                let truth = truth(&value);
                self.requeue = truth.map_err(|message| vec![Flaw::format(REQUEUE, message)])?;
            }
            // Tags come repeated, with commas between them, or both (ccp-task-api 3.3; inferred).
            "tags" => value.split(',').for_each(|tag| self.add_tag(tag)),
            _ => {
                // A parameter of another name is unknown, and passed over (ccp-task-api 1.2; inferred).
                if let Some(variable) = name.strip_prefix("variable_") {
                    self.set_variable(variable.to_owned(), value);
                }
            }
        }
        Ok(())
    }

    fn add_tag(&mut self, tag: &str) {
        add_tag(&mut self.tags, tag, TAGS_MAX);
    }

    /// Cisco's samples send all ten call variables, many of them empty: those count as not set (inferred).
    fn set_variable(&mut self, name: String, value: String) {
        // One field too many refuses the request, and no further one is kept until then (ccp-task-api 10).
        if name.is_empty() || value.is_empty() || self.variables.len() > FIELDS_MAX {
            return;
        }
        match self.variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.variables.push((name, value)),
        }
    }
}

/// Objects to a text that is missing or blank.
pub(crate) fn required(name: &str, value: &str) -> Option<Flaw> {
    value.trim().is_empty().then(|| Flaw::required(name))
}

/// Objects to more than there may be.
pub(crate) fn at_most(name: &str, count: usize, max: usize, unit: &str) -> Option<Flaw> {
    (count > max).then(|| Flaw::range(name, format!("{name} has {count} {unit}, at most {max} are allowed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_gives_fields_tags_and_variables() {
        let query = "name=ann%40example.org&title=Card+lost&tags=a,b&tags=b&variable_cv_1=Ann&variable_cv_2=\
                     &variable_user_user.order.id=A-17&requeueOnRecovery=TRUE&other=1";
        let request = of_query(query).unwrap();
        assert_eq!((request.name.as_str(), request.title.as_str()), ("ann@example.org", "Card lost"));
        assert_eq!(request.tags, ["a", "b"]);
        let variables = [("cv_1", "Ann"), ("user_user.order.id", "A-17")];
        assert_eq!(request.variables, variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(request.requeue);
    }

    #[test]
    fn a_query_that_is_no_utf_8_is_refused() {
        assert_eq!(of_query("name=%FF").unwrap_err()[0].data, "name");
        assert!(of_query("name=%4").is_err());
    }

    #[test]
    fn a_query_says_each_thing_once_and_a_truth_is_true_or_false() {
        for (query, field) in [
            ("name=a&title=t&name=b", "name"),
            ("name=a&title=t&requeueOnRecovery=maybe", "requeueOnRecovery"),
        ] {
            let flaws = of_query(query).unwrap_err();
            assert_eq!((flaws[0].kind, flaws[0].data.as_str()), ("invalidInput.invalidFormat", field));
        }
    }

    #[test]
    fn every_flaw_is_named() {
        let request = TaskRequest {
            name: format!("a\n{}", "b".repeat(100)),
            script_selector: "s".repeat(33),
            tags: (0..21).map(|number| number.to_string()).collect(),
            variables: (0..100).map(|number| (number.to_string(), "v".to_owned())).collect(),
            ..TaskRequest::default()
        };
        let named: Vec<String> = request.checked().unwrap_err().into_iter().map(|flaw| flaw.data).collect();
        assert_eq!(named, ["name", "name", "title", "scriptSelector", "tags", "variables"]);
    }

    #[test]
    fn a_request_of_more_than_a_megabyte_is_refused() {
        let variables = vec![("v".to_owned(), "x".repeat(BYTES_MAX))];
        let request =
            TaskRequest { name: "n".into(), title: "t".into(), variables, ..TaskRequest::default() };
        assert_eq!(request.clone().checked().unwrap_err()[0].kind, "invalidInput.outOfRange");
        let variables = vec![("v".to_owned(), "x".repeat(BYTES_MAX - 3))];
        assert!(TaskRequest { variables, ..request }.checked().is_ok(), "a megabyte is not more than one");
    }

    #[test]
    fn the_last_value_of_a_variable_counts() {
        let request = of_query("variable_cv_1=a&variable_cv_1=b").unwrap();
        assert_eq!(request.variables, [("cv_1".to_owned(), "b".to_owned())]);
    }
}

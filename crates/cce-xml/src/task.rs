//! Tasks of the Task API (ccp-task-api 1.4, 3).

use crate::{Element, Xml, XmlError, parse};
use cce_kernel::percent_decoded;
use cce_model::{ContactStatus, StatusReason, TaskId};
use std::fmt::Write;

/// A task as a client asks for it, or a renotification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Task {
    /// Who asks.
    pub name: Option<String>,
    /// What for.
    pub title: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Dialed number.
    pub script_selector: Option<String>,
    /// Only in newer documents; its use is not documented.
    pub customer_uid: Option<String>,
    /// Only in a renotification.
    pub re_notify_reason: Option<String>,
    /// Whether the task survives failures.
    pub requeue_on_recovery: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Names and values.
    pub variables: Vec<(String, String)>,
}

/// Why a task cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// It is no XML, or another document.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Its elements are not as they must be.
    #[error("{}", fields(.0))]
    Fields(Vec<FieldFlaw>),
}

/// What is wrong with an element of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFlaw {
    /// The element.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

fn fields(flaws: &[FieldFlaw]) -> String {
    flaws.iter().map(|flaw| flaw.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// The element that says whether a task survives failures.
pub const REQUEUE: &str = "requeueOnRecovery";

/// What a task has at most once (ccp-task-api 3.2).
pub const SINGLE: [&str; 6] = ["name", "title", "description", "scriptSelector", "customerUID", REQUEUE];

/// The message about something that is given more than once.
pub fn repeated(name: &str) -> String {
    format!("{name} is given more than once")
}

/// A truth value in any case; what is empty counts as false.
pub fn truth(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        _ => Err(format!("{REQUEUE} is true or false, not `{text}`")),
    }
}

/// Names the task that Finesse's call about a contact is about. The product's calls name the contact only; a contact
/// that was routed twice, because the answer to the first request was lost with its link, needs more (inferred;
/// who does not know the header passes it over).
pub const TASK_HEADER: &str = "x-task-id";

impl Task {
    /// Reads a document whose root is `Task`.
    pub fn read(text: &[u8]) -> Result<Self, TaskError> {
        let root = parse(text)?.named("Task")?;
        let mut flaws: Vec<FieldFlaw> = SINGLE
            .into_iter()
            .chain(["tags", "variables"])
            .filter(|name| root.all(name).nth(1).is_some())
            .map(|field| FieldFlaw { field, message: repeated(field) })
            .collect();
        let requeue = truth(&root.text_of(REQUEUE).unwrap_or_default());
        let requeue_on_recovery = requeue.unwrap_or_else(|message| {
            flaws.push(FieldFlaw { field: REQUEUE, message });
            false
        });
        if !flaws.is_empty() {
            return Err(TaskError::Fields(flaws));
        }
        let list = |parent: &str, name: &str| -> Vec<Element> {
            root.child(parent).map(|parent| parent.all(name).cloned().collect()).unwrap_or_default()
        };
        Ok(Self {
            name: root.text_of("name"),
            title: root.text_of("title"),
            description: root.text_of("description"),
            script_selector: root.text_of("scriptSelector"),
            customer_uid: root.text_of("customerUID"),
            re_notify_reason: root.text_of("reNotifyReason"),
            requeue_on_recovery,
            tags: list("tags", "tag").into_iter().map(|tag| tag.text).collect(),
            variables: list("variables", "variable").iter().filter_map(variable).collect(),
        })
    }

    /// The document that creates the task.
    pub fn to_xml(&self) -> String {
        Xml::document("Task", |xml| {
            xml.maybe("name", self.name.as_ref())
                .maybe("title", self.title.as_ref())
                .maybe("description", self.description.as_ref())
                .maybe("scriptSelector", self.script_selector.as_ref())
                .maybe("customerUID", self.customer_uid.as_ref())
                .maybe("reNotifyReason", self.re_notify_reason.as_ref())
                .text("requeueOnRecovery", self.requeue_on_recovery);
            xml.node("tags", |xml| {
                for tag in &self.tags {
                    xml.text("tag", tag);
                }
            });
            xml.node("variables", |xml| {
                for (name, value) in &self.variables {
                    xml.node("variable", |xml| {
                        xml.text("name", name).text("value", value);
                    });
                }
            });
        })
    }

    /// The query that creates the task (ccp-task-api 3.3).
    pub fn to_query(&self) -> String {
        let fields = [
            ("name", self.name.as_ref()),
            ("title", self.title.as_ref()),
            ("description", self.description.as_ref()),
            ("scriptSelector", self.script_selector.as_ref()),
        ];
        let plain = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.clone())));
        let requeue = self.requeue_on_recovery.then(|| ("requeueOnRecovery".to_owned(), "true".to_owned()));
        let tags = self.tags.iter().map(|tag| ("tags".to_owned(), tag.clone()));
        let variables =
            self.variables.iter().map(|(name, value)| (format!("variable_{name}"), value.clone()));
        let pairs: Vec<String> = plain
            .chain(requeue)
            .chain(tags)
            .chain(variables)
            .map(|(name, value)| format!("{}={}", percent(&name), percent(&value)))
            .collect();
        pairs.join("&")
    }
}

fn variable(element: &Element) -> Option<(String, String)> {
    Some((element.text_of("name")?, element.text_of("value").unwrap_or_default()))
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// The value of that name in a query. None where there is none, or it cannot be decoded.
pub fn value_in_query(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    percent_decode(value)
}

/// Decodes one name or value of a query: UTF-8, percent-encoded, blanks as `+`. None when it is neither.
pub fn percent_decode(text: &str) -> Option<String> {
    String::from_utf8(percent_decoded(&text.replace('+', " "))?).ok()
}

/// The answer to a poll (ccp-task-api 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    /// The agent's skill target id, once reserved.
    pub agent_id: Option<String>,
    /// Seconds, while queued; -1 unknown.
    pub estimated_wait_time: Option<i32>,
    /// The poll URL.
    pub ref_url: String,
    /// The contact's status.
    pub status: ContactStatus,
    /// Why it has that status.
    pub status_reason: StatusReason,
    /// The task, once reserved.
    pub task_id: Option<TaskId>,
}

impl TaskStatus {
    /// The document.
    pub fn to_xml(&self) -> String {
        Xml::document("Task", |xml| {
            xml.maybe("agentID", self.agent_id.as_ref())
                .maybe("estimatedWaitTime", self.estimated_wait_time)
                .text("refURL", &self.ref_url)
                .text("status", self.status)
                .text("statusReason", self.status_reason)
                .maybe("taskID", self.task_id);
        })
    }

    /// Reads the document; none when it is another one, or one with words that nobody knows.
    pub fn read(text: &[u8]) -> Option<Self> {
        let root = parse(text).ok()?.named("Task").ok()?;
        let task_id = root.text_of("taskID").map(|text| TaskId::parse(&text).ok_or(()));
        let wait = root.text_of("estimatedWaitTime").map(|text| text.parse());
        Some(Self {
            agent_id: root.text_of("agentID"),
            estimated_wait_time: wait.transpose().ok()?,
            ref_url: root.text_of("refURL")?,
            status: ContactStatus::parse(&root.text_of("status")?)?,
            status_reason: StatusReason::parse(&root.text_of("statusReason")?)?,
            task_id: task_id.transpose().ok()?,
        })
    }

    /// Reads the status alone: what a client that polls wants to know.
    pub fn read_status(text: &[u8]) -> Option<ContactStatus> {
        let root = parse(text).ok()?;
        ContactStatus::parse(&root.text_of("status")?)
    }
}

/// One error of an answer (ccp-task-api 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskApiError<'a> {
    /// A dotted category.
    pub kind: &'a str,
    /// The field at fault.
    pub data: &'a str,
    /// Free text for the developer.
    pub message: &'a str,
}

/// The body of an answer with errors.
pub fn api_errors<'a>(errors: impl IntoIterator<Item = TaskApiError<'a>>) -> String {
    Xml::document("apiErrors", |xml| {
        for error in errors {
            xml.node("apiError", |xml| {
                xml.text("errorData", error.data)
                    .text("errorMessage", error.message)
                    .text("errorType", error.kind);
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        Task {
            name: Some("ann@example.org".into()),
            title: Some("Card & cheque <lost>".into()),
            script_selector: Some("CumulusTask".into()),
            tags: vec!["a".into()],
            variables: vec![("cv_1".into(), "Ann".into())],
            ..Task::default()
        }
    }

    #[test]
    fn a_task_reads_what_it_writes() {
        assert_eq!(Task::read(task().to_xml().as_bytes()).unwrap(), task());
    }

    #[test]
    fn children_come_in_any_order_and_unknown_ones_do_no_harm() {
        let text = "<Task><variables/><x><y/></x><title>t</title><!-- c --><name>n</name></Task>";
        let task = Task::read(text.as_bytes()).unwrap();
        assert_eq!((task.name.as_deref(), task.title.as_deref()), (Some("n"), Some("t")));
    }

    #[test]
    fn everything_that_is_wrong_with_the_elements_is_told() {
        let text = "<Task><name>a</name><name>b</name><requeueOnRecovery>maybe</requeueOnRecovery></Task>";
        let Err(TaskError::Fields(flaws)) = Task::read(text.as_bytes()) else { panic!() };
        let told: Vec<(&str, &str)> = flaws.iter().map(|flaw| (flaw.field, flaw.message.as_str())).collect();
        let expected = [
            ("name", "name is given more than once"),
            (REQUEUE, "requeueOnRecovery is true or false, not `maybe`"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn another_root_is_refused() {
        assert!(Task::read(b"<Contact/>").is_err());
    }

    #[test]
    fn a_query_is_percent_encoded() {
        assert!(
            task().to_query().starts_with("name=ann%40example.org&title=Card%20%26%20cheque%20%3Clost%3E&")
        );
        assert!(task().to_query().ends_with("&tags=a&variable_cv_1=Ann"));
    }

    #[test]
    fn queries_are_decoded() {
        assert_eq!(percent_decode("a%20b+c%C3%A4").as_deref(), Some("a b cä"));
        assert_eq!(percent_decode("%4"), None);
        assert_eq!(percent_decode("%+1"), None);
        assert_eq!(percent_decode("%FF"), None);
        let query = task().to_query();
        assert_eq!(value_in_query(&query, "title"), task().title);
        assert_eq!(value_in_query(&query, "cv_1"), None);
    }

    #[test]
    fn a_status_has_its_children_in_alphabetical_order() {
        let status = TaskStatus {
            agent_id: Some("5172".into()),
            estimated_wait_time: None,
            ref_url: "http://ccp/ccp/task/contact/1".into(),
            status: ContactStatus::Reserved,
            status_reason: StatusReason::ExternallyRouted,
            task_id: TaskId::parse("1_2_3"),
        };
        assert_eq!(
            status.to_xml(),
            "<Task><agentID>5172</agentID><refURL>http://ccp/ccp/task/contact/1</refURL>\
             <status>reserved</status><statusReason>externally_routed</statusReason><taskID>1_2_3</taskID></Task>"
        );
        assert_eq!(TaskStatus::read_status(status.to_xml().as_bytes()), Some(ContactStatus::Reserved));
    }
}

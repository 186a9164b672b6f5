//! Which keys have a closed set of values, and what belongs to it: facts, requests, answers, notifications and stanzas.

use crate::{facts, keys::PLACE, selector::Vocabulary, values::Values, words};
use cce_kernel::Port;
use cce_model::{
    AgentState, Availability, ContactStatus, DialogAction, DialogState, DialogueState, Disposition, EccLoss,
    InterruptAction, LogoutAction, MediaConnected, MediaElement, PublishEvent, ReadyReason, ReasonCategory,
    StatusReason, TaskEventKind, TaskState, UserErrorForm, UserState,
    fact::{
        BusMessage, CloseStep, Force, NotificationStep, Process, RefusalReason, SmOperation, StoreAccess,
    },
};
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error, Visitor, value::Error as Flaw},
    forward_to_deserialize_any,
};

/// Methods that requests have.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What requests, answers and notifications of Finesse are about; `apiErrors` and `systemInfo` in notifications alone.
const OBJECTS: [&str; 5] = ["Dialog", "Media", "User", "apiErrors", "systemInfo"];

/// States of a user that only agents with a telephone have (finesse-nonvoice 2.2).
const VOICE_STATES: [&str; 3] = ["TALKING", "HOLD", "WORK"];

/// How a Finesse server stands.
const SERVICE: [&str; 2] = ["IN_SERVICE", "OUT_OF_SERVICE"];

const BOOL: [&str; 2] = ["true", "false"];

/// The values of a key, where they are a closed set. What is said of messages stands in their tables.
pub(crate) fn of(name: &str, key: &str, vocabulary: &Vocabulary) -> Option<Values> {
    if facts::all().any(|fact| fact.name == name) {
        // Keys are declared with 0 for every place in a list.
        let parts = key.split('.').map(|part| {
            let is_place = part.bytes().all(|byte| byte.is_ascii_digit());
            if is_place { PLACE } else { part }
        });
        return of_fact(name, &parts.collect::<Vec<_>>().join("."), vocabulary);
    }
    if words::http().any(|known| known == name) {
        return of_http(name, key).or_else(|| of_document(name, key));
    }
    of_stanza(name, key).or_else(|| of_document(name, key))
}

fn of_fact(name: &str, key: &str, vocabulary: &Vocabulary) -> Option<Values> {
    let lab = |names: &[String]| (!names.is_empty()).then(|| Values::Words(names.to_vec()));
    let values = match (name, key) {
        ("contact", "from" | "to")
        | ("store", "status")
        | ("ds_notification" | "published", "contact.status") => variants::<ContactStatus>(),
        ("contact", "reason") | ("ds_notification" | "published", "contact.reason") => {
            variants::<StatusReason>()
        }
        ("dialogue", "from" | "to") => variants::<DialogueState>(),
        ("task", "from" | "to") | ("task_state", "state") | ("to_opc", "message.task_init.state") => {
            variants::<TaskState>()
        }
        ("dialog", "from" | "to") | ("publication", "object.dialog.state" | "object.dialogs.state") => {
            variants::<DialogState>()
        }
        ("agent_in_mrd", "from" | "to")
        | ("agent", "before.state" | "after.state")
        | ("agent_record", "state" | "skill_group_state" | "other_queues.0.state")
        | ("to_opc", "message.agent_init.state" | "message.set_agent_state.state")
        | ("publication", "object.media.state") => variants::<AgentState>(),
        ("user", "from" | "to") | ("publication", "object.user.state") => variants::<UserState>(),
        ("link_up" | "link_down", "port") => {
            return Some(Values::words(Port::ALL.into_iter().map(Port::name)));
        }
        ("side_active", "side") | ("sides", "active" | "in_maintenance") => variants::<Port>(),
        ("ecc", "loss") => variants::<EccLoss>(),
        ("request_initiated", "method") => &METHODS,
        ("bus_received", "process") => variants::<Process>(),
        ("bus_received", "message") => variants::<BusMessage>(),
        ("store", "access") => variants::<StoreAccess>(),
        ("close", "step") => variants::<CloseStep>(),
        ("http_notification", "step") => variants::<NotificationStep>(),
        ("call_refused", "reason") => variants::<RefusalReason>(),
        ("agent_record", "availability") => variants::<Availability>(),
        ("task_event" | "task_event_traced", "kind") => variants::<TaskEventKind>(),
        ("to_opc", "message.set_agent_state.force") => variants::<Force>(),
        ("sm_call", "operation") => variants::<SmOperation>(),
        ("publication", "event") => variants::<PublishEvent>(),
        ("publication", "object.media.interrupt_action") => variants::<InterruptAction>(),
        ("publication", "object.media.logout_action") => variants::<LogoutAction>(),
        ("publication", "object.media.reason.category" | "object.user.reason.category") => {
            variants::<ReasonCategory>()
        }
        ("publication", "form.media_element") => variants::<MediaElement>(),
        ("publication", "form.ready_reason") => variants::<ReadyReason>(),
        ("publication", "form.user_errors") => variants::<UserErrorForm>(),
        ("publication", "form.media_connected") => variants::<MediaConnected>(),
        (_, "agent") => return lab(&vocabulary.agents),
        (_, "mrd") => return lab(&vocabulary.mrds),
        (_, "skill_target" | "tasks" | "limit") => {
            return Some(Values::Number(i32::MIN.into()..=i32::MAX.into()));
        }
        (_, "disposition" | "icm_disposition")
        | ("session_closed" | "session_refused" | "answer", "status")
        | ("call_admitted", "priority") => return Some(Values::Number(0..=u32::MAX.into())),
        (
            _,
            "routable" | "in_service" | "is_new" | "interruptible" | "at_vru" | "is_over"
            | "application_routed" | "is_asking",
        ) => &BOOL,
        _ => return None,
    };
    Some(Values::words(values.iter().copied()))
}

/// What requests and their answers say apart from their documents.
fn of_http(name: &str, key: &str) -> Option<Values> {
    match (name, key) {
        (words::REPLY, "to") => Some(Values::words(words::http().filter(|name| *name != words::REPLY))),
        (words::REPLY, "status") => Some(Values::Number(100..=599)),
        (words::REPLY, _) => None,
        (_, "method") => Some(Values::words(METHODS)),
        (_, "object") => Some(Values::words(OBJECTS[..3].iter().copied())),
        // Such a request is called by what it asks for.
        ("LOGIN" | "LOGOUT" | "READY" | "NOT_READY", "state") => Some(Values::words([name])),
        (_, "requestedAction") if variants::<DialogAction>().contains(&name) => Some(Values::words([name])),
        _ => None,
    }
}

/// What stands in stanzas of XMPP (RFC 6120 8, RFC 6121 4.7 and 5.2.2).
fn of_stanza(name: &str, key: &str) -> Option<Values> {
    let values: &[&str] = match (name, key) {
        ("PRESENCE", "type") => {
            &["error", "probe", "subscribe", "subscribed", "unavailable", "unsubscribe", "unsubscribed"]
        }
        ("PRESENCE", "show") => &["away", "chat", "dnd", "xa"],
        ("IQ", "type") => &["get", "set", "result", "error"],
        ("MESSAGE", "type") => &["chat", "error", "groupchat", "headline", "normal"],
        ("UPDATE", "object") => &OBJECTS,
        ("UPDATE", "event") => variants::<PublishEvent>(),
        ("UPDATE", "status") => {
            return Some(Values::words([variants::<ContactStatus>(), &SERVICE].concat()));
        }
        _ => return None,
    };
    Some(Values::words(values.iter().copied()))
}

/// What stands in the documents of Finesse and CCP, in requests, answers and notifications.
fn of_document(name: &str, key: &str) -> Option<Values> {
    if !words::keys(name).is_some_and(|keys| keys.contains(&key)) {
        return None;
    }
    let values = match key {
        "state" => {
            let media = AgentState::ALL.iter().map(|state| state.media_name());
            let users = [variants::<UserState>(), variants::<DialogState>(), &VOICE_STATES].concat();
            return Some(Values::words(media.chain(users)));
        }
        "action" => variants::<DialogAction>(),
        "interruptAction" => variants::<InterruptAction>(),
        "dialogLogoutAction" => variants::<LogoutAction>(),
        "category" => variants::<ReasonCategory>(),
        // A system says in a sentence why it is out of service.
        "statusReason" => {
            return Some(Values::WordsOrSentence(
                variants::<StatusReason>().iter().map(|word| (*word).to_owned()).collect(),
            ));
        }
        "dispositionCode" => {
            return Some(Values::words(
                (0..=Disposition::NO_SCRIPT.0).map(|code| Disposition(code).finesse_name()),
            ));
        }
        "routable" | "interruptible" | "mediaConnected" | "requeueOnRecovery" => &BOOL,
        _ => return None,
    };
    Some(Values::words(values.iter().copied()))
}

/// How the variants of an enumeration are written in facts and documents.
fn variants<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut found: &'static [&'static str] = &[];
    // It fails as soon as the enumeration has named its variants.
    let nothing = T::deserialize(VariantProbe(&mut found));
    debug_assert!(nothing.is_err() && !found.is_empty(), "only enumerations have variants");
    found
}

/// Hears which variants an enumeration has, and gives it no value.
struct VariantProbe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for VariantProbe<'_> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Flaw> {
        Err(Flaw::custom("no value"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Flaw> {
        *self.0 = variants;
        Err(Flaw::custom("no value"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

//! Keys of selectors: those that happenings show are those that are declared.

use crate::{
    shipped::{SHIPPED, shipped},
    support::{read, run},
    swarm,
};
use cce_scenario::Scenario;
use cce_select::{Happening, Selector, ShortNames, Tracker, Vocabulary, keys_of, names};
use std::collections::{BTreeMap, BTreeSet};

/// What shipped scenarios do not show.
const MORE: &str = r#"
name = "more"

[set."mrd/Tasks"]
task_life = "30s"

[agents.1081]
offer = { accept = "1s", start = "1s", pause = "1s", resume = "1s", wrap_up = "1s", close = "2s" }
sign_out = "1min"

[agents.1082]
offer = { accept = "1s", start = "1s" }
sign_in = "20s"

[customers.alice]
method = "POST"
description = "what for"
variables = { cv_1 = "gold" }

[customers.bob]
at = "25s"

[customers.nobody]
script_selector = "Nowhere"
may_be_refused = true

[[steps]]
after = "dialog alice to=ACTIVE"
agent = "1081"
does = "accept alice"

[[steps]]
at = "26s"
customer = "bob"
does = "renotify"

[[steps]]
at = "12s"
cut = "cti-a"
lasting = "3s"

[[steps]]
at = "70s"
restart = "router"
"#;

/// Of so many happenings of one name in a run, every value is asked for.
const SEEN_MAX: usize = 30;

type Shown = BTreeMap<&'static str, BTreeSet<String>>;

/// What happens in a run, by name, with its keys. Each key is asked for once by a selector.
fn watch(scenario: Scenario, seed: u64, shown: &mut Shown) {
    let customers = scenario.customers.clone();
    let run = run(cce_swarm::draw(scenario, seed), seed);
    let mut tracker = Tracker::new(&run.play.header, customers);
    let mut seen = BTreeMap::new();
    for record in &run.records {
        let event = tracker.push(record);
        for happening in tracker.happenings(&event) {
            let known = shown.entry(happening.name).or_default();
            let fresh: Vec<String> =
                happening.keys().into_iter().filter(|key| known.insert(key.clone())).collect();
            fresh.iter().for_each(|key| assert_asked(key, &happening, tracker.names()));
            let seen = seen.entry(happening.name).or_insert(0);
            *seen += 1;
            if *seen <= SEEN_MAX {
                happening.keys().iter().for_each(|key| assert_possible(key, &happening));
            }
        }
    }
}

/// A selector may ask for a key with the value that it has, and means what has it.
fn assert_asked(key: &str, happening: &Happening<'_>, names: &ShortNames) {
    let value = happening.field(key).unwrap();
    let is_quotable = !value.contains('"');
    let value = if is_quotable { value } else { "x".to_owned() };
    let text = format!("{} {key}=\"{value}\"", happening.name);
    let selector =
        Selector::parse(&text, &Vocabulary::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(!is_quotable || selector.means(happening, names), "{text}");
}

/// What a happening says under a key is a value that a selector may ask for.
fn assert_possible(key: &str, happening: &Happening<'_>) {
    let value = happening.field(key).unwrap();
    if !value.contains('"') {
        let text = format!("{} {key}=\"{value}\"", happening.name);
        Selector::parse(&text, &Vocabulary::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

fn shown() -> Shown {
    let mut shown = Shown::new();
    SHIPPED.into_iter().for_each(|name| watch(shipped(name), 1, &mut shown));
    // Which of a cancel and a reservation comes first is the seed's to decide.
    (2..12).for_each(|seed| watch(shipped("cancel-races-reservation"), seed, &mut shown));
    watch(read(MORE).unwrap(), 1, &mut shown);
    (1..4).for_each(|seed| watch(swarm::small(), seed, &mut shown));
    shown
}

/// A key with 0 for every place in a list, as keys are declared.
fn declared(key: &str) -> String {
    let place = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    key.split('.').map(|part| if place(part) { "0" } else { part }).collect::<Vec<_>>().join(".")
}

/// Keys that no run above shows, with the reason: of these names, these keys and what stands inside them.
const ELSEWHERE: &[(&str, &[&str], &[&str])] = &[
    (
        "an application outside may write them",
        &["CREATE", "RENOTIFY"],
        &["customerUID", "reNotifyReason", "tag"],
    ),
    ("a later release tells whether a media is connected", &["REPLY", "UPDATE"], &["mediaConnected"]),
    ("a desktop outside may number its presence", &["PRESENCE"], &["id"]),
    (
        "virtual customers renotify with a selector and a reason only",
        &["RENOTIFY"],
        &["description", "name", "requeueOnRecovery", "title", "value"],
    ),
    (
        "a desktop outside may write them: every action has the same document",
        &[
            "CLOSE",
            "ACCEPT",
            "START",
            "PAUSE",
            "RESUME",
            "WRAP_UP",
            "TRANSFER",
            "UPDATE_CALL_DATA",
            "DIALOGS",
        ],
        &["name", "object", "requestedAction", "target", "toAddress", "value"],
    ),
    (
        "a desktop outside may write them: every change of state has the same two documents",
        &["LOGIN", "LOGOUT", "READY", "NOT_READY", "MEDIA", "USER"],
        &[
            "dialogLogoutAction",
            "extension",
            "id",
            "interruptAction",
            "maxDialogLimit",
            "object",
            "reasonCodeId",
            "routable",
            "state",
        ],
    ),
    (
        "only desktops outside do that",
        &["TRANSFER", "UPDATE_CALL_DATA", "MEDIA", "USER"],
        &["method", "path"],
    ),
    (
        "only applications outside read social contacts",
        &["REPLY"],
        &[
            "author",
            "campaignPublicId",
            "chatIsInvited",
            "createdDate",
            "description",
            "inviteStatus",
            "isInvited",
            "isSoftLocked",
            "name",
            "publishedDate",
            "sourceType",
            "statusTimestamp",
            "statusUserId",
            "tag",
            "title",
            "value",
        ],
    ),
    (
        "only applications outside follow social contacts",
        &["UPDATE"],
        &[
            "author",
            "campaignPublicId",
            "chatIsInvited",
            "publishedDate",
            "refURL",
            "sourceType",
            "statusTimestamp",
            "statusUserId",
            "tag",
            "title",
        ],
    ),
    (
        "only desktops outside read users, media, ended dialogs, reason codes and the system",
        &["REPLY"],
        &[
            "active",
            "category",
            "connectedDuration",
            "ctiHeartbeatInterval",
            "ctiTimeInMMode",
            "ctiVersion",
            "currentTimestamp",
            "deploymentType",
            "dialogLogoutAction",
            "dialogs",
            "dispositionCode",
            "errorMedia",
            "extension",
            "finesseTimeInMMode",
            "firstName",
            "host",
            "interruptAction",
            "interruptible",
            "lastCTIHeartbeatStatus",
            "lastName",
            "lastSuccessCTIHeartbeatTime",
            "loginId",
            "loginName",
            "maxDialogLimit",
            "peripheralId",
            "reasonCodeId",
            "role",
            "routable",
            "skillTargetId",
            "systemAuthMode",
            "teamId",
            "teamName",
            "timezoneOffset",
            "wrapUpOnIncoming",
            "wrapUpOnOutgoing",
            "wrapUpTimer",
            "xmppDomain",
            "xmppPubSubDomain",
        ],
    ),
    (
        "the shipped rule tells of a contact without them",
        &["NOTIFY"],
        &["description", "link", "screenPopUrl", "statusUserId"],
    ),
    (
        "clients outside write their stanzas as they like",
        &["PRESENCE", "IQ", "MESSAGE"],
        &["node", "show", "status", "type", "xmlns"],
    ),
    (
        "Finesse tells it of tasks that outlive the CTI link, and no run above loses that with a task in work",
        &["to_opc"],
        &["message.task_init"],
    ),
    (
        "only CTI clients outside ask for that",
        &["to_opc"],
        &[
            "message.agent_init",
            "message.change_max_task_limit",
            "message.make_routable",
            "message.offer_application_task",
            "message.start_application_task",
        ],
    ),
    (
        "only CTI clients outside route tasks themselves",
        &["task_assigned"],
        &["invoke_id", "session", "task"],
    ),
    (
        "only CTI clients outside end tasks with data",
        &["task_event", "task_event_traced"],
        &["application_data", "wrapup_data"],
    ),
    ("only CTI clients outside are refused", &["session_refused"], &["link", "status"]),
    ("needs a lab with another side of the CTI server", &["side_active"], &["side"]),
    (
        "needs somebody who changes the sides of the CTI server",
        &["sides"],
        &["active", "in_maintenance", "is_asking", "stopped"],
    ),
    ("needs somebody who changes a setting", &["setting"], &["setting", "value"]),
    ("needs a lab with named variables", &["pre_call", "queued"], &["named_variables"]),
    ("needs a lab of a release", &["publication"], &["form"]),
    ("needs a lab with reason codes", &["publication"], &["object.media.reason", "object.user.reason"]),
    (
        "needs an agent who transfers a task to another one",
        &["publication"],
        &["object.dialog.associated", "object.dialogs.associated"],
    ),
    ("needs a customer whose variables are lost", &["ecc"], &["contact", "length", "loss", "variable"]),
    (
        "needs an agent PG that is away in the moment of a choice",
        &["requeued"],
        &["mrd", "skill_target", "task"],
    ),
    ("needs a router that takes a choice back", &["pre_call_abort"], &["agent", "mrd", "task"]),
    ("needs a lab with reason codes", &["publication"], &["object.media.none_chosen"]),
    ("needs a client of the CTI server that is refused a voice state", &["voice_answer"], &["failure"]),
    ("needs a lab with a maximum duration", &["lifetime_exceeded"], &["mrd", "skill_target", "task"]),
    ("a user's request that fails later, by a desktop outside", &["publication"], &["object.user_error"]),
];

fn is_elsewhere(name: &str, key: &str) -> bool {
    let is_in = |above: &&str| key == *above || key.starts_with(&format!("{above}."));
    ELSEWHERE.iter().any(|(_, names, keys)| names.contains(&name) && keys.iter().any(is_in))
}

/// What a happening of this name says under no key in any run above, and should.
fn unaccounted(name: &str, shown: &Shown) -> Vec<String> {
    let found: BTreeSet<String> = shown.get(name).into_iter().flatten().map(|key| declared(key)).collect();
    let keys = keys_of(name).unwrap_or_default();
    keys.into_iter().filter(|key| !found.contains(key) && !is_elsewhere(name, key)).collect()
}

#[test]
fn every_key_that_something_shows_can_be_asked_for_and_every_other_one_is_accounted_for() {
    let shown = shown();
    for name in names() {
        assert_eq!(unaccounted(name, &shown), Vec::<String>::new(), "{name}");
    }
    for (_, names, keys) in ELSEWHERE {
        let all: Vec<String> = names.iter().flat_map(|name| keys_of(name).unwrap()).collect();
        let gone: Vec<&&str> = keys.iter().filter(|key| !all.iter().any(|known| known == **key)).collect();
        assert_eq!(gone, Vec::<&&str>::new(), "{names:?}");
    }
}

#[test]
fn only_what_has_no_name_of_its_own_may_have_any_key() {
    let free: Vec<&str> = names().into_iter().filter(|name| keys_of(name).is_none()).collect();
    assert_eq!(free, ["REQUEST", "STREAM_PIECE"]);
}

#[test]
fn a_key_that_a_happening_never_has_is_refused_with_the_nearest_one() {
    for (selector, told) in [
        (
            "contact T statsu=x",
            "contact has no key `statsu`; there is `contact`, `from`, `to`, `reason`, `user`, `task`",
        ),
        ("task_event kidn=offer", "task_event has no key `kidn`; did you mean `kind`?"),
        (
            "queue_node choice.agnet.skill_target=1",
            "queue_node has no key `choice.agnet.skill_target`; did you mean `choice.agent.skill_target`?",
        ),
        ("queue_node step.number=1", "queue_node has no key `step.number`; did you mean"),
        ("ds_notification campaigns.one=1", "ds_notification has no key `campaigns.one`"),
        ("mrpg link_down prot=mr", "link_down has no key `prot`; did you mean `port`?"),
        ("stepped name=x", "stepped has no key `name`; there is `by`"),
        ("started by=x", "started has no key `by`"),
        ("desk > finesse ACCEPT objct=Dialog", "ACCEPT has no key `objct`; did you mean `object`?"),
        ("app > ccp POLL status=200", "POLL has no key `status`; there is `method`, `path`"),
        ("app > ccp CREATE tittle=x", "CREATE has no key `tittle`; did you mean `title`?"),
        ("finesse > desk REPLY stauts=202", "REPLY has no key `stauts`; did you mean `status`?"),
        ("finesse > desk UPDATE evnet=PUT", "UPDATE has no key `evnet`; did you mean `event`?"),
        ("finesse > desk STREAM_END id=x", "STREAM_END has no key `id`"),
    ] {
        let error = read(&format!("[[expect]]\nnever = \"{selector}\"")).unwrap_err();
        let [problem] = &error.problems[..] else { panic!("{selector}: {:?}", error.problems) };
        assert!(problem.message.starts_with(told), "{selector}: {}", problem.message);
        let key = selector.rsplit_once(' ').unwrap().0.len() + 11;
        assert_eq!((problem.line, problem.column), (2, key), "{selector}");
    }
}

#[test]
fn a_value_that_a_key_never_has_is_refused_with_the_nearest_one() {
    for (selector, meant) in [
        ("desk > finesse READY state=READYY", "READY"),
        ("desk > finesse MEDIA state=READYY", "READY"),
        ("desk > finesse ACCEPT requestedAction=ACEPT", "ACCEPT"),
        ("desk > finesse LOGIN object=Usr", "User"),
        ("desk > finesse MEDIA interruptAction=ACEPT", "ACCEPT"),
        ("desk > finesse MEDIA dialogLogoutAction=TRANSFR", "TRANSFER"),
        ("finesse > desk REPLY state=NOT_READDY", "NOT_READY"),
        ("ccp > app REPLY statusReason=externaly_routed", "externally_routed"),
        ("finesse > desk REPLY action=WRAPUP", "WRAP_UP"),
        ("finesse > desk UPDATE state=READYY", "READY"),
        ("finesse > desk UPDATE event=PUTT", "PUT"),
        ("finesse > desk UPDATE object=Dialg", "Dialog"),
        ("finesse > desk UPDATE dispositionCode=CD_RING_NO_ANSWR", "CD_RING_NO_ANSWER"),
        ("finesse > desk UPDATE status=IN_SERVIC", "IN_SERVICE"),
        ("finesse > desk PRESENCE type=unavailible", "unavailable"),
        ("agent_record state=NOT_READDY", "NOT_READY"),
        ("agent_record other_queues.3.state=ACTIV", "ACTIVE"),
        ("agent after.state=ACTIV", "ACTIVE"),
        ("task_event kind=ofer", "offer"),
        ("task_state state=INTERUPTED", "INTERRUPTED"),
        ("publication event=POSST", "POST"),
        ("publication object.media.state=NOT_READDY", "NOT_READY"),
        ("sm_call operation=end_tsk", "end_task"),
        ("store access=api_raed", "api_read"),
        ("store status=quued", "queued"),
        ("close step=recieved", "received"),
        ("call_refused reason=queue_ful", "queue_full"),
        ("bus_received process=feds", "feeds"),
        ("ecc loss=no_rom", "no_room"),
    ] {
        let error = read(&format!("[[expect]]\nnever = \"{selector}\"")).unwrap_err();
        let [problem] = &error.problems[..] else { panic!("{selector}: {:?}", error.problems) };
        assert!(
            problem.message.ends_with(&format!("; did you mean `{meant}`?")),
            "{selector}: {}",
            problem.message
        );
        let key = selector.rsplit_once(' ').unwrap().0.len() + 11;
        assert_eq!((problem.line, problem.column), (2, key), "{selector}");
    }
    for selector in ["task T disposition=ring", "finesse service in_service=yes"] {
        assert!(read(&format!("[[expect]]\nnever = \"{selector}\"")).is_err(), "{selector}");
    }
}

#[test]
fn keys_of_lists_take_every_place() {
    for selector in [
        "ds_notification campaigns.12=1",
        "ds_notification contact.extension_fields.3.1=x",
        "bus_received id.path.2=5",
    ] {
        assert!(read(&format!("[[expect]]\nnever = \"{selector}\"")).is_ok(), "{selector}");
    }
}

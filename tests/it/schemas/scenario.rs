//! The schema of scenario files: which keys there are, and of what kind, with the explanations of the reference.

use super::{
    document, explained,
    explanations::{Comments, Guide},
    lab, list, table,
};
use cce_kernel::Port;
use cce_world::{COMPONENTS, CastAgent, CastCustomer, FileShape, LatencySettings, shape};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The checks that can be switched off.
const CHECKS: [&str; 10] = [
    "one-end",
    "one-agent",
    "within-limit",
    "one-answer",
    "legal-transition",
    "one-to-one-ids",
    "queue-order",
    "no-mixing",
    "handled-cause",
    "publish-order",
];

/// What an offer has instead of a table of times.
const OFFER: [&str; 6] = ["accept", "start", "pause", "resume", "wrap_up", "close"];

pub(super) fn schema() -> Value {
    let guide = Guide::read();
    let of = |heading: &str, keys: &[(&str, Value)]| {
        table(
            keys.iter()
                .map(|(key, schema)| ((*key).to_owned(), explained(schema.clone(), guide.of(heading, key)))),
        )
    };
    let steps = of("Steps", &steps());
    let rules = of("Rules", &rules());
    let expect = of("Expectations", &expectations());
    let latency = lab::of(&shape::<LatencySettings>().unwrap(), "latency", &Comments::read());
    let off =
        json!({ "type": "object", "additionalProperties": text(), "propertyNames": { "enum": CHECKS } });
    let swarm = of("The swarm", &swarm());
    let keys = [
        ("name", text()),
        ("about", text()),
        ("until", text()),
        ("rest", text()),
        ("limits", of("", &[("time", text()), ("records", whole(1))])),
        ("include", texts()),
        ("lab", text()),
        ("demo", truth()),
        ("set", settings()),
        ("latency", latency),
        ("parameters", settings()),
        ("agents", names(&person::<CastAgent>(&guide, "Agents", &["id"], &agent_only(&guide)))),
        ("customers", names(&person::<CastCustomer>(&guide, "Customers", &[], &[("set", settings())]))),
        ("steps", list(&steps)),
        ("rules", list(&rules)),
        ("expect", list(&expect)),
        ("checks", of("", &[("off", off)])),
        ("lost", text()),
        ("explore", of("", &[("from", text())])),
        ("swarm", swarm),
    ];
    document("A scenario of ccelab", of("The file", &keys))
}

fn steps() -> Vec<(&'static str, Value)> {
    let component = json!({ "anyOf": [{ "enum": COMPONENTS }, parameter()] });
    vec![
        ("name", text()),
        ("at", text()),
        ("after", text()),
        ("wait", text()),
        ("times", whole(1)),
        ("every", text()),
        ("may_be_refused", truth()),
        ("lasting", text()),
        ("agent", text()),
        ("customer", text()),
        ("does", texts()),
        ("stop", component.clone()),
        ("start", component.clone()),
        ("restart", component),
        ("cut", port()),
        ("stall", port()),
        ("cti", text()),
        ("set", settings()),
        ("arm", text()),
        ("disarm", text()),
        ("release", text()),
    ]
}

fn rules() -> Vec<(&'static str, Value)> {
    let yes = || json!({ "const": true });
    let headers = json!({ "type": "object", "additionalProperties": text() });
    vec![
        ("name", text()),
        ("match", text()),
        ("nth", whole(1)),
        ("times", json!({ "anyOf": [whole(1), { "const": "always" }] })),
        ("chance", text()),
        ("alone", truth()),
        ("expire", text()),
        ("armed", truth()),
        ("delay", text()),
        ("hold", text()),
        ("cut", yes()),
        ("status", bounded(200, 599)),
        ("headers", headers),
        ("body", text()),
        ("split", whole(1)),
        ("coalesce", yes()),
        ("cti", text()),
        ("set", settings()),
        ("swap", yes()),
        ("drop", yes()),
        ("duplicate", yes()),
        ("corrupt", table([("byte".to_owned(), whole(0)), ("to".to_owned(), bounded(0, 255))])),
    ]
}

fn expectations() -> Vec<(&'static str, Value)> {
    let keys = |keys: &[(&str, Value)]| table(keys.iter().map(|(key, of)| ((*key).to_owned(), of.clone())));
    let count = [("of", text()), ("is", whole(0)), ("least", whole(0)), ("most", whole(0))];
    let within = [("from", text()), ("to", text()), ("time", text())];
    vec![
        ("name", text()),
        ("inferred", text()),
        ("order", texts()),
        ("never", texts()),
        ("count", keys(&count)),
        ("within", keys(&within)),
        ("while", text()),
        ("final", texts()),
    ]
}

fn swarm() -> Vec<(&'static str, Value)> {
    let range = || json!({ "anyOf": [whole(0), { "type": "array", "items": whole(0), "minItems": 1, "maxItems": 2 }] });
    vec![
        ("agents", range()),
        ("mrds", range()),
        ("tasks", range()),
        ("faults", range()),
        ("kinds", texts()),
        ("ports", texts()),
        ("components", texts()),
        ("rules", range()),
        ("bends", texts()),
        ("heal", text()),
    ]
}

/// What an agent of a scenario has beside the settings of its type.
fn agent_only(guide: &Guide) -> [(&'static str, Value); 2] {
    let offer = table(OFFER.map(|key| (key.to_owned(), explained(text(), guide.of("Agents", key)))));
    [("offer", json!({ "anyOf": [offer, { "const": "ignore" }] })), ("set", settings())]
}

/// A virtual person: the settings of its type but for some, and some more. A parameter may stand for any of them, and `"never"`
/// takes one away.
fn person<T: DeserializeOwned>(
    guide: &Guide,
    heading: &str,
    without: &[&str],
    more: &[(&str, Value)],
) -> Value {
    let FileShape::Table(owner, keys) = shape::<T>().unwrap() else { panic!("a person is a table") };
    let comments = Comments::read();
    let own = keys.iter().filter(|(key, _)| !without.contains(key));
    let own = own.map(|(key, value)| {
        let schema = lab::of(value, "", &comments);
        let schema = match value {
            FileShape::Whole { .. } | FileShape::OneOf(_) => json!({ "anyOf": [schema, parameter()] }),
            FileShape::Truth
            | FileShape::Number
            | FileShape::Text
            | FileShape::Any
            | FileShape::List(_)
            | FileShape::Names(..)
            | FileShape::Table(..) => schema,
        };
        (*key, explained(schema, guide.of(heading, key).or_else(|| comments.of(owner, key))))
    });
    let more = more.iter().map(|(key, schema)| (*key, explained(schema.clone(), guide.of(heading, key))));
    table(own.chain(more).map(|(key, schema)| (key.to_owned(), schema)))
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// One text, or a list of some.
fn texts() -> Value {
    json!({ "anyOf": [text(), { "type": "array", "items": text(), "minItems": 1 }] })
}

fn truth() -> Value {
    json!({ "type": "boolean" })
}

/// A text with the name of a parameter in braces.
fn parameter() -> Value {
    json!({ "type": "string", "pattern": r"\{.+\}" })
}

fn whole(least: u64) -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": least }, parameter()] })
}

fn bounded(least: u64, most: u64) -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": least, "maximum": most }, parameter()] })
}

fn port() -> Value {
    let names: Vec<&str> = Port::ALL.into_iter().map(Port::name).collect();
    json!({ "anyOf": [{ "enum": names }, parameter()] })
}

/// A table whose keys are names of settings, or of what one likes.
fn settings() -> Value {
    json!({ "type": "object" })
}

fn names(element: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": element })
}

//! Which settings of a lab change while it runs: one table, by which files, steps, rules and the admin port go.
//!
//! A component takes a change as the command `Set`. It keeps what was changed, so that the change outlives a restart, as
//! the products' databases do, and says the fact `setting`.

use crate::{
    fields::{self, ELEMENT},
    lab::Lab,
    patch::{LISTS, Patch},
};
use cce_kernel::Kind;
use cce_model::nearest_few;
use serde_json::Value;

/// A setting, or all settings of one form.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name: `*` behind a `/` is any name, at the end anything.
    pub pattern: &'static str,
    /// Whether it changes while the lab runs.
    pub change: Change,
}

/// Whether a setting changes while the lab runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It does, in these components.
    Running(&'static [Kind]),
    /// It does not, and why.
    Fixed(&'static str),
}

use Change::{Fixed, Running};
use Kind::{AgentPg, Ccp, Finesse, MrPg, Router};

const fn setting(pattern: &'static str, change: Change) -> Setting {
    Setting { pattern, change }
}

const IDENTITY: &str = "others know it by that from the start on";
const COUNTED: &str = "numbers are counted from it since the start";
const MEMBERS: &str = "queues and sign-ins that are under way depend on it";
const MEASURED: &str = "messages that are under way were measured by it";
const SHOWN: &str = "clients were told about it when they signed in";

/// Every setting of a lab.
pub(crate) const SETTINGS: [Setting; 99] = [
    setting("release", Fixed("its profile lies below the settings that a run begins with")),
    setting("hosts.*", Fixed("a host's name and clock are set at the start")),
    setting("links.*", Fixed("a listener is bound at the start")),
    setting("tls.*", Fixed("a certificate is made at the start")),
    setting(
        "latency.*",
        Fixed("the network of a run is set at the start; a rule delays messages for a while"),
    ),
    setting("ccp.administrator", Running(&[Ccp, Finesse])),
    setting("ccp.password", Running(&[Ccp, Finesse])),
    setting("ccp.cors_origins", Running(&[Ccp])),
    setting("ccp.node_value", Fixed(IDENTITY)),
    setting("ccp.status_timestamp", Running(&[Ccp])),
    setting("ccp.system_failure", Running(&[Ccp])),
    setting("ccp.poll_lifetime", Running(&[Ccp])),
    setting("ccp.throttle_per_minute", Running(&[Ccp])),
    setting("ccp.delays.*", Running(&[Ccp])),
    setting("ccp.first_dialogue", Fixed(COUNTED)),
    setting("ccp.contact_ids", Fixed(COUNTED)),
    setting("ccp.application_id", Running(&[Ccp])),
    setting("ccp.feeds", Fixed(IDENTITY)),
    setting("ccp.campaigns", Fixed(IDENTITY)),
    setting("ccp.notifying.*", Running(&[Ccp])),
    setting("ccp.http_rules", Fixed("CCP stores them from the start on; its private API changes them")),
    setting("mrpg.peripheral", Fixed(IDENTITY)),
    setting("mrpg.routing_client", Fixed(IDENTITY)),
    setting("mrpg.redial", Running(&[MrPg])),
    setting("mrpg.heartbeat", Running(&[Ccp, MrPg, Router])),
    setting("mrpg.tls", Fixed("a link is dialled by it from the start on")),
    setting("mrpg.applications", Fixed(IDENTITY)),
    setting("agentpg.peripheral", Fixed(IDENTITY)),
    setting("agentpg.redial", Running(&[AgentPg])),
    setting("agentpg.heartbeat", Running(&[AgentPg, Router])),
    setting("agentpg.first_session", Fixed(COUNTED)),
    setting("agentpg.strict_masks", Running(&[AgentPg])),
    setting("agentpg.client_password", Running(&[AgentPg, Finesse])),
    setting("agentpg.state_report_delay", Running(&[AgentPg])),
    setting("agentpg.signed_in_max", Running(&[AgentPg])),
    setting("agentpg.on_agent_disconnect", Running(&[AgentPg, Finesse])),
    setting("router.*", Fixed(COUNTED)),
    setting("mrd/*.id", Fixed(IDENTITY)),
    setting("mrd/*.name", Fixed(IDENTITY)),
    setting("mrd/*.description", Fixed(SHOWN)),
    setting("mrd/*.interruptible", Fixed("work that is under way was assigned by it")),
    setting("mrd/*.start_timeout", Running(&[AgentPg])),
    setting("mrd/*.max_task_duration", Running(&[AgentPg])),
    setting("mrd/*.task_life", Running(&[AgentPg])),
    setting("mrd/*.application_path", Fixed(MEMBERS)),
    setting("mrd/*.max_in_queue", Running(&[Router])),
    setting("mrd/*.max_time_in_queue", Running(&[Router])),
    setting("dialed-number/*.number", Fixed(IDENTITY)),
    setting("dialed-number/*.mrd", Running(&[Router])),
    setting("dialed-number/*.call_type", Running(&[Router])),
    setting("call-type/*.id", Fixed(IDENTITY)),
    setting("call-type/*.name", Fixed(SHOWN)),
    setting("call-type/*.script", Running(&[Router])),
    setting("call-type/*.ccai_config", Running(&[Router])),
    setting("call-type/*.enabled_services", Running(&[Router])),
    setting("script/*.name", Fixed(IDENTITY)),
    setting("script/*.precision_queue", Running(&[Router])),
    setting("script/*.priority", Running(&[Router])),
    setting("queue/*.id", Fixed(IDENTITY)),
    setting("queue/*.name", Fixed(IDENTITY)),
    setting("queue/*.mrd", Fixed(MEMBERS)),
    setting("queue/*.skill_group", Fixed(IDENTITY)),
    setting("queue/*.number", Fixed(IDENTITY)),
    setting("queue/*.steps", Fixed(MEMBERS)),
    setting("agent/*.id", Fixed(IDENTITY)),
    setting("agent/*.login_name", Fixed(SHOWN)),
    setting("agent/*.first_name", Fixed(SHOWN)),
    setting("agent/*.last_name", Fixed(SHOWN)),
    setting("agent/*.password", Running(&[Finesse])),
    setting("agent/*.extension", Fixed(SHOWN)),
    setting("agent/*.terminal", Fixed(SHOWN)),
    setting("agent/*.skill_target", Fixed(IDENTITY)),
    setting("agent/*.mrds", Fixed(MEMBERS)),
    setting("finesse.redial", Running(&[Finesse])),
    setting("finesse.heartbeat", Running(&[Finesse])),
    setting("finesse.presence_grace", Running(&[Finesse])),
    setting("finesse.confirmation_timeout", Running(&[Finesse])),
    setting("finesse.ccp_retry", Running(&[Finesse])),
    setting("finesse.ccp_retries", Running(&[Finesse])),
    setting("finesse.ccp_tls", Running(&[Finesse])),
    setting("finesse.first_invoke_id", Fixed(COUNTED)),
    setting("finesse.call_variables", Running(&[Finesse])),
    setting("finesse.team_*", Fixed(SHOWN)),
    setting("finesse.notification_namespace", Fixed(SHOWN)),
    setting("finesse.media_element", Fixed(SHOWN)),
    setting("finesse.ready_reason_code", Fixed(SHOWN)),
    setting("finesse.user_errors", Fixed(SHOWN)),
    setting("finesse.media_connected", Fixed(SHOWN)),
    setting("finesse.xml_declaration", Running(&[Finesse])),
    setting("finesse.user_sign_out", Running(&[Finesse])),
    setting("finesse.secondary_node", Running(&[Finesse])),
    setting("finesse.cors_origins", Running(&[Finesse])),
    setting("finesse.reason_codes", Running(&[Finesse])),
    setting("ecc-variable/*.name", Fixed(IDENTITY)),
    setting("ecc-variable/*.length", Fixed(MEASURED)),
    setting("ecc-variable/*.elements", Fixed(MEASURED)),
    setting("logs.*", Fixed("no component has it: the header of the journal does")),
    setting("demo.*", Fixed("no component has it: `ccelab demo` plays it")),
    setting("cast.*", Fixed("no component has it: the people of a run are set at its start")),
];

/// The name of every setting that a lab can have, as changes and files name it: `*` stands for any name. The configuration's
/// type tells them.
///
/// # Panics
///
/// Where a type of the configuration takes no sample, which a test would tell.
pub fn setting_names() -> Vec<String> {
    let paths = fields::paths::<Lab>().expect("each type of the configuration reads a sample");
    let mut names: Vec<String> = paths.iter().map(|path| name_of(path)).collect();
    names.dedup();
    names
}

/// The objects of some lists have names of their own; any other list is one setting.
fn name_of(path: &str) -> String {
    let Some((list, inside)) = path.split_once(ELEMENT) else { return path.to_owned() };
    match LISTS.iter().find(|(_, known, _)| *known == list) {
        Some((kind, ..)) => format!("{kind}/*{}", inside.split(ELEMENT).next().unwrap_or_default()),
        None => list.to_owned(),
    }
}

/// A change of one setting that the lab can take while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The setting.
    pub setting: String,
    /// Its new value, as JSON text.
    pub value: String,
    /// The components that take it in.
    pub components: &'static [Kind],
}

impl SettingChange {
    /// What it is in records and reports. Credentials are no words.
    pub fn words(&self) -> String {
        format!("set {} = {}", self.setting, shown(&self.setting, &self.value))
    }
}

/// A value for people.
pub fn shown<'a>(setting: &str, value: &'a str) -> &'a str {
    if setting.ends_with("password") { "***" } else { value.trim_matches('"') }
}

impl Setting {
    /// The entry of a setting, if the table has one.
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.is(name))
    }

    fn is(&self, name: &str) -> bool {
        let name = match (self.pattern.split_once("/*."), name.split_once('/')) {
            (Some((kind, rest)), Some((named, path))) if kind == named => {
                // The name of an object may have dots.
                let own = path.rsplit_once('.').map(|(_, own)| own);
                return own == Some(rest);
            }
            (Some(_), _) => return false,
            (None, _) => name,
        };
        match self.pattern.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => name == self.pattern,
        }
    }
}

impl Lab {
    /// The lab with one setting changed while it runs, and the change; or why it cannot change, in words.
    pub fn changed(&self, setting: &str, value: &Value) -> Result<(Self, SettingChange), String> {
        let components = match Setting::find(setting).map(|setting| setting.change) {
            Some(Running(components)) => components,
            Some(Fixed(why)) => return Err(format!("`{setting}` does not change while the lab runs: {why}")),
            None => {
                let known: Vec<String> = SETTINGS.iter().map(|setting| setting.pattern.to_owned()).collect();
                let known = nearest_few(setting, &known);
                return Err(format!("there is no setting `{setting}`; there is {known}"));
            }
        };
        let patch = Patch { setting: setting.to_owned(), value: value.clone() };
        let lab = self
            .patched(&[patch])
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "))?;
        Ok((lab, SettingChange { setting: setting.to_owned(), value: value.to_string(), components }))
    }

    /// The same of a value as text: JSON, or a plain string.
    pub(crate) fn changed_by_text(&self, setting: &str, text: &str) -> Result<(Self, SettingChange), String> {
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        self.changed(setting, &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layers, load};
    use serde_json::json;

    fn lab() -> Lab {
        load(&Layers::default()).expect("the built-in lab has no faults")
    }

    #[test]
    fn every_setting_of_a_lab_has_one_entry() {
        for name in setting_names() {
            let found = SETTINGS.iter().filter(|setting| setting.is(&name)).count();
            assert_eq!(found, 1, "{name}");
        }
    }

    #[test]
    fn every_entry_has_a_setting() {
        let names = setting_names();
        for setting in SETTINGS {
            assert!(names.iter().any(|name| setting.is(name)), "{}", setting.pattern);
        }
    }

    #[test]
    fn every_setting_of_the_built_in_lab_is_listed() {
        let names = setting_names();
        let Value::Object(sections) = json!(lab()) else { panic!("a lab is a table") };
        for (section, value) in &sections {
            let list = LISTS.iter().find(|(_, list, _)| list == section);
            let (start, table) = match list {
                Some((kind, ..)) => (format!("{kind}/*."), value[0].clone()),
                None => (format!("{section}."), value.clone()),
            };
            for own in table.as_object().into_iter().flat_map(|table| table.keys()) {
                let name = format!("{start}{own}");
                let is_listed = |known: &String| *known == name || known.starts_with(&format!("{name}."));
                let is_any = names.iter().any(|known| known.starts_with(&format!("{section}.*.")));
                assert!(is_any || names.iter().any(is_listed), "{name}");
            }
        }
    }

    #[test]
    fn settings_that_a_lab_may_leave_out_are_listed_too() {
        let names = setting_names();
        for name in [
            "ecc-variable/*.elements",
            "mrd/*.max_in_queue",
            "agentpg.client_password",
            "ccp.application_id",
            "mrpg.applications",
            "logs.first.finesse_line",
            "logs.pim_processes.*",
            "latency.to_listener.*",
            "demo.pins.first_call_id",
            "demo.customers",
            "hosts.*.zone",
            "queue/*.steps",
        ] {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
    }

    #[test]
    fn what_changes_has_the_type_that_it_has_in_a_file() {
        let lab = lab();
        let (changed, change) = lab.changed("finesse.ccp_retries", &json!(7)).unwrap();
        assert_eq!((changed.finesse.ccp_retries, change.components), (7, &[Finesse][..]));
        let wrong = lab.changed("finesse.ccp_retries", &json!(-1)).unwrap_err();
        assert!(wrong.contains("-1"), "{wrong}");
        assert!(lab.changed("mrd/Tasks.start_timeout", &json!("soon")).is_err());
        assert!(
            lab.changed("mrd/Nothing.start_timeout", &json!("1s")).unwrap_err().contains("no mrd `Nothing`")
        );
    }

    #[test]
    fn what_does_not_change_says_why() {
        let lab = lab();
        for (setting, why) in [
            ("links.app.listen", "bound at the start"),
            ("router.first_call_id", "counted"),
            ("demo.start", "no component has it"),
            ("ccp.poll_lifetim", "there is no setting `ccp.poll_lifetim`; there is ccp.poll_lifetime"),
        ] {
            let said = lab.changed(setting, &json!(1)).unwrap_err();
            assert!(said.contains(why), "{setting}: {said}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_number_may_be_a_text_all_the_same() {
        let (lab, _) = lab().changed("agent/1081.password", &json!("1234")).unwrap();
        let (_, change) = lab.changed("agent/1081.password", &json!("5678")).unwrap();
        let (lab, _) = lab.changed_by_text(&change.setting, &change.value).unwrap();
        assert_eq!(lab.agents.iter().find(|agent| agent.id.as_str() == "1081").unwrap().password, "5678");
        assert_eq!(change.words(), "set agent/1081.password = ***");
    }
}

//! Contradictions between the settings of a lab.

use crate::{
    bounds::check_pauses,
    lab::{
        ADMIN_LINK, COMPONENTS, CastCustomer, Lab, LinkSettings, PlainSetting, SITE_LINK, check_dependences,
        link_name,
    },
    origins::check_origins,
    problem::Fault,
    resolve::{ecc_variables, one_of, resolve},
};
use cce_kernel::{Carrier, HttpUrl, Port};
use cce_model::{EccVariable, MrdId, TaskId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    net::SocketAddr,
};

/// The largest number of tasks that an agent may have at the same time in one domain (finesse-nonvoice 2.3).
const DIALOG_LIMIT_MAX: u32 = 10;

/// Longest script selector (ccp-task-api 3.2).
const SCRIPT_SELECTOR_MAX: usize = 32;

/// Listeners that are no component's.
const OWN_LINKS: [&str; 2] = [ADMIN_LINK, SITE_LINK];

/// The logs of CCP, and the components whose lines they count (ccp-task-api 8).
const CCP_COUNTERS: [(&str, &[&str]); 3] = [
    ("ccppublicapps", &["CCPPUBLICAPPS", "CCPAPI"]),
    ("ccp-runtime", &["FEEDS", "CCP-DS-API", "CAMPAIGN", "NOTIFICATION"]),
    ("ccpapi", &["EVENTING", "CCPAPI", "CCP-DS-API", "MSGPROXY"]),
];

/// Everything that contradicts something else, in the order of the sections; names that name nothing come last.
pub(crate) fn contradictions(lab: &Lab) -> Vec<Fault> {
    let mut faults = Vec::new();
    check_hosts(lab, &mut faults);
    check_pauses(lab, &mut faults);
    check_origins(lab, &mut faults);
    check_links(lab, &mut faults);
    check_own_tls(lab, &mut faults);
    check_ccp(lab, &mut faults);
    check_http_rules(lab, &mut faults);
    check_reason_codes(lab, &mut faults);
    check_applications(lab, &mut faults);
    check_variables(lab, &mut faults);
    check_routing(lab, &mut faults);
    check_queues(lab, &mut faults);
    check_agents(lab, &mut faults);
    check_demo(lab, &mut faults);
    check_first_numbers(lab, &mut faults);
    check_first_call(lab, &mut faults);
    faults.extend(resolve(lab).err().into_iter().flatten());
    faults
}

fn check_hosts(lab: &Lab, faults: &mut Vec<Fault>) {
    for name in COMPONENTS {
        match lab.hosts.get(name) {
            None => faults.push(Fault::new(format!("hosts.{name}"), "this host is missing")),
            Some(host) if jiff::tz::TimeZone::get(&host.zone).is_err() => {
                faults.push(Fault::new(
                    format!("hosts.{name}.zone"),
                    format!("`{}` is no time zone; write one such as America/New_York", host.zone),
                ));
            }
            Some(_) => {}
        }
    }
    for name in lab.hosts.keys().filter(|name| !COMPONENTS.contains(&name.as_str())) {
        faults.push(Fault::new(format!("hosts.{name}"), one_of("component", name, COMPONENTS)));
    }
}

fn check_links(lab: &Lab, faults: &mut Vec<Fault>) {
    let names: BTreeSet<&str> = Port::LISTENED.into_iter().map(link_name).chain(OWN_LINKS).collect();
    for name in lab.links.keys().filter(|name| !names.contains(name.as_str())) {
        faults.push(Fault::new(format!("links.{name}"), one_of("link", name, &names)));
    }
    for name in names {
        let Some(link) = lab.links.get(name) else {
            if !OWN_LINKS.contains(&name) {
                faults.push(Fault::new(format!("links.{name}"), "this link is missing"));
            }
            continue;
        };
        if link.listen.parse::<SocketAddr>().is_err() {
            faults.push(Fault::new(
                format!("links.{name}.listen"),
                format!("`{}` is no address; write one such as 127.0.0.1:8080", link.listen),
            ));
        }
        if let Some(address) =
            link.listen_tls.as_ref().filter(|address| address.parse::<SocketAddr>().is_err())
        {
            faults.push(Fault::new(
                format!("links.{name}.listen_tls"),
                format!("`{address}` is no address; write one such as 127.0.0.1:8443"),
            ));
        }
        if !has_port(&link.connect) {
            faults.push(Fault::new(
                format!("links.{name}.connect"),
                format!("`{}` has no port; write host:port", link.connect),
            ));
        }
        if link.connect_tls.as_deref().is_some_and(|place| !has_port(place)) {
            let place = link.connect_tls.as_deref().unwrap_or_default();
            faults.push(Fault::new(
                format!("links.{name}.connect_tls"),
                format!("`{place}` has no port; write host:port"),
            ));
        }
        if let Some(message) = wrong_with_plain(lab, name, link) {
            faults.push(Fault::new(format!("links.{name}.plain"), message).against(&["tls"]));
        }
    }
}

/// Tells of connections of the lab's own over TLS to a listener that has none.
fn check_own_tls(lab: &Lab, faults: &mut Vec<Fault>) {
    for (key, is_on, port) in
        [("finesse.ccp_tls", lab.finesse.ccp_tls, Port::App), ("mrpg.tls", lab.mrpg.tls, Port::Mr)]
    {
        let link = lab.link(port).filter(|link| link.secure_place().is_none());
        if is_on && link.is_some() {
            let message = format!("[links.{}] has no `listen_tls`", link_name(port));
            faults.push(Fault::new(key, message).against(&["links"]));
        }
    }
}

/// Why clients in plain cannot be treated so at a link.
fn wrong_with_plain(lab: &Lab, name: &str, link: &LinkSettings) -> Option<String> {
    let is_http =
        Port::LISTENED.into_iter().any(|port| link_name(port) == name && port.carrier() == Carrier::Http);
    match link.plain {
        PlainSetting::Redirected | PlainSetting::Off if OWN_LINKS.contains(&name) => {
            Some("this listener is the lab's own, and is always served in plain".to_owned())
        }
        PlainSetting::Redirected if !is_http => {
            Some("only requests of HTTP are redirected; write \"served\" or \"off\"".to_owned())
        }
        PlainSetting::Redirected | PlainSetting::Off if link.listen_tls.is_none() || !lab.tls.enabled => {
            Some(
                "clients would have no way in: `listen_tls` is missing, or `[tls]` is not enabled".to_owned(),
            )
        }
        PlainSetting::Served | PlainSetting::Redirected | PlainSetting::Off => None,
    }
}

fn check_applications(lab: &Lab, faults: &mut Vec<Fault>) {
    let own = [lab.mrpg.peripheral, lab.agentpg.peripheral];
    let (mut peripherals, mut clients) = (BTreeSet::from(own), BTreeSet::from([lab.mrpg.routing_client]));
    for (at, application) in lab.mrpg.applications.iter().enumerate() {
        let mut fault = |key: &str, message| {
            let fault = Fault::new(format!("mrpg.applications.{at}.{key}"), message);
            faults.push(fault.against(&["mrpg", "agentpg"]));
        };
        let (peripheral, client) = (application.peripheral, application.routing_client());
        if !peripherals.insert(peripheral) {
            fault("peripheral", format!("another PIM or PG has peripheral {peripheral}"));
        }
        if !clients.insert(client) {
            fault("routing_client", format!("another PIM has routing client {client}"));
        }
        if application.connect.is_empty() {
            fault("connect", "write where the application listens, as host:port".to_owned());
        }
        for address in application.connect.iter().filter(|address| !has_port(address)) {
            fault("connect", format!("`{address}` has no port; write host:port"));
        }
    }
}

fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
}

fn check_ccp(lab: &Lab, faults: &mut Vec<Fault>) {
    let node = &lab.ccp.node_value;
    if node.len() != 8 || !node.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        faults.push(Fault::new("ccp.node_value", format!("`{node}` is not eight hexadecimal digits")));
    }
    let feeds: BTreeSet<u32> = lab.ccp.feeds.iter().map(|feed| feed.id).collect();
    unique(&["ccp.feeds"], "id", lab.ccp.feeds.iter().map(|feed| feed.id), faults);
    unique(&["ccp.campaigns"], "id", lab.ccp.campaigns.iter().map(|campaign| campaign.id), faults);
    unique(&["ccp.campaigns"], "public_id", lab.ccp.campaigns.iter().map(|one| &one.public_id), faults);
    for (at, campaign) in lab.ccp.campaigns.iter().enumerate() {
        for feed in campaign.feeds.iter().filter(|feed| !feeds.contains(feed)) {
            let fault = Fault::new(format!("ccp.campaigns.{at}.feeds"), one_of("feed", feed, &feeds));
            faults.push(fault.against(&["ccp.feeds"]));
        }
    }
}

/// Most tags of a rule, as CCP's private API has it (ccp-task-api 2.4).
const RULE_TAGS_MAX: usize = 5;

fn check_http_rules(lab: &Lab, faults: &mut Vec<Fault>) {
    let campaigns: BTreeSet<u32> = lab.ccp.campaigns.iter().map(|campaign| campaign.id).collect();
    unique(&["ccp.http_rules"], "id", lab.ccp.http_rules.iter().map(|rule| rule.id), faults);
    let terms = cce_ccp::Notifying::from(&lab.ccp.notifying);
    if terms.waiting_max == 0 {
        let message = "a notification waits at least while it is sent: write 1 or more";
        faults.push(Fault::new("ccp.notifying.waiting", message));
    }
    for (at, rule) in lab.ccp.http_rules.iter().enumerate() {
        let mut fault = |key: &str, message: String, against: &'static [&'static str]| {
            faults.push(Fault::new(format!("ccp.http_rules.{at}.{key}"), message).against(against));
        };
        if !campaigns.contains(&rule.campaign) {
            fault("campaign", one_of("campaign", rule.campaign, &campaigns), &["ccp.campaigns"]);
        }
        if rule.tags.is_empty() || rule.tags.len() > RULE_TAGS_MAX {
            fault("tags", format!("a rule has 1 to {RULE_TAGS_MAX} tags"), &[]);
        }
        if rule.user.as_deref().is_some_and(|user| user.contains(':')) {
            fault("user", "a name with a colon cannot be sent".to_owned(), &[]);
        }
        let urls = [("url", Some(&rule.url)), ("alternate_url", rule.alternate_url.as_ref())];
        for (key, url) in urls.into_iter().filter_map(|(key, url)| Some((key, url?))) {
            match HttpUrl::parse(url) {
                None => fault(
                    key,
                    format!("`{url}` is no address; write one such as http://127.0.0.1:9000/tasks"),
                    &[],
                ),
                Some(parsed) if !terms.allows(&parsed) => {
                    let message = format!(
                        "`{}` is not this machine, and not among the hosts that may be called",
                        parsed.host
                    );
                    fault(key, message, &["ccp.notifying.hosts"]);
                }
                Some(_) => {}
            }
        }
    }
}

fn check_reason_codes(lab: &Lab, faults: &mut Vec<Fault>) {
    let codes = &lab.finesse.reason_codes;
    unique(&["finesse.reason_codes"], "id", codes.iter().map(|code| code.id), faults);
    for (at, code) in codes.iter().enumerate() {
        let mut fault = |key: &str, message: String| {
            faults.push(Fault::new(format!("finesse.reason_codes.{at}.{key}"), message));
        };
        if code.id < 1 {
            fault("id", format!("`{}` is no id: ids begin at 1", code.id));
        }
        if code.code < 1 {
            fault("code", "0 means that there is no reason: codes begin at 1".to_owned());
        }
        if codes[..at].iter().any(|other| (other.category, other.code) == (code.category, code.code)) {
            fault("code", format!("another reason of the category has code {}", code.code));
        }
    }
}

fn check_routing(lab: &Lab, faults: &mut Vec<Fault>) {
    unique(&["mrds"], "id", lab.mrds.iter().map(|mrd| mrd.id), faults);
    unique(&["mrds"], "name", lab.mrds.iter().map(|mrd| &mrd.name), faults);
    unique(&["dialed_numbers"], "number", lab.dialed_numbers.iter().map(|dn| &dn.number), faults);
    unique(&["call_types"], "id", lab.call_types.iter().map(|call_type| call_type.id), faults);
    unique(&["scripts"], "name", lab.scripts.iter().map(|script| &script.name), faults);
    for (at, mrd) in lab.mrds.iter().enumerate().filter(|(_, mrd)| mrd.id <= MrdId::VOICE) {
        faults.push(Fault::new(
            format!("mrds.{at}.id"),
            format!("{} cannot be a task domain's id: 1 is voice, and ids are positive", mrd.id),
        ));
    }
    for (at, dn) in lab.dialed_numbers.iter().enumerate() {
        if dn.number.len() > SCRIPT_SELECTOR_MAX {
            faults.push(Fault::new(
                format!("dialed_numbers.{at}.number"),
                format!("a script selector has at most {SCRIPT_SELECTOR_MAX} characters"),
            ));
        }
    }
}

/// Names and sizes of expanded call context variables (ccp-task-api 4).
fn check_variables(lab: &Lab, faults: &mut Vec<Fault>) {
    unique(&["ecc_variables"], "name", lab.ecc_variables.iter().map(|variable| &variable.name), faults);
    for (at, variable) in lab.ecc_variables.iter().enumerate() {
        let mut fault = |key: &str, message: String| {
            faults.push(Fault::new(format!("ecc_variables.{at}.{key}"), message));
        };
        if !EccVariable::is_name(&variable.name) {
            fault(
                "name",
                format!(
                    "`{}` is no name: it begins with `{}` and has at most {} characters",
                    variable.name,
                    EccVariable::PREFIX,
                    EccVariable::NAME_MAX
                ),
            );
        }
        if !(1..=EccVariable::VALUE_MAX).contains(&variable.length) {
            fault("length", format!("a value has 1 to {} characters", EccVariable::VALUE_MAX));
        }
        if variable.elements == Some(0) {
            fault("elements", "an array has 1 to 255 elements".to_owned());
        }
    }
    // One that is too long was told, and its room need not fit into a number.
    let fits = |variable: &&EccVariable| variable.length <= EccVariable::VALUE_MAX;
    let room: usize = ecc_variables(&lab.ecc_variables).iter().filter(fits).map(EccVariable::room).sum();
    if room > EccVariable::PAYLOAD_MAX {
        let message = format!(
            "these take {room} bytes of a payload, which has {}: each takes 5 and its length, an array 5 and its \
             length and one of each element",
            EccVariable::PAYLOAD_MAX
        );
        faults.push(Fault::new("ecc_variables", message));
    }
}

fn check_queues(lab: &Lab, faults: &mut Vec<Fault>) {
    for (at, script) in lab.scripts.iter().enumerate() {
        if !(1..=20).contains(&script.priority) {
            faults.push(Fault::new(format!("scripts.{at}.priority"), "a priority is 1 (best) to 20"));
        }
    }
    unique(&["precision_queues"], "id", lab.precision_queues.iter().map(|queue| queue.id), faults);
    unique(&["precision_queues"], "name", lab.precision_queues.iter().map(|queue| &queue.name), faults);
    check_skill_groups(lab, faults);
    for (at, queue) in lab.precision_queues.iter().enumerate() {
        if queue.steps.is_empty() {
            faults.push(Fault::new(format!("precision_queues.{at}.steps"), "a queue has at least one step"));
        }
        // On the last step a task waits without limit (task-routing 3.6).
        if let Some((last, _)) =
            queue.steps.iter().enumerate().next_back().filter(|(_, step)| step.wait.is_some())
        {
            let message = "on the last step tasks wait without limit: leave `wait` out";
            faults.push(Fault::new(format!("precision_queues.{at}.steps.{last}.wait"), message));
        }
    }
}

/// By these numbers desktops and statistics know a queue. Skill groups and agents are skill targets, which are numbered
/// together.
fn check_skill_groups(lab: &Lab, faults: &mut Vec<Fault>) {
    let queues = &lab.precision_queues;
    unique(&["precision_queues"], "number", queues.iter().map(|queue| queue.number), faults);
    unique(&["precision_queues"], "skill_group", queues.iter().map(|queue| queue.skill_group), faults);
    let agents: BTreeMap<_, _> = lab.agents.iter().map(|agent| (agent.skill_target, &agent.id)).collect();
    for (at, queue) in queues.iter().enumerate() {
        let key = || format!("precision_queues.{at}.skill_group");
        if queue.skill_group.0 < 1 {
            faults.push(Fault::new(key(), "a skill group is a number of the database, which begin at 1"));
        }
        if let Some(agent) = agents.get(&queue.skill_group) {
            let message =
                format!("agent {agent} has skill target {}: no skill group has it", queue.skill_group);
            faults.push(Fault::new(key(), message).against(&["agents"]));
        }
    }
}

fn check_agents(lab: &Lab, faults: &mut Vec<Fault>) {
    unique(&["agents"], "id", lab.agents.iter().map(|agent| &agent.id), faults);
    unique(&["agents"], "skill_target", lab.agents.iter().map(|agent| agent.skill_target), faults);
    unique(&["agents"], "extension", lab.agents.iter().map(|agent| &agent.extension), faults);
    unique(&["agents"], "login_name", lab.agents.iter().map(|agent| &agent.login_name), faults);
    unique(&["agents"], "terminal", lab.agents.iter().map(|agent| &agent.terminal), faults);
    for (at, agent) in lab.agents.iter().enumerate() {
        if agent.skill_target.0 < 1 {
            faults.push(Fault::new(
                format!("agents.{at}.skill_target"),
                "an agent's skill target is a number of the database, which begin at 1",
            ));
        }
    }
}

fn check_demo(lab: &Lab, faults: &mut Vec<Fault>) {
    if lab.demo.start.parse::<jiff::Timestamp>().is_err() {
        faults.push(Fault::new(
            "demo.start",
            format!("`{}` is no time; write one such as 2024-01-30T08:54:26-05:00", lab.demo.start),
        ));
    }
    let agents: BTreeSet<&str> = lab.agents.iter().map(|agent| agent.id.as_str()).collect();
    unique(&["demo.agents"], "id", lab.demo.agents.iter().map(|agent| &agent.id), faults);
    for (at, agent) in lab.demo.agents.iter().enumerate() {
        if !agents.contains(agent.id.as_str()) {
            let fault = Fault::new(format!("demo.agents.{at}.id"), one_of("agent", &agent.id, &agents));
            faults.push(fault.against(&["agents"]));
        }
        if !(1..=DIALOG_LIMIT_MAX).contains(&agent.limit) {
            faults.push(Fault::new(
                format!("demo.agents.{at}.limit"),
                format!("an agent has 1 to {DIALOG_LIMIT_MAX} tasks at the same time"),
            ));
        }
        check_dependences(&format!("demo.agents.{at}"), agent, &agent.dependences(), faults);
    }
    for (at, customer) in lab.demo.customers.iter().enumerate() {
        check_dependences(&format!("demo.customers.{at}"), customer, &customer.dependences(), faults);
        for (key, message) in lab.objections(customer) {
            faults.push(
                Fault::new(format!("demo.customers.{at}.{key}"), message)
                    .against(&["ccp.feeds", "dialed_numbers"]),
            );
        }
    }
}

impl Lab {
    /// Why nothing would come of a customer's tasks, by setting: nobody reads the feed (ccp-task-api 3.2), or the router has no
    /// such dialed number. None where a refusal may be.
    pub fn objections(&self, customer: &CastCustomer) -> Vec<(&'static str, String)> {
        let feeds: BTreeSet<u32> = self.ccp.feeds.iter().map(|feed| feed.id).collect();
        let numbers: BTreeSet<&str> =
            self.dialed_numbers.iter().map(|dialed| dialed.number.as_str()).collect();
        let selector = customer.script_selector.as_str();
        let mut objections = Vec::new();
        if !feeds.contains(&customer.feed) {
            objections.push(("feed", one_of("feed", customer.feed, &feeds)));
        }
        // Without one, CCP takes the campaign's.
        if !selector.is_empty() && !numbers.contains(selector) {
            objections.push(("script_selector", one_of("dialed number", selector, &numbers)));
        }
        objections.retain(|_| !customer.may_be_refused);
        objections
    }

    /// Whether the router knows a dialed number.
    pub fn has_dialed_number(&self, number: &str) -> bool {
        self.dialed_numbers.iter().any(|dialed| dialed.number == number)
    }
}

fn check_first_call(lab: &Lab, faults: &mut Vec<Fault>) {
    let first = lab.router.first_call_id.unwrap_or_default();
    if !(0..TaskId::FIRST_APPLICATION_CALL / 2).contains(&first) {
        let message = format!(
            "a day's call ids begin at 0 to {}: those from {} on are of tasks that no router has seen",
            TaskId::FIRST_APPLICATION_CALL / 2 - 1,
            TaskId::FIRST_APPLICATION_CALL
        );
        faults.push(Fault::new("router.first_call_id", message));
    }
}

fn check_first_numbers(lab: &Lab, faults: &mut Vec<Fault>) {
    for (file, counters) in &lab.logs.first.ccp {
        let key = format!("logs.first.ccp.{file}");
        let Some((_, components)) = CCP_COUNTERS.iter().find(|(name, _)| name == file) else {
            faults.push(Fault::new(key, one_of("log", file, CCP_COUNTERS.map(|(name, _)| name))));
            continue;
        };
        for component in counters.keys().filter(|name| !components.contains(&name.as_str())) {
            let message = one_of("component", component, components.iter());
            faults.push(Fault::new(format!("{key}.{component}"), message));
        }
    }
}

fn unique<T: Ord + Display>(
    list: &'static [&'static str],
    key: &str,
    values: impl Iterator<Item = T>,
    faults: &mut Vec<Fault>,
) {
    let mut seen = BTreeSet::new();
    for (at, value) in values.enumerate() {
        let message = format!("`{value}` is there twice");
        if !seen.insert(value) {
            faults.push(Fault::new(format!("{}.{at}.{key}", list.concat()), message).against(list));
        }
    }
}

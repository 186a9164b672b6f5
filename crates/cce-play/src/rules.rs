//! Link rules at work: what is held, and what became of each rule.

use crate::effects::{Acted, End, RuleEffects};
use bytes::BytesMut;
use cce_journal::{Bend, Bent, Order, Ticket, Treatment, What};
use cce_kernel::{Blob, Command, Input, LinkId, NodeName, Output, Rng, Time, fork};
use cce_model::SideOrder;
use cce_scenario::{Action, Chance, Rule, orders_of};
use cce_select::{Happening, ShortNames};
use cce_world::SettingChange;
use std::collections::{BTreeMap, BTreeSet};

/// Messages held at the same time. One more passes.
const HELD_MAX: usize = 1_024;

/// Rules of a run to which no more are added, those that were removed included.
const RULES_MAX: usize = 4_096;

/// A rule, and how often its selector matched.
#[derive(Clone, Debug)]
pub struct RuleState {
    /// The rule.
    pub rule: Rule,
    /// Whether it acts.
    pub is_armed: bool,
    /// It was removed, and stays for what it did.
    pub is_removed: bool,
    /// Messages that matched while it was armed.
    pub matched: u64,
    /// The rule that took the last one that this one would have acted on.
    pub taken_by: Option<String>,
    /// How often it acted since it was armed.
    pub acted: u64,
    /// A person added it while the lab ran.
    pub is_added: bool,
    /// What it ever did.
    pub effects: RuleEffects,
}

/// A message that is held back.
#[derive(Clone, Debug)]
pub struct HeldMessage {
    /// Names it.
    pub ticket: Ticket,
    /// The rule that holds it, by number.
    pub rule: usize,
    /// Its record; none for one that has not entered the lab yet.
    pub record: Option<u64>,
    /// The component that sends it, or that it is about to reach.
    pub node: NodeName,
    /// The link that it is on.
    pub link: Option<LinkId>,
    /// What it is called.
    pub name: &'static str,
    /// Where it comes from.
    pub from: String,
    /// Where it goes.
    pub to: Option<String>,
    /// The short name of its contact.
    pub about: Option<String>,
    /// What it is, in words.
    pub words: String,
    /// Since when.
    pub since: Time,
    /// It waits for the next one of its stream.
    pub is_swap: bool,
}

impl RuleState {
    /// Whether it acts on a message that matches.
    pub fn is_acting(&self) -> bool {
        self.is_armed && self.rule.times.allow(self.acted)
    }

    /// Whether its selector means this message. Of those that it means, only HTTP requests are answered.
    fn is_about(&self, happening: &Happening<'_>, names: &ShortNames) -> bool {
        let is_answer = matches!(self.rule.action, Action::Answer(_));
        (!is_answer || happening.is_request()) && self.rule.matching.means(happening, names)
    }

    /// What became of its messages, where there is more to say than that it acted. `over` is when the run ended, if it
    /// has.
    pub fn became(&self, over: Option<Time>) -> Vec<String> {
        let kept = &self.effects.kept;
        let mut words: Vec<String> =
            kept.iter().filter_map(|effect| effect.words(&self.rule, over)).collect();
        let more = self.effects.times - kept.len() as u64;
        // Beside actions that are named, further ones are counted; where none is named, how often it acted says it all.
        if more > 0 && !words.is_empty() {
            words.push(format!("and {more} more"));
        }
        words
    }

    /// What it did in a run that ended then, if it did anything.
    pub(crate) fn acted(&self, over: Time) -> Option<Acted> {
        let RuleEffects { times, void, .. } = self.effects;
        let is_legal = self.rule.is_legal().filter(|_| void < times);
        let rule = self.rule.name.clone();
        (times > 0).then(|| Acted { rule, times, became: self.became(Some(over)), is_legal })
    }

    /// Whether it is armed, and a message on which it may act has not come yet.
    pub(crate) fn is_waiting(&self) -> bool {
        let has_come = self.rule.chance < Chance::CERTAIN && self.matched >= self.rule.nth;
        self.is_armed && self.acted == 0 && !has_come
    }
}

/// The rules of a run.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) states: Vec<RuleState>,
    pub(crate) held: BTreeMap<Ticket, HeldMessage>,
    pub(crate) last_ticket: Ticket,
    /// Links on which bytes wait for the next message.
    glued: BTreeSet<(NodeName, LinkId)>,
    rng: Rng,
}

/// What a rule does to a message.
pub(crate) struct Verdict {
    pub(crate) treatment: Treatment,
    pub(crate) orders: Vec<Order>,
    /// A hold that ends by itself.
    pub(crate) expiry: Option<(Time, Ticket)>,
    /// A rule counted the message.
    pub(crate) has_matched: bool,
    /// What the rule of that name orders of components.
    pub(crate) commands: Vec<(String, NodeName, Command)>,
}

impl Verdict {
    const fn new(treatment: Treatment) -> Self {
        Self { treatment, orders: Vec::new(), expiry: None, has_matched: false, commands: Vec::new() }
    }
}

/// What a rule does to one message.
struct Bending {
    treatment: Treatment,
    bend: Bend,
    end: End,
    /// When a hold ends by itself, and its ticket.
    expiry: Option<(Time, Ticket)>,
    /// What the rule orders of components.
    commands: Vec<(NodeName, Command)>,
}

impl Bending {
    const fn new(treatment: Treatment, bend: Bend) -> Self {
        Self { treatment, bend, end: End::Done, expiry: None, commands: Vec::new() }
    }

    const fn held(treatment: Treatment, bend: Bend, expiry: (Time, Ticket)) -> Self {
        Self { treatment, bend, end: End::Held, expiry: Some(expiry), commands: Vec::new() }
    }
}

impl Rules {
    /// The rules of a run of that seed.
    pub(crate) fn new(rules: Vec<Rule>, seed: u64) -> Self {
        let mut all = Self {
            states: Vec::new(),
            held: BTreeMap::new(),
            last_ticket: 0,
            glued: BTreeSet::new(),
            rng: fork(seed, "rules"),
        };
        rules.into_iter().for_each(|rule| all.add(rule));
        all
    }

    pub(crate) fn add(&mut self, rule: Rule) {
        let is_armed = rule.is_armed;
        self.states.push(RuleState {
            rule,
            is_armed,
            is_removed: false,
            matched: 0,
            taken_by: None,
            acted: 0,
            is_added: false,
            effects: RuleEffects::default(),
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.states.len() >= RULES_MAX
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| !state.is_removed && state.rule.name == name)
    }

    /// What a rule does.
    pub(crate) fn action(&self, name: &str) -> Option<&Action> {
        self.position(name).map(|at| &self.states[at].rule.action)
    }

    /// What a rule did last had no effect.
    pub(crate) fn void_last(&mut self, name: &str, why: String) {
        if let Some(at) = self.position(name) {
            self.states[at].effects.void_last(why);
        }
    }

    /// What becomes of a message that leaves, or that enters from outside, by all that it says.
    pub(crate) fn judge(&mut self, said: &[Happening<'_>], names: &ShortNames, now: Time) -> Verdict {
        let Some(first) = said.first() else { return Verdict::new(Treatment::Pass) };
        if first.is_heartbeat() {
            return Verdict::new(Treatment::Overtake);
        }
        let mut acting: Option<(usize, String, &Happening<'_>)> = None;
        let mut has_matched = false;
        for (number, state) in self.states.iter_mut().enumerate().filter(|(_, state)| state.is_acting()) {
            let Some(happening) = said.iter().find(|happening| state.is_about(happening, names)) else {
                continue;
            };
            state.matched += 1;
            has_matched = true;
            // One message is bent by one rule. Another one whose turn it was acts on the next that nobody takes.
            match &acting {
                _ if state.matched < state.rule.nth => {}
                // What waits for the next message of its stream does so once: this is the next one.
                _ if is_paired(&state.rule.action, happening, &self.held, &self.glued) => {}
                _ if !state.rule.chance.draw(&mut self.rng) => {}
                None => acting = Some((number, state.rule.name.clone(), happening)),
                Some((_, by, _)) => state.taken_by = Some(by.clone()),
            }
        }
        if let Some(link) = first.link {
            self.glued.remove(&(first.record.node.clone(), link));
        }
        let mut verdict = match acting {
            Some((number, _, happening)) => self.fire(number, happening, names, now),
            None => Verdict::new(Treatment::Pass),
        };
        verdict.has_matched = has_matched;
        verdict.orders.extend(self.end_swap(first, now));
        verdict
    }

    fn fire(&mut self, number: usize, happening: &Happening<'_>, names: &ShortNames, now: Time) -> Verdict {
        self.states[number].acted += 1;
        let bending = self.bending(number, happening, names, now);
        let state = &mut self.states[number];
        let Bending { treatment, bend, end, expiry, commands } = match bending {
            Ok(bending) => bending,
            Err(why) => {
                state.effects.add(None, now, End::Void(why));
                return Verdict::new(Treatment::Pass);
            }
        };
        state.effects.add(expiry.map(|(_, ticket)| ticket), now, end);
        let (by, alone) = (state.rule.name.clone(), state.rule.alone);
        let commands = commands.into_iter().map(|(node, command)| (by.clone(), node, command)).collect();
        let node = happening.record.node.clone();
        let orders =
            vec![Order::Record { node, cause: seq(happening), bent: Bent { alone, ..Bent::new(by, bend) } }];
        Verdict { treatment, orders, expiry, has_matched: true, commands }
    }

    /// What a rule does to a message; the error says why the message passes, as nothing can be done to it.
    fn bending(
        &mut self,
        number: usize,
        happening: &Happening<'_>,
        names: &ShortNames,
        now: Time,
    ) -> Result<Bending, String> {
        let rule = &self.states[number].rule;
        let (action, alone, expire) = (rule.action.clone(), rule.alone, rule.expire);
        if let Some(why) = impossible(&action, happening) {
            return Err(why.to_owned());
        }
        Ok(match action {
            Action::Delay(latency) => {
                let by = latency.draw(&mut self.rng);
                let us = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
                let end = End::Delayed(now + by, seq(happening));
                Bending { end, ..Bending::new(Treatment::Delay { by, alone }, Bend::Delayed(us)) }
            }
            Action::Hold(_) => {
                let ticket = self.hold(number, happening, names, now, false)?;
                Bending::held(Treatment::Hold { ticket, alone }, Bend::Held(ticket), (now + expire, ticket))
            }
            Action::Swap => {
                let ticket = self.hold(number, happening, names, now, true)?;
                let treatment = Treatment::Hold { ticket, alone: true };
                Bending::held(treatment, Bend::Swapped(ticket), (now + expire, ticket))
            }
            Action::Drop => Bending::new(Treatment::Drop, Bend::Dropped),
            Action::Duplicate => Bending::new(Treatment::Duplicate, Bend::Duplicated),
            Action::Corrupt { byte, to } => {
                Bending::new(Treatment::Replace(corrupted(happening, byte, to)?), Bend::Corrupted)
            }
            Action::Cut => Bending::new(Treatment::Cut, Bend::Cut),
            Action::Answer(response) => {
                let status = response.status;
                Bending::new(Treatment::Answer(Box::new(response)), Bend::Answered(status))
            }
            Action::Split(size) => match unsplit(happening, size) {
                None => Bending::new(Treatment::Split(size), Bend::Split(size)),
                Some(why) => return Err(why),
            },
            Action::Coalesce => {
                self.glued.extend(happening.link.map(|link| (happening.record.node.clone(), link)));
                Bending::new(Treatment::Coalesce, Bend::Coalesced)
            }
            Action::Cti(order) => {
                let words = format!("cti {}", order.words());
                let commands = vec![(NodeName::from(SideOrder::NODE), order.into())];
                Bending { commands, ..Bending::new(Treatment::Pass, Bend::Stepped(words)) }
            }
            Action::Set(changes) => {
                let words: Vec<String> = changes.iter().map(SettingChange::words).collect();
                let commands = orders_of(&changes).map(|(node, _, command)| (node, command)).collect();
                Bending { commands, ..Bending::new(Treatment::Pass, Bend::Stepped(words.join(", "))) }
            }
        })
    }

    /// Holds a message back, unless too many are held already.
    fn hold(
        &mut self,
        rule: usize,
        happening: &Happening<'_>,
        names: &ShortNames,
        since: Time,
        is_swap: bool,
    ) -> Result<Ticket, String> {
        if self.held.len() >= HELD_MAX {
            return Err(format!("{HELD_MAX} messages are held already, and no more can be"));
        }
        self.last_ticket += 1;
        let held = HeldMessage {
            ticket: self.last_ticket,
            rule,
            record: seq(happening),
            node: happening.record.node.clone(),
            link: happening.link,
            name: happening.name,
            from: names.place(&happening.from),
            to: happening.to.as_ref().map(|to| names.place(to)),
            about: happening.subject.contact.as_ref().map(|contact| names.short(contact)),
            words: happening.words(names),
            since,
            is_swap,
        };
        self.held.insert(self.last_ticket, held);
        Ok(self.last_ticket)
    }

    /// The next message of a stream lets go the one that waits to be behind it.
    fn end_swap(&mut self, happening: &Happening<'_>, now: Time) -> Vec<Order> {
        let Some(link) = happening.link else { return Vec::new() };
        let waiting = |held: &&HeldMessage| {
            held.is_swap
                && held.link == Some(link)
                && held.node == happening.record.node
                && held.record != seq(happening)
        };
        let tickets: Vec<Ticket> = self.held.values().filter(waiting).map(|held| held.ticket).collect();
        let by = || End::Released("the next message".to_owned(), now);
        tickets.into_iter().flat_map(|ticket| self.release(ticket, by())).collect()
    }

    /// Lets a message go, and says how its hold ended.
    pub(crate) fn release(&mut self, ticket: Ticket, end: End) -> Vec<Order> {
        let Some(held) = self.held.remove(&ticket) else { return Vec::new() };
        let bend = if let End::Expired(_) = end { Bend::Expired(ticket) } else { Bend::Released(ticket) };
        let Some(state) = self.states.get_mut(held.rule) else { return Vec::new() };
        if let Some(effect) = state.effects.of(ticket) {
            effect.end = end;
        }
        let bent = Bent::new(&state.rule.name, bend);
        vec![Order::Record { node: held.node, cause: held.record, bent }, Order::Release(ticket)]
    }

    /// A hold or a delay ended, as its record says: at its time, and by the driver unless somebody here let it go.
    pub(crate) fn learn(&mut self, bent: &Bent, of: Option<u64>, now: Time) {
        if let (Bend::Hurried, Some(of)) = (&bent.bend, of) {
            let effects = self.states.iter_mut().filter_map(|state| state.effects.delayed(of));
            effects.for_each(|effect| effect.end = End::Released(bent.by.clone(), now));
        }
        let (Bend::Released(ticket) | Bend::Expired(ticket) | Bend::Gone(ticket)) = bent.bend else { return };
        let is_ours = self.held.remove(&ticket).is_none();
        let Some(effect) = self.states.iter_mut().find_map(|state| state.effects.of(ticket)) else { return };
        match (&mut effect.end, &bent.bend) {
            (End::Released(_, at) | End::Expired(at), _) if is_ours => *at = now,
            (end, Bend::Gone(_)) => *end = End::Gone(now),
            (end, _) => *end = End::Released(bent.by.clone(), now),
        }
    }

    /// Lets everything go that waits for this.
    pub(crate) fn release_by(
        &mut self,
        happening: &Happening<'_>,
        names: &ShortNames,
        now: Time,
    ) -> Vec<Order> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let awaited = |held: &HeldMessage| {
            let Action::Hold(Some(until)) = &self.states.get(held.rule)?.rule.action else { return None };
            until.matches(happening, names).then(|| (held.ticket, format!("`{until}`")))
        };
        let ending: Vec<(Ticket, String)> = self.held.values().filter_map(awaited).collect();
        ending.into_iter().flat_map(|(ticket, by)| self.release(ticket, End::Released(by, now))).collect()
    }

    /// Lets everything go that a rule holds, or that any rule holds.
    pub(crate) fn release_all(&mut self, rule: Option<usize>, by: &str, now: Time) -> Vec<Order> {
        let tickets: Vec<Ticket> = self
            .held
            .values()
            .filter(|held| rule.is_none_or(|rule| held.rule == rule))
            .map(|held| held.ticket)
            .collect();
        let by = || End::Released(by.to_owned(), now);
        tickets.into_iter().flat_map(|ticket| self.release(ticket, by())).collect()
    }
}

/// The record of a message; one that has not entered yet has none.
fn seq(happening: &Happening<'_>) -> Option<u64> {
    Some(happening.record.seq).filter(|seq| *seq > 0)
}

/// Whether a message is the one that another one waits for, which was swapped or coalesced before.
fn is_paired(
    action: &Action,
    happening: &Happening<'_>,
    held: &BTreeMap<Ticket, HeldMessage>,
    glued: &BTreeSet<(NodeName, LinkId)>,
) -> bool {
    let Some(link) = happening.link else { return false };
    let node = &happening.record.node;
    match action {
        Action::Swap => {
            held.values().any(|held| held.is_swap && held.link == Some(link) && held.node == *node)
        }
        Action::Coalesce => glued.contains(&(node.clone(), link)),
        Action::Delay(_)
        | Action::Hold(_)
        | Action::Drop
        | Action::Duplicate
        | Action::Corrupt { .. }
        | Action::Cut
        | Action::Answer(_)
        | Action::Split(_)
        | Action::Cti(_)
        | Action::Set(_) => false,
    }
}

/// Why a message cannot be treated so.
fn impossible(action: &Action, happening: &Happening<'_>) -> Option<&'static str> {
    match action {
        Action::Swap if happening.link.is_none() => {
            Some("nothing comes behind an HTTP message on its stream")
        }
        Action::Split(_) | Action::Coalesce if happening.link.is_none() => {
            Some("an HTTP message stays whole")
        }
        Action::Duplicate if happening.name == "REPLY" => Some("a request has one response"),
        Action::Delay(_)
        | Action::Hold(_)
        | Action::Swap
        | Action::Drop
        | Action::Duplicate
        | Action::Corrupt { .. }
        | Action::Cut
        | Action::Answer(_)
        | Action::Split(_)
        | Action::Coalesce
        | Action::Cti(_)
        | Action::Set(_) => None,
    }
}

/// The bytes of a message; of HTTP, of its body.
fn bytes_of<'a>(happening: &Happening<'a>) -> Option<&'a Blob> {
    match &happening.record.what {
        What::Out(Output::Send { bytes, .. }) | What::In(Input::Frame { bytes, .. }) => Some(bytes),
        What::Out(Output::Call { request, .. }) | What::In(Input::Call { request, .. }) => {
            Some(&request.body)
        }
        What::Out(Output::Reply { response, .. }) => Some(&response.body),
        What::Out(_)
        | What::In(_)
        | What::Started
        | What::Stopped { .. }
        | What::Connected { .. }
        | What::Bent(_)
        | What::Gap { .. } => None,
    }
}

/// Why pieces of that size are no pieces.
fn unsplit(happening: &Happening<'_>, size: usize) -> Option<String> {
    let count = bytes_of(happening)?.0.len();
    (count <= size).then(|| format!("it has {count} bytes, and arrives in one piece"))
}

/// The bytes of a message with one of them changed, or why there is nothing to change.
fn corrupted(happening: &Happening<'_>, byte: usize, to: u8) -> Result<Blob, String> {
    let bytes = bytes_of(happening).ok_or("there are no bytes to change")?;
    let mut changed = BytesMut::from(bytes.0.as_ref());
    let count = changed.len();
    match changed.get_mut(byte) {
        None => Err(format!("it has {count} bytes, and no byte {byte}")),
        Some(place) if *place == to => Err(format!("its byte {byte} is {to} anyway")),
        Some(place) => {
            *place = to;
            Ok(Blob(changed.freeze()))
        }
    }
}

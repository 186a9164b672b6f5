//! What became of the messages that a rule acted on.

use cce_journal::Ticket;
use cce_kernel::Time;
use cce_scenario::{Action, Rule};
use cce_world::Span;
use std::{fmt, time::Duration};

/// Deeds of one rule that are told one by one. Further ones are counted.
const EFFECTS_MAX: usize = 8;

/// What a rule did, first to last. It stays when the rule is armed again, disarmed or removed.
#[derive(Clone, Debug, Default)]
pub struct RuleEffects {
    pub(crate) times: u64,
    /// Those that changed nothing.
    pub(crate) void: u64,
    pub(crate) kept: Vec<Effect>,
}

/// What became of one message.
#[derive(Clone, Debug)]
pub(crate) struct Effect {
    /// Names it while it is held.
    pub(crate) ticket: Option<Ticket>,
    pub(crate) since: Time,
    pub(crate) end: End,
}

/// How the effect of a rule on one message ended.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The effect was over at once.
    Done,
    /// The message is delayed until then. Its record tells it from others, if it has one.
    Delayed(Time, Option<u64>),
    /// The message is held.
    Held,
    /// Somebody let the message go.
    Released(String, Time),
    /// Its hold took too long.
    Expired(Time),
    /// It went with its connection, its client or its component.
    Gone(Time),
    /// Nothing was done to it, and why.
    Void(String),
}

/// What a rule did in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The rule.
    pub rule: String,
    /// How often it acted.
    pub times: u64,
    /// What became of its messages, where there is more to say than that it acted.
    pub became: Vec<String>,
    /// Whether peers that keep to their protocols could have done it. None where no message was changed.
    pub is_legal: Option<bool>,
}

impl fmt::Display for Acted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let acted = match self.times {
            1 => "acted".to_owned(),
            times => format!("acted {times} times"),
        };
        let kind =
            self.is_legal.map(|is_legal| if is_legal { "a legal order" } else { "a misbehaving peer" });
        let words = self.became.iter().map(String::as_str).chain(kind);
        let all: Vec<&str> = std::iter::once(acted.as_str()).chain(words).collect();
        write!(f, "{}: {}", self.rule, all.join("; "))
    }
}

impl RuleEffects {
    /// How often the rule acted.
    pub const fn times(&self) -> u64 {
        self.times
    }

    pub(crate) fn add(&mut self, ticket: Option<Ticket>, since: Time, end: End) {
        self.times += 1;
        self.void += u64::from(matches!(end, End::Void(_)));
        if self.kept.len() < EFFECTS_MAX {
            self.kept.push(Effect { ticket, since, end });
        }
    }

    /// What it did last had no effect.
    pub(crate) fn void_last(&mut self, why: String) {
        self.void += 1;
        if let Some(last) = self.kept.last_mut().filter(|_| self.times <= EFFECTS_MAX as u64) {
            last.end = End::Void(why);
        }
    }

    /// Why it had no effect, if it acted and never had any.
    pub(crate) fn only_void(&self) -> Option<&str> {
        let first = self.kept.first().filter(|_| self.void == self.times)?;
        if let End::Void(why) = &first.end { Some(why) } else { None }
    }

    /// What became of the message of that ticket, if it is told.
    pub(crate) fn of(&mut self, ticket: Ticket) -> Option<&mut Effect> {
        self.kept.iter_mut().find(|effect| effect.ticket == Some(ticket))
    }

    /// What became of the delayed message of that record, if it is told.
    pub(crate) fn delayed(&mut self, record: u64) -> Option<&mut Effect> {
        self.kept.iter_mut().find(|effect| matches!(effect.end, End::Delayed(_, Some(of)) if of == record))
    }
}

impl Effect {
    /// What there is to say about it. `over` is when the run ended, if it has.
    pub(crate) fn words(&self, rule: &Rule, over: Option<Time>) -> Option<String> {
        let lasted = |end: Time| shown(end.since(self.since));
        let after = |end: Time| {
            if end > self.since { format!("after {}", lasted(end)) } else { "at once".to_owned() }
        };
        match &self.end {
            End::Delayed(until, _) if over.is_some_and(|over| over < *until) => {
                Some(format!("the run ended within its delay of {}", lasted(*until)))
            }
            End::Done | End::Delayed(..) => None,
            End::Held if over.is_some() => Some("held until the end".to_owned()),
            End::Held => Some("held".to_owned()),
            End::Released(by, at) => Some(format!("released {} by {by}", after(*at))),
            End::Expired(at) if rule.action == Action::Swap => {
                Some(format!("no next message came: expired {}", after(*at)))
            }
            End::Expired(at) => {
                let awaited = if let Action::Hold(Some(until)) = &rule.action { Some(until) } else { None };
                let missed = awaited.map(|until| format!("`{until}` did not come: ")).unwrap_or_default();
                Some(format!("{missed}expired {}", after(*at)))
            }
            End::Void(why) => Some(format!("without effect: {why}")),
            End::Gone(at) => Some(format!("gone {}, before it was released", after(*at))),
        }
    }
}

/// A time in words: milliseconds are enough, unless there are none.
pub(crate) fn shown(time: Duration) -> Span {
    let millis = Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    Span(if millis.is_zero() { time } else { millis })
}

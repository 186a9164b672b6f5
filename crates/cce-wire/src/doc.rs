//! The table as data: for documentation, coverage, and choosing messages by name.

use crate::{Dialect, Flaw, Mark, Type};
use std::fmt;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageDoc {
    /// Message type.
    pub kind: u32,
    /// Name in traces, such as `NEW_TASK`.
    pub name: &'static str,
    /// Name of the struct.
    pub type_name: &'static str,
    /// Who sends it.
    pub from: Role,
    /// Who receives it.
    pub to: Role,
    /// Where its layout comes from.
    pub evidence: Evidence,
    /// Document and section.
    pub source: &'static str,
    /// First version that has it; 0 for all.
    pub since: u32,
    /// Names of the messages that say that it was carried out: those without an invoke id are events.
    pub answered_by: &'static [&'static str],
    /// Names of the messages that say that it was not.
    pub refused_by: &'static [&'static str],
    /// What it is for.
    pub doc: &'static str,
    /// Its fixed part, in order.
    pub fixed: &'static [FieldDoc],
    /// Its floating part, in the order in which it is written.
    pub floats: &'static [FloatDoc],
    /// Groups of floating fields that follow, any number of times.
    pub lists: &'static [ListDoc],
}

/// What an end of a link is to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Either end.
    Any,
    /// A client of the CTI server.
    Client,
    /// The CTI server.
    Server,
    /// An application of the MR interface.
    Application,
    /// The interface manager of a gateway.
    Pim,
    /// A peripheral gateway.
    Pg,
    /// The router.
    Router,
}

impl Role {
    /// Whether an end with this role may be one with that.
    pub fn may_be(self, other: Self) -> bool {
        self == Self::Any || self == other
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Any => "any",
            Self::Client => "client",
            Self::Server => "server",
            Self::Application => "application",
            Self::Pim => "pim",
            Self::Pg => "pg",
            Self::Router => "router",
        })
    }
}

/// The [`Role`] of a row's word.
#[doc(hidden)]
#[macro_export]
macro_rules! role {
    (any) => {
        $crate::Role::Any
    };
    (client) => {
        $crate::Role::Client
    };
    (server) => {
        $crate::Role::Server
    };
    (application) => {
        $crate::Role::Application
    };
    (pim) => {
        $crate::Role::Pim
    };
    (pg) => {
        $crate::Role::Pg
    };
    (router) => {
        $crate::Role::Router
    };
}

/// Where a layout comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Published by the product's maker.
    Published,
    /// Chosen here, to fit traces and style.
    Inferred,
    /// Published; here with the fixed part, and those floating fields that certainly belong to it.
    Compact,
    /// Only name and number are published: the body is kept as it came.
    Raw,
}

/// How much of a message a row takes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every field.
    Full,
    /// The fixed part, and some floating fields.
    Compact,
    /// Nothing.
    Raw,
}

impl Evidence {
    /// How much the row takes apart.
    pub const fn completeness(self) -> Completeness {
        match self {
            Self::Published | Self::Inferred => Completeness::Full,
            Self::Compact => Completeness::Compact,
            Self::Raw => Completeness::Raw,
        }
    }
}

/// `full`, `compact` or `raw`.
impl fmt::Display for Completeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full => "full",
            Self::Compact => "compact",
            Self::Raw => "raw",
        })
    }
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDoc {
    /// Name in the struct.
    pub name: &'static str,
    /// Name in the product's traces.
    pub label: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether nobody is shown its values.
    pub is_secret: bool,
    /// First version that has it; 0 for all.
    pub since: u32,
    /// What it says about its message as a whole.
    pub mark: Option<Mark>,
    /// What it means, beyond its name.
    pub doc: &'static str,
}

/// One floating field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatDoc {
    /// Its tag.
    pub tag: u16,
    /// Name, label, type.
    pub field: FieldDoc,
    /// A message without it is flawed.
    pub required: bool,
    /// It may occur any number of times.
    pub repeated: bool,
}

/// A group of floating fields that may occur any number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListDoc {
    /// Name in the struct.
    pub name: &'static str,
    /// The group's members, in order.
    pub members: &'static [FloatDoc],
}

impl MessageDoc {
    /// Whether a field has this mark.
    pub fn has(&self, mark: Mark) -> bool {
        let mut fields = self.fixed.iter().chain(self.floats.iter().map(|float| &float.field));
        fields.any(|field| field.mark == Some(mark))
    }

    /// The floating field of that tag, in this message or in one of its lists.
    pub fn float(&self, tag: u16) -> Option<&FloatDoc> {
        let members = self.lists.iter().flat_map(|list| list.members);
        self.floats.iter().chain(members).find(|float| float.tag == tag)
    }

    /// The objection of a session whose version does not have this message.
    pub fn too_new(&self, dialect: &Dialect) -> Option<Flaw> {
        (!dialect.has(self.since)).then_some(Flaw::MessageTooNew { message: self.name, since: self.since })
    }
}

/// Whether one of these floating fields has that tag.
pub fn has_tag(members: &[FloatDoc], tag: u16) -> bool {
    members.iter().any(|member| member.tag == tag)
}

/// Whether one of these floating fields has that tag, in a session of that layout.
pub fn takes_tag(dialect: &Dialect, members: &[FloatDoc], tag: u16) -> bool {
    members.iter().any(|member| member.tag == tag && dialect.has(member.field.since))
}

/// Tells tags that another message of the table has from those that none has.
pub fn name_foreign_tags(table: &[MessageDoc], flaws: Vec<Flaw>) -> Vec<Flaw> {
    let is_known = |tag| table.iter().any(|message| message.float(tag).is_some());
    let name = |flaw| {
        if let Flaw::UnknownTag { tag } = flaw
            && is_known(tag)
        {
            return Flaw::ForeignTag { tag };
        }
        flaw
    };
    flaws.into_iter().map(name).collect()
}

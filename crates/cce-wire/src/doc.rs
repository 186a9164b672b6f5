//! The table as data: for documentation, coverage, and choosing messages by name.

use crate::{Dialect, Flaw, Type};

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
    pub from: &'static str,
    /// Who receives it.
    pub to: &'static str,
    /// Whether its layout is published.
    pub evidence: Evidence,
    /// Document and section.
    pub source: &'static str,
    /// First version that has it; 0 for all.
    pub since: u32,
    /// What it is for.
    pub doc: &'static str,
    /// Its fixed part, in order.
    pub fixed: &'static [FieldDoc],
    /// Its floating part, in the order in which it is written.
    pub floats: &'static [FloatDoc],
    /// Groups of floating fields that follow, any number of times.
    pub lists: &'static [ListDoc],
}

/// Whether a layout is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Published by the product's maker.
    Published,
    /// Chosen here, to fit traces and style.
    Inferred,
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
    /// First version that has it; 0 for all.
    pub since: u32,
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

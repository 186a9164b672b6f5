//! Messages of any row, made from its entry in the table.

use cce_wire::{BytesMut, Dialect, FloatDoc, MessageDoc, Type};

/// Most values of a repeated field, and most groups of a list.
const SEVERAL_MAX: u32 = 3;
/// Most bytes of a field that may be long.
const LONG_MAX: usize = 40;

/// The parts of a body with every field that any version has. Which of them a body has is for [`Sample::body`].
pub(crate) struct Sample {
    parts: Vec<Part>,
}

struct Part {
    since: u32,
    /// None in the fixed part.
    tag: Option<u16>,
    bytes: Vec<u8>,
}

impl Sample {
    /// Values that follow from the seed.
    pub(crate) fn new(row: &MessageDoc, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let fixed = row.fixed.iter();
        let mut parts: Vec<Part> =
            fixed.map(|field| Part { since: field.since, tag: None, bytes: dice.value(field.ty) }).collect();
        for float in row.floats {
            let count = if float.repeated { dice.below(SEVERAL_MAX + 1) } else { dice.below(4).min(1) };
            parts.extend((0..count.max(u32::from(float.required))).map(|_| dice.part(float)));
        }
        for list in row.lists {
            for _ in 0..dice.below(SEVERAL_MAX + 1) {
                parts.extend(list.members.iter().map(|member| dice.part(member)));
            }
        }
        Self { parts }
    }

    /// The body in a session of that layout.
    pub(crate) fn body(&self, dialect: &Dialect) -> Vec<u8> {
        let mut body = BytesMut::new();
        for part in self.parts.iter().filter(|part| dialect.has(part.since)) {
            match part.tag {
                None => body.extend_from_slice(&part.bytes),
                Some(tag) => dialect.write_float(tag, &part.bytes, &mut body),
            }
        }
        body.to_vec()
    }

    /// The same with the floating fields in another order.
    pub(crate) fn shuffled_body(&self, dialect: &Dialect, seed: u64) -> Vec<u8> {
        let mut dice = Dice(seed);
        let has = |part: &&Part| dialect.has(part.since);
        let (fixed, floats): (Vec<&Part>, Vec<&Part>) =
            self.parts.iter().filter(has).partition(|part| part.tag.is_none());
        let mut body = BytesMut::new();
        fixed.iter().for_each(|part| body.extend_from_slice(&part.bytes));
        let mut left = floats;
        while !left.is_empty() {
            let count = u32::try_from(left.len()).expect("a row has few fields");
            let part = left.remove(usize::try_from(dice.below(count)).expect("it is below the count"));
            dialect.write_float(part.tag.expect("only floating fields are left"), &part.bytes, &mut body);
        }
        body.to_vec()
    }

    /// Whether it has a field that came with that version.
    pub(crate) fn has_news(&self, version: u32) -> bool {
        self.parts.iter().any(|part| part.since == version)
    }

    /// Tag and bytes of a floating field that may not be repeated and is not in a list, if there is one.
    pub(crate) fn single(&self, row: &MessageDoc, dialect: &Dialect) -> Option<(u16, Vec<u8>)> {
        let is_single = |tag| row.floats.iter().any(|float| float.tag == tag && !float.repeated);
        let mut parts = self.parts.iter().filter(|part| dialect.has(part.since));
        parts.find_map(|part| Some((part.tag.filter(|tag| is_single(*tag))?, part.bytes.clone())))
    }
}

/// Numbers that follow from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn part(&mut self, float: &FloatDoc) -> Part {
        Part { since: float.field.since, tag: Some(float.tag), bytes: self.value(float.field.ty) }
    }

    /// The bytes of a well-formed value.
    fn value(&mut self, ty: Type) -> Vec<u8> {
        match ty {
            Type::Bool => vec![0, u8::from(self.below(2) == 1)],
            Type::Text(max) => [self.letters(max.min(LONG_MAX) - 1), vec![0]].concat(),
            Type::Str(max) => {
                let text = self.letters(max.min(LONG_MAX));
                [vec![0, text.len().to_le_bytes()[0]], text].concat()
            }
            Type::Bytes(max) => {
                let length = self.length(max.min(LONG_MAX));
                self.bytes(length)
            }
            Type::NamedVariable => [self.letters(32), vec![0], self.letters(100), vec![0]].concat(),
            Type::NamedArray => {
                [self.bytes(1), self.letters(32), vec![0], self.letters(100), vec![0]].concat()
            }
            Type::List(of) => (0..self.below(5)).flat_map(|_| self.value(*of)).collect(),
            Type::U8 | Type::U16 | Type::U32 | Type::I16 | Type::I32 | Type::Time | Type::Task => {
                self.bytes(ty.size().unwrap_or(0))
            }
        }
    }

    fn letters(&mut self, max: usize) -> Vec<u8> {
        (0..self.length(max)).map(|_| b'a' + self.below(26).to_le_bytes()[0]).collect()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256).to_le_bytes()[0]).collect()
    }

    fn length(&mut self, max: usize) -> usize {
        usize::from(self.below(256).to_le_bytes()[0]) % (max + 1)
    }

    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(end)).unwrap_or(0)
    }
}

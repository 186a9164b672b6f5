//! The page that a ladder is drawn on: how wide it is, and what goes into which column.

use super::Lane;

/// Columns of a page that is no terminal.
const WIDTH: usize = 120;

/// No page is narrower: words need room.
const WIDTH_MIN: usize = 80;

/// From this width on there is room for the clock of the host, and for wider lanes.
const WIDE: usize = 110;

/// Whether a drawing has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// For a terminal.
    Colour,
    /// For a file or a pipe.
    Plain,
}

/// What a ladder is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    paint: Paint,
    width: usize,
    has_clock: bool,
}

impl Page {
    /// A page of the usual width.
    pub fn new(paint: Paint) -> Self {
        Self { paint, width: WIDTH, has_clock: false }
    }

    /// The same with so many columns; a very narrow one is 80 columns wide all the same.
    #[must_use]
    pub fn with_width(self, width: usize) -> Self {
        Self { width: width.max(WIDTH_MIN), ..self }
    }

    /// The same with the clocks of the hosts, which stand in the place of the time since the start where there is no room for both.
    #[must_use]
    pub fn with_clock(self) -> Self {
        Self { has_clock: true, ..self }
    }

    /// Its columns.
    pub fn width(self) -> usize {
        self.width
    }

    pub(super) fn is_wide(self) -> bool {
        self.width >= WIDE
    }

    /// Whether the clock of a host stands where the time since the start stood.
    pub(super) fn has_clock_alone(self) -> bool {
        self.has_clock && !self.is_wide()
    }

    /// Columns from one lane to the next.
    pub(super) fn lane(self) -> usize {
        if self.is_wide() { 5 } else { 4 }
    }

    /// Columns left of the lanes.
    pub(super) fn left(self) -> usize {
        match (self.is_wide(), self.has_clock) {
            (true, _) => 27,
            (false, true) => 18,
            (false, false) => 13,
        }
    }

    /// Columns right of the lanes.
    pub(super) fn room(self) -> usize {
        self.width - self.left() - Lane::ALL.len() * self.lane()
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.painted("2", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// A text in a colour of a terminal, by its number.
    pub(super) fn painted(self, code: &str, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }
}

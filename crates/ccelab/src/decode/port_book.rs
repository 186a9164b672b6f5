//! What the command line says of the ports of a capture.

use cce_fold::Book;
use cce_model::nearest;
use std::str::FromStr;

/// A port of a capture, and what is spoken there: `39001=mr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortBook {
    pub(super) port: u16,
    pub(super) book: Book,
}

impl FromStr for PortBook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('=').and_then(|(port, name)| {
            let book = Book::ALL.into_iter().find(|book| book.name() == name)?;
            Some(Self { port: port.parse().ok()?, book })
        });
        parts.ok_or_else(|| {
            let name = text.split_once('=').map_or("", |(_, name)| name);
            let is_known = Book::ALL.into_iter().any(|book| book.name() == name);
            let hint = if is_known { String::new() } else { nearest(name, Book::ALL.map(Book::name)) };
            format!("`{text}`: write PORT=PROTOCOL, such as 39001=mr{hint}")
        })
    }
}

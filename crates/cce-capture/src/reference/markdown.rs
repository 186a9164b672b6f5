//! A protocol's table as a page of documentation.

use cce_fold::Book;
use cce_wire::{Evidence, FieldDoc, FloatDoc, HEADER, MessageDoc, Type};
use std::fmt::Write;

/// The page of a protocol, in Markdown.
pub fn handbook(book: Book) -> String {
    let rows = book.rows();
    let mut page = format!(
        "# {}\n\nMade from the message table; do not edit. [How to read it](README.md).\n\n\
         Floating fields: {}.\n\n\
         | Number | Name | Direction | Since | Layout | Evidence | Source |\n|---|---|---|---|---|---|---|\n",
        book.title(),
        widths(book)
    );
    rows.iter().for_each(|row| overview(row, &mut page));
    rows.iter().for_each(|row| section(row, &mut page));
    if book == Book::Cti {
        tags_without_row(&mut page);
    }
    page
}

/// Tags that are published, and belong to no message whose layout is.
fn tags_without_row(page: &mut String) {
    page.push_str(
        "\n## Floating fields of no row\n\nTheir messages have no published layout, or the source does not name them.\n\n\
         | Tag | Name | Type | Belongs to |\n|---|---|---|---|\n",
    );
    for tag in &cce_cti::tags::WITHOUT_ROW {
        let _ = writeln!(page, "| {} | {} | {} | {} |", tag.number, tag.name, tag.ty, tag.belongs_to);
    }
}

fn widths(book: Book) -> &'static str {
    match book.float_width() {
        Some(1) => "tag and length of one byte each",
        Some(_) => "tag and length of two bytes each",
        None => "tag and length of one byte each up to version 19, of two bytes each from version 20 on",
    }
}

fn overview(row: &MessageDoc, page: &mut String) {
    // The usual renderers of Markdown make the anchor so of the section's heading.
    let anchor = format!("{}-{}", row.kind, row.name.to_lowercase());
    let _ = writeln!(
        page,
        "| {} | [{}](#{anchor}) | {} → {} | {} | {} | {} | {} |",
        row.kind,
        row.name,
        row.from,
        row.to,
        since(row.since),
        row.evidence.completeness(),
        evidence(row.evidence),
        row.source
    );
}

fn since(version: u32) -> String {
    if version == 0 { String::new() } else { format!("version {version}") }
}

fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Published | Evidence::Compact => "published",
        Evidence::Inferred => "inferred",
        Evidence::Raw => "number and name published",
    }
}

fn section(row: &MessageDoc, page: &mut String) {
    let _ = writeln!(page, "\n## {} {}\n\n{}", row.kind, row.name, prose(row.doc));
    answers(row, page);
    if row.evidence == Evidence::Raw {
        page.push_str("\nIts body is kept as it comes: no layout is published.\n");
        return;
    }
    if !row.fixed.is_empty() {
        page.push_str("\n| Offset | Field | Type | Since | Meaning |\n|---|---|---|---|---|\n");
        fixed(row.fixed, page);
    }
    let members = row.lists.iter().flat_map(|list| list.members.iter().map(|member| (member, "list")));
    let floats: Vec<_> = row.floats.iter().map(|float| (float, mark(float))).chain(members).collect();
    if !floats.is_empty() {
        page.push_str("\n| Tag | Floating field | Type | Since | | Meaning |\n|---|---|---|---|---|---|\n");
        floats.into_iter().for_each(|(float, mark)| floating(float, mark, page));
    }
}

fn answers(row: &MessageDoc, page: &mut String) {
    let clauses = [("answered", row.answered_by), ("refused", row.refused_by)];
    let clauses = clauses.iter().filter(|(_, names)| !names.is_empty());
    let clauses: Vec<_> = clauses.map(|(how, names)| format!("{how} by {}", names.join(" or "))).collect();
    if !clauses.is_empty() {
        let _ = writeln!(page, "\nIt is {}.", clauses.join(", "));
    }
}

/// Offsets count from the start of the message, as long as every field before has a certain size.
fn fixed(fields: &[FieldDoc], page: &mut String) {
    let mut offset = Some(HEADER);
    for field in fields {
        let at = offset.map(|offset| offset.to_string()).unwrap_or_default();
        let _ = writeln!(
            page,
            "| {at} | {} | {} | {} | {} |",
            field.label,
            kind(field.ty),
            since(field.since),
            cell(field)
        );
        offset = offset.zip(field.ty.size()).map(|(offset, size)| offset + size);
    }
}

fn floating(float: &FloatDoc, mark: &str, page: &mut String) {
    let field = &float.field;
    let (ty, since, meaning) = (kind(field.ty), since(field.since), cell(field));
    let _ = writeln!(page, "| {} | {} | {ty} | {since} | {mark} | {meaning} |", float.tag, field.label);
}

fn mark(float: &FloatDoc) -> &'static str {
    match (float.required, float.repeated) {
        (true, _) => "required",
        (_, true) => "repeated",
        (false, false) => "",
    }
}

fn kind(ty: Type) -> String {
    ty.to_string().replace('[', "\\[")
}

fn prose(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Links to items of the code mean nothing here.
fn cell(field: &FieldDoc) -> String {
    let text = prose(field.doc).replace('|', "\\|");
    match text.split_once("See [`") {
        Some((before, link)) => {
            let (name, rest) = link.split_once('`').unwrap_or((link, ""));
            let rest = rest.split_once(')').map_or("", |(_, rest)| rest);
            format!("{before}See `{name}`{rest}")
        }
        None => text,
    }
}

//! What the fuzz target of documents does with bytes. Ordinary tests replay the corpus through the same function.

use cce_xml::{Element, Xml, finesse, parse, task};

/// A document of the Task API or of Finesse: what is read is written again as the same, and no vocabulary panics.
pub(crate) fn xml(input: &[u8]) {
    if let Ok(root) = parse(input) {
        let root = without_attributes(root);
        assert_eq!(parse(written(&root).as_bytes()).expect("what is written can be read"), root);
    }
    if let Ok(task) = task::Task::read(input) {
        assert_eq!(task::Task::read(task.to_xml().as_bytes()).expect("a task can be read again"), task);
    }
    if let Some(status) = task::TaskStatus::read(input) {
        assert_eq!(task::TaskStatus::read(status.to_xml().as_bytes()), Some(status));
    }
    let _ = task::TaskStatus::read_status(input);
    let Ok(text) = str::from_utf8(input) else { return };
    let _ = (finesse::read_user(text), finesse::read_media(text), finesse::read_media_list(text));
    let _ = (finesse::read_dialog(text), finesse::read_update(text));
}

/// Writers are given attributes as part of a name that they choose; what is read here has names of its own.
fn without_attributes(element: Element) -> Element {
    let children = element.children.into_iter().map(without_attributes).collect();
    Element { attributes: Vec::new(), children, ..element }
}

fn written(root: &Element) -> String {
    Xml::document(&root.name, |xml| inside(root, xml))
}

/// Text first: where it stood between children is not kept.
fn inside(element: &Element, xml: &mut Xml) {
    xml.raw(&escaped(&element.text));
    for child in &element.children {
        xml.node(&child.name, |xml| inside(child, xml));
    }
}

/// Text as the writer escapes it.
fn escaped(text: &str) -> String {
    let element = Xml::document("x", |xml| {
        xml.with(|xml| {
            xml.text("y", text);
        });
    });
    element["<x><y>".len()..element.len() - "</y></x>".len()].to_owned()
}

//! Nonvoice dialogs (finesse-nonvoice 2.6).

use crate::{Xml, iso_utc};
use cce_model::{Dialog, Disposition, TaskId};

/// A dialog.
pub fn dialog(dialog: &Dialog) -> String {
    Xml::document("Dialog", |xml| inside(xml, dialog))
}

/// A list of dialogs.
pub fn dialogs<'a>(dialogs: impl IntoIterator<Item = &'a Dialog>) -> String {
    Xml::document("Dialogs", |xml| {
        for dialog in dialogs {
            xml.node("Dialog", |xml| inside(xml, dialog));
        }
    })
}

/// What stands in a dialog's element, in the order of the lab trace.
pub(super) fn inside(xml: &mut Xml, dialog: &Dialog) {
    let TaskId { day, call, sequence } = dialog.id;
    // The guide's sample begins with it, and the dialog of the lab trace was not transferred (finesse-nonvoice 2.6;
    // its place is inferred).
    xml.maybe("associatedDialogUri", dialog.associated.map(uri));
    xml.node("taskId", |xml| {
        xml.text("routerCallKeyDay", day)
            .text("routerCallKeyCallID", call)
            .text("routerCallKeySequenceNum", sequence);
    });
    xml.text("id", dialog.id);
    xml.node("mediaProperties", |xml| media_properties(xml, dialog));
    xml.text("mediaType", &dialog.media);
    xml.node("participants", |xml| {
        xml.node("Participant", |xml| participant(xml, dialog));
    });
    xml.maybe("dispositionCode", dialog.disposition.map(Disposition::finesse_name))
        .text("state", dialog.state)
        .text("uri", uri(dialog.id));
}

fn uri(task: TaskId) -> String {
    format!("/finesse/api/Dialog/{task}")
}

fn media_properties(xml: &mut Xml, dialog: &Dialog) {
    xml.text("mediaId", dialog.mrd)
        .text("dialedNumber", &dialog.dialed_number)
        .text("queueNumber", dialog.queue_number)
        .text("queueName", &dialog.queue_name);
    if !dialog.call_variables.is_empty() {
        xml.node("callvariables", |xml| {
            for (name, value) in &dialog.call_variables {
                xml.node("CallVariable", |xml| {
                    xml.text("name", name).text("value", value);
                });
            }
        });
    }
    xml.text("callKeyCallId", dialog.id.call)
        .text("callKeyPrefix", dialog.id.day)
        .text("callKeySequenceNum", dialog.id.sequence);
}

fn participant(xml: &mut Xml, dialog: &Dialog) {
    xml.node("actions", |xml| {
        for action in dialog.state.actions() {
            xml.text("action", action.name());
        }
    });
    xml.text("mediaAddress", &dialog.agent)
        .text("mediaAddressType", "")
        .text("startTime", iso_utc(dialog.started))
        .text("state", dialog.state)
        .text("stateCause", "")
        .text("stateChangeTime", iso_utc(dialog.changed));
}

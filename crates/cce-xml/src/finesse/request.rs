//! Bodies of changes: how they are read, and how a desktop writes them (finesse-nonvoice 2.2, 2.4, 2.6).

use crate::{Element, Xml, XmlError, parse};
use cce_model::{DialogAction, InterruptAction, LogoutAction};

/// The body of a change of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserRequest {
    /// `state`.
    pub state: Option<String>,
    /// `extension`.
    pub extension: Option<String>,
    /// `reasonCodeId`.
    pub reason_code_id: Option<String>,
}

/// The body of a change of an agent in a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaRequest {
    /// `id`, in a list.
    pub id: Option<String>,
    /// `state`.
    pub state: Option<String>,
    /// `maxDialogLimit`.
    pub max_dialog_limit: Option<String>,
    /// `interruptAction`.
    pub interrupt_action: Option<String>,
    /// `dialogLogoutAction`.
    pub dialog_logout_action: Option<String>,
    /// `routable`.
    pub routable: Option<String>,
    /// `reasonCodeId`.
    pub reason_code_id: Option<String>,
}

/// The body of an action on a dialog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogRequest {
    /// `requestedAction`.
    pub requested_action: Option<String>,
    /// `target` or `toAddress`: a script selector. Empty, `null` and `undefined` are none.
    pub target: Option<String>,
    /// `mediaProperties/callvariables`: names and values, in the order of the document.
    pub call_variables: Vec<(String, String)>,
    /// `mediaProperties/wrapUpReason`.
    pub wrap_up_reason: Option<String>,
}

/// Reads the change of a user.
pub fn read_user(body: &str) -> Result<UserRequest, XmlError> {
    let root = parse(body.as_bytes())?.named("User")?;
    Ok(UserRequest {
        state: root.text_of("state"),
        extension: root.text_of("extension"),
        reason_code_id: root.text_of("reasonCodeId"),
    })
}

/// Reads the change of an agent in a domain.
pub fn read_media(body: &str) -> Result<MediaRequest, XmlError> {
    parse(body.as_bytes())?.named("Media").map(|root| media_of(&root))
}

/// Reads the change of an agent in several domains.
pub fn read_media_list(body: &str) -> Result<Vec<MediaRequest>, XmlError> {
    let root = parse(body.as_bytes())?.named("MediaList")?;
    Ok(root.all("Media").map(media_of).collect())
}

/// Reads an action on a dialog.
pub fn read_dialog(body: &str) -> Result<DialogRequest, XmlError> {
    let root = parse(body.as_bytes())?.named("Dialog")?;
    let named = |name| root.text_of(name).filter(|text| !["", "null", "undefined"].contains(&text.as_str()));
    Ok(DialogRequest {
        requested_action: root.text_of("requestedAction"),
        target: named("target").or_else(|| named("toAddress")),
        call_variables: call_variables(&root),
        wrap_up_reason: root.child("mediaProperties").and_then(|of| of.text_of("wrapUpReason")),
    })
}

fn call_variables(root: &Element) -> Vec<(String, String)> {
    let Some(list) = root.at(&["mediaProperties", "callvariables"]) else { return Vec::new() };
    let text = |variable: &Element, name| variable.text_of(name).unwrap_or_default();
    list.all("CallVariable").map(|variable| (text(variable, "name"), text(variable, "value"))).collect()
}

fn media_of(root: &Element) -> MediaRequest {
    MediaRequest {
        id: root.text_of("id"),
        state: root.text_of("state"),
        max_dialog_limit: root.text_of("maxDialogLimit"),
        interrupt_action: root.text_of("interruptAction"),
        dialog_logout_action: root.text_of("dialogLogoutAction"),
        routable: root.text_of("routable"),
        reason_code_id: root.text_of("reasonCodeId"),
    }
}

/// A desktop signs a user in.
pub fn user_login(extension: &str) -> String {
    Xml::document("User", |xml| {
        xml.text("state", "LOGIN").text("extension", extension);
    })
}

/// A desktop changes a user's voice state.
pub fn user_state(state: &str) -> String {
    Xml::document("User", |xml| {
        xml.text("state", state);
    })
}

/// A desktop signs an agent in to a domain.
pub fn media_login(limit: u32, interrupt: InterruptAction, logout: LogoutAction) -> String {
    Xml::document("Media", |xml| {
        xml.text("maxDialogLimit", limit)
            .text("state", "LOGIN")
            .text("interruptAction", interrupt.name())
            .text("dialogLogoutAction", logout.name());
    })
}

/// A desktop changes an agent's state in a domain.
pub fn media_state(state: &str) -> String {
    Xml::document("Media", |xml| {
        xml.text("state", state);
    })
}

/// A desktop takes an action on a dialog.
pub fn dialog_command(action: DialogAction) -> String {
    Xml::document("Dialog", |xml| {
        xml.text("requestedAction", action.name());
    })
}

/// A desktop hands a dialog to another script selector (finesse-nonvoice 2.6).
pub fn dialog_transfer(script_selector: &str) -> String {
    Xml::document("Dialog", |xml| {
        xml.text("requestedAction", DialogAction::Transfer.name()).text("target", script_selector);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_none_in_javascript_is_none() {
        for target in ["<target/>", "<target>null</target>", "<target>undefined</target>", ""] {
            let body = format!("<Dialog><requestedAction>START</requestedAction>{target}</Dialog>");
            assert_eq!(read_dialog(&body).unwrap().target, None, "{target}");
        }
        let body = "<Dialog><toAddress>Other</toAddress></Dialog>";
        assert_eq!(read_dialog(body).unwrap().target.as_deref(), Some("Other"));
    }

    #[test]
    fn call_variables_are_read_in_order() {
        let variable =
            |name, value| format!("<CallVariable><name>{name}</name><value>{value}</value></CallVariable>");
        let list = [variable("callVariable1", "gold"), variable("user.tier", "")].concat();
        let body = format!(
            "<Dialog><mediaProperties><callvariables>{list}</callvariables></mediaProperties></Dialog>"
        );
        let read = read_dialog(&body).unwrap().call_variables;
        assert_eq!(
            read,
            [("callVariable1", "gold"), ("user.tier", "")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn what_a_desktop_writes_is_read() {
        let body = media_login(3, InterruptAction::Accept, LogoutAction::Close);
        let request = read_media(&body).unwrap();
        assert_eq!(request.max_dialog_limit.as_deref(), Some("3"));
        assert_eq!(read_user(&user_login("1081")).unwrap().extension.as_deref(), Some("1081"));
    }
}

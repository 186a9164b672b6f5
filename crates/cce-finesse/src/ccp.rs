//! What Finesse asks of CCP (ccp-task-api 3.6, 3.7).
//!
//! The outcome of a call is its reply, which every view can find by the call's number. Nothing follows from
//! it: a close that CCP missed leaves the contact reserved, and so does a renotification (task-routing E13).

use crate::{Finesse, dialog::OpenDialog};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_kernel::{
    Cx, Port, Request,
    fact::{FinesseFact, SmOperation},
    model::Disposition,
};
use cce_xml::{Xml, task::TASK_HEADER};

impl Finesse {
    /// Tells CCP that the contact of a dialog is handled.
    pub(crate) fn send_close(&mut self, open: &OpenDialog, cx: &mut Cx<'_>) {
        let request = Request::new("PUT", format!("/ccp-webapp/ccp/task/{}/close", open.contact));
        self.call_ccp(SmOperation::EndTask, request, open, cx);
    }

    /// Hands the task of a dialog back, to be routed anew by its own script selector: nobody answered, or the
    /// agent signed out (task-routing E1, E4).
    pub(crate) fn send_renotify(&mut self, open: &OpenDialog, cx: &mut Cx<'_>) {
        let body = Xml::document("Task", |xml| {
            xml.text("scriptSelector", &open.dialog.dialed_number).text("reNotifyReason", RECOVERY);
        });
        let request =
            Request::new("PUT", format!("/ccp-webapp/ccp/task/{}/renotify", open.contact)).xml(body);
        self.call_ccp(SmOperation::Renotify, request, open, cx);
    }

    fn call_ccp(&self, operation: SmOperation, request: Request, open: &OpenDialog, cx: &mut Cx<'_>) {
        let account = &self.config.ccp_administrator;
        let credentials = STANDARD.encode(format!("{}:{}", account.name, account.password));
        let request = request
            .header("authorization", format!("Basic {credentials}"))
            .header(TASK_HEADER, open.dialog.id.to_string());
        let call = cx.call(Port::CcpRest, request);
        cx.note(
            FinesseFact::SmCall {
                operation,
                agent: open.dialog.agent.clone(),
                task: open.dialog.id,
                contact: open.contact.clone(),
                call,
            }
            .into(),
        );
    }
}

/// `reNotifyReason` of a task that nobody answered, or whose agent signed out.
const RECOVERY: &str = "ROUTE_SERVICE_RECOVERY";

/// What CCP must hear of a task that is over for its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequel {
    /// It is over for the customer too.
    Handled,
    /// It goes to somebody else.
    RoutedAnew,
    /// CCP knows already.
    Nothing,
}

/// Ring-no-answer and a transfer at sign-out are resubmissions, of which CCP must not hear as handled
/// (task-routing 1.6). A transfer was resubmitted before its task ended (task-routing S5).
pub(crate) fn sequel(disposition: Disposition) -> Sequel {
    match disposition {
        Disposition::RING_NO_ANSWER
        | Disposition::ABANDONED_BEFORE_OFFERED
        | Disposition::TRANSFERRED_ON_LOGOUT => Sequel::RoutedAnew,
        Disposition::TRANSFERRED => Sequel::Nothing,
        _ => Sequel::Handled,
    }
}

//! What Finesse asks of CCP (ccp-task-api 3.7).
//!
//! The outcome of a call is its reply, which every view can find by the call's number. Nothing follows from
//! it: a close that CCP missed leaves the contact reserved.

use crate::{Finesse, dialog::OpenDialog};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_kernel::{
    Cx, Port, Request,
    fact::{FinesseFact, SmOperation},
    model::Disposition,
};

impl Finesse {
    /// Tells CCP that the contact of a dialog is handled.
    pub(crate) fn send_close(&mut self, open: &OpenDialog, cx: &mut Cx<'_>) {
        let account = &self.config.ccp_administrator;
        let credentials = STANDARD.encode(format!("{}:{}", account.name, account.password));
        let request = Request::new("PUT", format!("/ccp-webapp/ccp/task/{}/close", open.contact))
            .header("authorization", format!("Basic {credentials}"));
        let call = cx.call(Port::CcpRest, request);
        cx.note(
            FinesseFact::SmCall {
                operation: SmOperation::EndTask,
                agent: open.dialog.agent.clone(),
                task: open.dialog.id,
                contact: open.contact.clone(),
                call,
            }
            .into(),
        );
    }
}

/// Whether a task that ended in this way is over for the customer. Transfers and ring-no-answer are
/// resubmissions, of which CCP must not hear as handled (task-routing 1.6).
pub(crate) fn is_handled(disposition: Disposition) -> bool {
    ![
        Disposition::RING_NO_ANSWER,
        Disposition::ABANDONED_BEFORE_OFFERED,
        Disposition::TRANSFERRED,
        Disposition::TRANSFERRED_ON_LOGOUT,
    ]
    .contains(&disposition)
}

//! What Finesse asks of CCP (ccp-task-api 3.6, 3.7).
//!
//! The outcome of a call is its reply, which every view can find by the call's number. A close that CCP missed leaves
//! the contact reserved, and so does a renotification (task-routing E13). CCP refuses both while it has not heard of
//! the reservation, whose news takes another way than the agent's doings: these are asked again, a few times (inferred).

use crate::{Finesse, dialog::OpenDialog, timer::Timer};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_kernel::{CallError, CallId, Cx, Port, Request, Response};
use cce_model::{
    AgentId, ContactId, Disposition, TaskId,
    fact::{FinesseFact, SmOperation},
};
use cce_xml::{Xml, task::TASK_HEADER};
use std::collections::BTreeMap;

/// CCP's answer to a call about a contact that is not reserved (ccp-task-api 3.6, 3.7).
const NOT_RESERVED: u16 = 412;

/// How often the pause before the next try doubles at the most.
const PAUSE_DOUBLINGS: u32 = 16;

/// Calls that may have to be asked again; of more, the oldest are forgotten.
const ASKS_MAX: usize = 10_000;

/// What Finesse asked of CCP and may have to ask again, by its latest call.
pub(crate) type Asks = BTreeMap<CallId, Ask>;

/// What Finesse asks of CCP.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    operation: SmOperation,
    request: Request,
    agent: AgentId,
    task: TaskId,
    contact: ContactId,
    purpose: Purpose,
    /// How often it was refused.
    refusals: u32,
}

/// Why CCP is asked.
#[derive(Clone, Debug)]
enum Purpose {
    /// To be told of what is over.
    Tell,
    /// An agent transfers the task, which ends when CCP takes it back.
    Transfer {
        /// The dialog, and how its task ended before CCP answered: CCP hears of that only if it does not route the task
        /// anew.
        ended: Option<Box<(OpenDialog, Disposition)>>,
    },
}

impl Finesse {
    /// The task of a dialog ended: CCP hears whether it is handled or to be routed anew. Of one that CCP took back from its
    /// agent it hears nothing, since the contact is somebody else's by now; while that is not decided, it waits.
    pub(crate) fn tell_ccp(&mut self, open: &OpenDialog, disposition: Disposition, cx: &mut Cx<'_>) {
        if open.is_transferred {
            return;
        }
        let transfer = self.asks.values_mut().find_map(|ask| ask.transfer_of(open.dialog.id));
        if let Some(ended) = transfer {
            *ended = Some(Box::new((open.clone(), disposition)));
            return;
        }
        match sequel(disposition) {
            Sequel::Handled => self.send_close(open, cx),
            Sequel::RoutedAnew => self.send_renotify(open, cx),
            Sequel::Nothing => {}
        }
    }

    /// Tells CCP that the contact of a dialog is handled.
    fn send_close(&mut self, open: &OpenDialog, cx: &mut Cx<'_>) {
        let request = Request::new("PUT", format!("/ccp-webapp/ccp/task/{}/close", open.contact));
        self.call_ccp(SmOperation::EndTask, request, open, cx);
    }

    /// Hands the task of a dialog back, to be routed anew by its own script selector: nobody answered, or the
    /// agent signed out (task-routing E1, E4).
    fn send_renotify(&mut self, open: &OpenDialog, cx: &mut Cx<'_>) {
        let request = renotification(open, &open.dialog.dialed_number, RECOVERY);
        self.call_ccp(SmOperation::Renotify, request, open, cx);
    }

    /// Hands the task of a dialog back because its agent transfers it, to be routed by another script selector
    /// (task-routing S5).
    pub(crate) fn send_transfer(&mut self, open: &OpenDialog, selector: &str, cx: &mut Cx<'_>) {
        let request = self.signed(renotification(open, selector, TRANSFER), open);
        let purpose = Purpose::Transfer { ended: None };
        let ask = Ask { purpose, ..Ask::new(SmOperation::Renotify, request, open) };
        self.ask(ask, cx);
    }

    /// CCP answered. What came too early for it is asked again, behind a pause that doubles each time.
    pub(crate) fn on_ccp_reply(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
        cx: &mut Cx<'_>,
    ) {
        let is_early = result.as_ref().is_ok_and(|response| response.status == NOT_RESERVED);
        // Over meanwhile: of too many calls, the oldest are forgotten.
        let Some(ask) = self.asks.get_mut(&call) else { return };
        if !is_early || ask.refusals >= self.config.ccp_retries {
            let ask = self.asks.remove(&call).expect("the call is known");
            let is_taken = result.as_ref().is_ok_and(Response::is_success);
            match ask.purpose {
                Purpose::Transfer { ended: None } => self.on_transfer_answer(ask.task, is_taken, cx),
                Purpose::Transfer { ended: Some(ended) } if !is_taken => {
                    self.tell_ccp(&ended.0, ended.1, cx);
                }
                Purpose::Transfer { ended: Some(_) } | Purpose::Tell => {}
            }
            return;
        }
        let pause = self.config.ccp_retry.saturating_mul(1 << ask.refusals.min(PAUSE_DOUBLINGS));
        ask.refusals += 1;
        cx.arm(Timer::AskAgain.key(call.0), pause);
    }

    /// The pause behind a refused call is over.
    pub(crate) fn on_ask_again(&mut self, refused: u64, cx: &mut Cx<'_>) {
        // Over meanwhile, otherwise: of too many calls, the oldest are forgotten.
        if let Some(ask) = self.asks.remove(&CallId(refused)) {
            self.ask(ask, cx);
        }
    }

    fn call_ccp(&mut self, operation: SmOperation, request: Request, open: &OpenDialog, cx: &mut Cx<'_>) {
        let request = self.signed(request, open);
        self.ask(Ask::new(operation, request, open), cx);
    }

    /// A request with Finesse's account, and the task that it is about.
    fn signed(&self, request: Request, open: &OpenDialog) -> Request {
        let account = &self.config.ccp_administrator;
        let credentials = STANDARD.encode(format!("{}:{}", account.name, account.password));
        request
            .header("authorization", format!("Basic {credentials}"))
            .header(TASK_HEADER, open.dialog.id.to_string())
    }

    fn ask(&mut self, ask: Ask, cx: &mut Cx<'_>) {
        let call = cx.call(Port::CcpRest, ask.request.clone());
        let (operation, agent, task) = (ask.operation, ask.agent.clone(), ask.task);
        cx.note(FinesseFact::SmCall { operation, agent, task, contact: ask.contact.clone(), call }.into());
        if self.asks.len() >= ASKS_MAX {
            self.asks.pop_first();
        }
        self.asks.insert(call, ask);
    }
}

impl Ask {
    fn new(operation: SmOperation, request: Request, open: &OpenDialog) -> Self {
        let (agent, task, contact) = (open.dialog.agent.clone(), open.dialog.id, open.contact.clone());
        Self { operation, request, agent, task, contact, purpose: Purpose::Tell, refusals: 0 }
    }

    /// Where the end of the task is kept, if this asks CCP to take it back from its agent.
    fn transfer_of(&mut self, task: TaskId) -> Option<&mut Option<Box<(OpenDialog, Disposition)>>> {
        match &mut self.purpose {
            Purpose::Transfer { ended } if self.task == task => Some(ended),
            Purpose::Transfer { .. } | Purpose::Tell => None,
        }
    }
}

/// The request to route the task of a dialog anew.
fn renotification(open: &OpenDialog, selector: &str, reason: &str) -> Request {
    let body = Xml::document("Task", |xml| {
        xml.text("scriptSelector", selector).text("reNotifyReason", reason);
    });
    Request::new("PUT", format!("/ccp-webapp/ccp/task/{}/renotify", open.contact)).xml(body)
}

/// `reNotifyReason` of a task that its agent transfers.
const TRANSFER: &str = "ROUTE_SERVICE_TRANSFER";
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

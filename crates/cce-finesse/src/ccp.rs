//! What Finesse asks of CCP (ccp-task-api 3.6, 3.7).
//!
//! The outcome of a call is its reply, which every view can find by the call's number. A close that CCP
//! missed leaves the contact reserved (ccp-task-api 9), and a renotification that CCP missed is lost
//! (task-routing E13). CCP refuses both while it has not heard of the reservation, whose news takes another
//! way than the agent's doings: these are asked again, a few times (inferred).

use crate::{config::Config, dialog::OpenDialog, timer::Timer};
use cce_kernel::{CallError, CallId, Cx, Port, Request, Response};
use cce_model::{
    AgentId, ContactId, Disposition, TaskId,
    fact::{FinesseFact, SmOperation},
};
use cce_xml::{RenotifyReason, close_call, renotify_call, task::TASK_HEADER};
use std::collections::BTreeMap;

/// CCP's answer to a call about a contact that is not reserved (ccp-task-api 3.6, 3.7).
const NOT_RESERVED: u16 = 412;

/// How often the pause before the next try doubles at the most.
const PAUSE_DOUBLINGS: u32 = 16;

/// Calls that may have to be asked again; of more, the oldest are forgotten.
const CALLS_MAX: usize = 10_000;

/// Calls to CCP that are not answered, or are to be made again.
#[derive(Clone, Debug, Default)]
pub(crate) struct CcpClient {
    /// By the number of the latest call.
    calls: BTreeMap<CallId, SmCall>,
}

/// CCP's answer to a transfer, whose task is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TransferAnswer {
    /// The task that its agent transfers.
    pub(crate) task: TaskId,
    /// Whether CCP routes it anew.
    pub(crate) is_taken: bool,
}

/// What Finesse asks of CCP.
#[derive(Clone, Debug)]
struct SmCall {
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

impl CcpClient {
    /// The task of a dialog ended: CCP hears whether it is handled or to be routed anew (task-routing 1.6). Of one that CCP
    /// took back from its agent it hears nothing, since the contact is somebody else's by now; while that is not decided,
    /// it waits.
    pub(crate) fn tell(
        &mut self,
        open: &OpenDialog,
        disposition: Disposition,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        if open.is_transferred {
            return;
        }
        let transfer = self.calls.values_mut().find_map(|call| call.transfer_of(open.dialog.id));
        if let Some(ended) = transfer {
            *ended = Some(Box::new((open.clone(), disposition)));
            return;
        }
        match sequel(disposition) {
            // The contact is handled (ccp-task-api 3.7).
            Sequel::Handled => {
                let request = close_call(&open.contact);
                self.call(SmCall::new(SmOperation::EndTask, request, open, config), cx);
            }
            // Nobody answered, or the agent signed out: its own script selector routes it anew (task-routing E1, E4).
            Sequel::RoutedAnew => {
                let request =
                    renotify_call(&open.contact, &open.dialog.dialed_number, RenotifyReason::Recovery);
                self.call(SmCall::new(SmOperation::Renotify, request, open, config), cx);
            }
            Sequel::Nothing => {}
        }
    }

    /// Hands the task of a dialog back because its agent transfers it, to be routed by another script selector
    /// (task-routing S5).
    pub(crate) fn transfer(&mut self, open: &OpenDialog, selector: &str, config: &Config, cx: &mut Cx<'_>) {
        let request = renotify_call(&open.contact, selector, RenotifyReason::Transfer);
        let call = SmCall::new(SmOperation::Renotify, request, open, config);
        self.call(SmCall { purpose: Purpose::Transfer { ended: None }, ..call }, cx);
    }

    /// CCP answered. What came too early for it is asked again, behind a pause that doubles each time.
    pub(crate) fn on_reply(
        &mut self,
        call: CallId,
        result: &Result<Response, CallError>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Option<TransferAnswer> {
        // A contact whose reservation is still on its way answers 412 like one that is not reserved
        // (ccp-task-api 3.7).
        let is_early = result.as_ref().is_ok_and(|response| response.status == NOT_RESERVED);
        // Of too many calls, the oldest are forgotten.
        let Some(asked) = self.calls.get_mut(&call) else {
            cx.over_meanwhile("call to CCP");
            return None;
        };
        if is_early && asked.refusals < config.ccp_retries {
            let pause = config.ccp_retry.saturating_mul(1 << asked.refusals.min(PAUSE_DOUBLINGS));
            asked.refusals += 1;
            cx.arm(Timer::AskAgain.key(call.0), pause);
            return None;
        }
        let asked = self.calls.remove(&call).expect("the call is known");
        // A 2xx alone takes the task back; after 4xx, 5xx and a time-out the dialog stays
        // (finesse-nonvoice 2.6).
        let is_taken = result.as_ref().is_ok_and(Response::is_success);
        match asked.purpose {
            Purpose::Transfer { ended: None } => Some(TransferAnswer { task: asked.task, is_taken }),
            // The task ended while CCP decided about the transfer, which it refused (task-routing E13).
            Purpose::Transfer { ended: Some(ended) } if !is_taken => {
                self.tell(&ended.0, ended.1, config, cx);
                None
            }
            Purpose::Transfer { ended: Some(_) } | Purpose::Tell => None,
        }
    }

    /// The pause behind a refused call is over.
    pub(crate) fn on_ask_again(&mut self, refused: u64, cx: &mut Cx<'_>) {
        // Of too many calls, the oldest are forgotten.
        match self.calls.remove(&CallId(refused)) {
            Some(call) => self.call(call, cx),
            None => cx.over_meanwhile("call to CCP"),
        }
    }

    fn call(&mut self, asked: SmCall, cx: &mut Cx<'_>) {
        let call = cx.call(Port::CcpRest, asked.request.clone());
        let (operation, agent, task) = (asked.operation, asked.agent.clone(), asked.task);
        cx.note(FinesseFact::SmCall { operation, agent, task, contact: asked.contact.clone(), call }.into());
        // An answer that never comes keeps its place for ever; the oldest call gives way to the newest.
        if self.calls.len() >= CALLS_MAX {
            self.calls.pop_first();
        }
        self.calls.insert(call, asked);
    }
}

impl SmCall {
    /// A request with Finesse's account, and the task that it is about.
    fn new(operation: SmOperation, request: Request, open: &OpenDialog, config: &Config) -> Self {
        let request = request
            // The private API of CCP demands Basic credentials (ccp-task-api 1.1).
            .by(&config.ccp_administrator)
            // The contact keeps its id over a renotify, and only its task is another one (ccp-task-api 3.6).
            .header(TASK_HEADER, open.dialog.id.to_string());
        // The product calls CCP over HTTPS (ccp-task-api 1.1).
        let request = Request { security: config.ccp_security, ..request };
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

/// What CCP must hear of a task that is over for its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequel {
    /// It is over for the customer too.
    Handled,
    /// It goes to somebody else.
    RoutedAnew,
    /// CCP knows already.
    Nothing,
}

/// Ring-no-answer and a transfer at sign-out are resubmissions, of which CCP must not hear as handled
/// (task-routing 1.6). A transfer was resubmitted before its task ended (task-routing S5).
fn sequel(disposition: Disposition) -> Sequel {
    match disposition {
        // Both 19 and 36 are names of a task that nobody accepted in time (task-routing 1.6, E1).
        Disposition::RING_NO_ANSWER
        | Disposition::TASK_ABANDONED_BEFORE_OFFERED
        | Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT => Sequel::RoutedAnew,
        Disposition::TASK_TRANSFER => Sequel::Nothing,
        // Every end that is no resubmission is told as handled (task-routing 1.6).
        _ => Sequel::Handled,
    }
}

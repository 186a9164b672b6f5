//! An MR PG under test, and what it says.

use cce_bench::Bench;
use cce_kernel::{
    Address, CloseReason, Configured, Fact, HostClock, Input, LinkId, LinkReason, Output, Port,
};
use cce_model::{
    DialogueId, DialogueState, EccVariable, MrdId, PeripheralId, RoutingClientId, SkillTarget, TaskId,
    sample::SampleRows,
};
use cce_mr::{
    ICM, Icm, MR, Mr,
    icm::{self, Connect, NewCall},
    mr::{NewTask, OpenConf},
};
use cce_mrpg::{Config, MrPg, PimConfig};
use cce_wire::{Bytes, Text, parse_hex};
use std::time::Duration;

/// The vector of mr-interface 10.
pub(crate) const NEW_TASK: &str = "
000000c1 00000009 00000004 00000001 ffffffff ffffffff ffffffff ffffffff ffffffff 00000000 00000000 630c4375
6d756c75 73546173 6b006425 61653933 66356164 2d343532 642d3463 35322d38 3035372d 38643233 38363461 38613861
00652135 41413739 37383731 30303030 31384430 30303030 30343133 39454437 41443500 0d105363 6f747420 4d63546f
6d696e61 79000e18 5265706f 7274204c 6f737420 43726564 69742043 61726400 0f0a3132 33343536 37383900 100b7573
65724065 6d61696c 00";

/// The vector of mr-interface 10.
pub(crate) const DO_THIS_WITH_TASK: &str = "
0000007f 0000000c 00000004 00000001 00025b9e 02355e18 00000001 0000144f ffffffff 00001434 66053531 37320067
01006401 00650100 0d105363 6f747420 4d63546f 6d696e61 79000e18 5265706f 7274204c 6f737420 43726564 69742043
61726400 0f0a3132 33343536 37383900 100b7573 65724065 6d61696c 00680400 00139369 020001";

/// An MR PG and its two links.
pub(crate) struct Lab {
    bench: Bench<MrPg>,
    started: Vec<Output>,
    router: LinkId,
    pub(crate) application: LinkId,
}

/// What the MR PG did with one input.
#[derive(Debug)]
pub(crate) struct Said(pub(crate) Vec<Output>);

impl Lab {
    /// An MR PG that has begun.
    pub(crate) fn started() -> Self {
        Self::with(vec![pim(5001, vec![Address::Lab])])
    }

    /// The same with other PIMs.
    pub(crate) fn with(pims: Vec<PimConfig>) -> Self {
        Self::beating(pims, 5)
    }

    /// The same with that many seconds between heartbeats.
    pub(crate) fn beating(pims: Vec<PimConfig>, heartbeat: u64) -> Self {
        let (redial, heartbeat) = (Duration::from_secs(1), Duration::from_secs(heartbeat));
        let pg = MrPg::new(rows().model(), Config { pims, redial, heartbeat });
        let mut lab = Self {
            bench: Bench::new("mrpg", HostClock::default(), pg),
            started: Vec::new(),
            router: LinkId { port: Port::IcmMr, number: 1 },
            application: LinkId { port: Port::Mr, number: 2 },
        };
        lab.started = lab.bench.start();
        lab
    }

    /// Both links are open.
    pub(crate) fn open() -> Self {
        let mut lab = Self::started();
        lab.connect_application();
        lab.application_says(OpenConf::default());
        lab.open_router();
        lab
    }

    /// A task has been asked for.
    pub(crate) fn with_task() -> Self {
        let mut lab = Self::open();
        lab.application_bytes(NEW_TASK);
        lab
    }

    /// A connection of the second PIM, open.
    pub(crate) fn open_second(&mut self) -> LinkId {
        let link = LinkId { port: Port::Mr, number: 3 };
        self.bench.connect(link);
        self.frame(link, Mr::from(OpenConf::default()).to_frame(&MR));
        link
    }

    /// How often something was about what was over, by its name.
    pub(crate) fn over_meanwhile(&self, what: &str) -> u64 {
        self.bench.over_meanwhile(what)
    }

    pub(crate) fn says_on(&mut self, link: LinkId, message: impl Into<Mr>) -> Said {
        self.frame(link, message.into().to_frame(&MR))
    }

    pub(crate) fn dialled(&self) -> Vec<String> {
        let dialled = |output: &Output| {
            let Output::Dial { link, .. } = output else { return None };
            Some(link.to_string())
        };
        self.started.iter().filter_map(dialled).collect()
    }

    pub(crate) fn connect_application(&mut self) -> Said {
        Said(self.bench.connect(self.application))
    }

    /// The application is dialled again, and opens its session.
    pub(crate) fn reopen_application(&mut self) {
        self.application = self.pass(1).dial();
        self.connect_application();
        self.application_says(OpenConf::default());
    }

    pub(crate) fn open_router(&mut self) -> Said {
        self.bench.connect(self.router);
        self.router_says(icm::OpenConf::default())
    }

    /// The router is dialled again, and opens its session.
    pub(crate) fn reopen_router(&mut self) -> Said {
        self.router = self.pass(1).dial();
        self.open_router()
    }

    pub(crate) fn lose_router(&mut self) -> Said {
        self.input(Input::LinkDown { link: self.router, reason: LinkReason::Reset })
    }

    pub(crate) fn lose_application(&mut self) -> Said {
        self.input(Input::LinkDown { link: self.application, reason: LinkReason::Reset })
    }

    pub(crate) fn application_says(&mut self, message: impl Into<Mr>) -> Said {
        self.frame(self.application, message.into().to_frame(&MR))
    }

    pub(crate) fn application_bytes(&mut self, hex: &str) -> Said {
        self.frame(self.application, parse_hex(hex).unwrap().into())
    }

    pub(crate) fn router_says(&mut self, message: impl Into<Icm>) -> Said {
        self.frame(self.router, message.into().to_frame(&ICM))
    }

    /// Some seconds pass.
    pub(crate) fn pass(&mut self, seconds: u64) -> Said {
        Said(self.bench.advance(Duration::from_secs(seconds)))
    }

    pub(crate) fn input(&mut self, input: Input) -> Said {
        Said(self.bench.input(input))
    }

    fn frame(&mut self, link: LinkId, bytes: Bytes) -> Said {
        self.input(Input::Frame { link, bytes: bytes.into() })
    }
}

impl Said {
    /// The messages, each with the fields that matter here.
    pub(crate) fn names(&self) -> Vec<String> {
        self.sent().into_iter().map(|(link, bytes)| name(link, &bytes)).collect()
    }

    pub(crate) fn new_call(&self) -> NewCall {
        let frames = self.sent();
        let (_, bytes) = frames.first().expect("a message to the router");
        let Ok(Icm::NewCall(call)) = Icm::read(&ICM, bytes) else { panic!("no NEW_CALL in {self:?}") };
        call
    }

    /// The first message to the application.
    pub(crate) fn to_application(&self) -> Mr {
        let frame = self.sent().into_iter().find(|(link, _)| link.port == Port::Mr);
        Mr::read(&MR, &frame.expect("a message to the application").1).unwrap()
    }

    /// Every message to the application.
    pub(crate) fn messages_to_application(&self) -> Vec<Mr> {
        let sent = self.sent().into_iter().filter(|(link, _)| link.port == Port::Mr);
        sent.map(|(_, bytes)| Mr::read(&MR, &bytes).unwrap()).collect()
    }

    /// Every message to the router.
    pub(crate) fn messages_to_router(&self) -> Vec<Icm> {
        let sent = self.sent().into_iter().filter(|(link, _)| link.port == Port::IcmMr);
        sent.map(|(_, bytes)| Icm::read(&ICM, &bytes).unwrap()).collect()
    }

    /// What is told of dialogues: number, contact and task.
    pub(crate) fn dialogues(&self) -> Vec<(DialogueId, String, Option<TaskId>)> {
        let told = |output: &Output| {
            let Output::Note(Fact::Dialogue { dialogue, contact, task, .. }) = output else { return None };
            Some((*dialogue, contact.to_string(), *task))
        };
        self.0.iter().filter_map(told).collect()
    }

    /// What is told of variables: contact, name, length and loss.
    pub(crate) fn variables_lost(&self) -> Vec<String> {
        let told = |output: &Output| {
            let Output::Note(Fact::Ecc { contact, variable, length, loss }) = output else { return None };
            Some(format!("{contact} {variable} {length} {loss:?}"))
        };
        self.0.iter().filter_map(told).collect()
    }

    pub(crate) fn bytes_to_application(&self) -> String {
        let frames = self.sent().into_iter().filter(|(link, _)| link.port == Port::Mr);
        frames.flat_map(|(_, bytes)| bytes.to_vec()).map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn states(&self) -> Vec<(Option<DialogueState>, DialogueState)> {
        let state = |output: &Output| {
            let Output::Note(Fact::Dialogue { from, to, .. }) = output else { return None };
            Some((*from, *to))
        };
        self.0.iter().filter_map(state).collect()
    }

    pub(crate) fn closed(&self) -> Vec<CloseReason> {
        let closed = |output: &Output| {
            let Output::Close { reason, .. } = output else { return None };
            Some(reason.clone())
        };
        self.0.iter().filter_map(closed).collect()
    }

    pub(crate) fn arms(&self, timer: &str) -> bool {
        self.0.iter().any(|output| matches!(output, Output::Arm { key, .. } if key.name == timer))
    }

    /// The connection that it dials.
    fn dial(&self) -> LinkId {
        let dialled = self.0.iter().find_map(|output| {
            let Output::Dial { link, .. } = output else { return None };
            Some(*link)
        });
        dialled.expect("the MR PG dials")
    }

    /// Whom it dials.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        let address = |output: &Output| {
            let Output::Dial { address, .. } = output else { return None };
            Some(address.clone())
        };
        self.0.iter().filter_map(address).collect()
    }

    /// The connections on which it says something.
    pub(crate) fn links(&self) -> Vec<LinkId> {
        self.sent().into_iter().map(|(link, _)| link).collect()
    }

    fn sent(&self) -> Vec<(LinkId, Bytes)> {
        let sent = |output: &Output| {
            let Output::Send { link, bytes } = output else { return None };
            Some((*link, bytes.0.clone()))
        };
        self.0.iter().filter_map(sent).collect()
    }
}

fn name(link: LinkId, bytes: &Bytes) -> String {
    if link.port == Port::IcmMr {
        let message = Icm::read(&ICM, bytes).unwrap();
        return match &message {
            Icm::Release(m) => format!("RELEASE did={}", m.did),
            _ => message.name().to_owned(),
        };
    }
    let message = Mr::read(&MR, bytes).unwrap();
    match &message {
        Mr::RoutingStatusEvent(m) => format!("ROUTING_STATUS_EVENT enabled={}", m.routing_enabled),
        Mr::TaskQueuedEvent(m) => {
            format!("TASK_QUEUED_EVENT seq={} wait={}", m.send_seq_no, m.estimated_wait_time)
        }
        Mr::NewTaskFailureEvent(m) => {
            format!("NEW_TASK_FAILURE_EVENT seq={} reason={}", m.send_seq_no, m.reason_code)
        }
        Mr::DoThisWithTask(m) => format!("DO_THIS_WITH_TASK seq={}", m.send_seq_no),
        Mr::CancelTaskConf(m) => format!("CANCEL_TASK_CONF seq={} result={}", m.send_seq_no, m.result),
        Mr::TerminateDialogueEvent(m) => format!("TERMINATE_DIALOGUE_EVENT cause={}", m.cause),
        Mr::FailureEvent(m) => format!("FAILURE_EVENT status={}", m.status),
        _ => message.name().to_owned(),
    }
}

/// The lab trace's objects, with some variables.
fn rows() -> SampleRows {
    let ecc_variables = vec![
        EccVariable { name: "user.order.id".to_owned(), length: 10, elements: None },
        EccVariable { name: "user.notes".to_owned(), length: 210, elements: None },
        EccVariable { name: "user.products".to_owned(), length: 20, elements: Some(5) },
    ];
    SampleRows { ecc_variables, ..SampleRows::lab_trace() }
}

/// A PIM with the routing client that goes with its peripheral.
pub(crate) fn pim(peripheral: u32, applications: Vec<Address>) -> PimConfig {
    PimConfig {
        peripheral: PeripheralId(peripheral),
        routing_client: RoutingClientId(peripheral + 3),
        applications,
        redial: Duration::from_secs(1),
        application_host: "sm1.dcloud.cisco.com".into(),
    }
}

/// The lab's task.
pub(crate) fn new_task() -> NewTask {
    let Ok(Mr::NewTask(task)) = Mr::read(&MR, &parse_hex(NEW_TASK).unwrap().into()) else { panic!() };
    task
}

/// The lab's answer to it.
pub(crate) fn connect() -> Connect {
    let NewTask { call_variable1, call_variable2, call_variable3, call_variable4, .. } = new_task();
    let task = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };
    Connect {
        rcid: RoutingClientId(5004),
        pid: PeripheralId(5001),
        did: DialogueId(4),
        rtr_date: task.day,
        rtr_cid: task.call,
        sgstid: SkillTarget(5199),
        pqid: 5034,
        svc_stid: SkillTarget::NONE,
        agstid: SkillTarget(5172),
        ag_info: Some(Text::new("5172")),
        mrd_id: MrdId(5011),
        interruptible: true,
        call_variable1,
        call_variable2,
        call_variable3,
        call_variable4,
        ..Connect::default()
    }
}

//! A client of one device hears of the tasks of its own agent (cti-server-protocol 4.5).

use crate::{
    lab::Journal,
    material::{AGENT, END, MRD, SECOND, change, event, report, told, withdrawn},
    toys::simple,
};
use cce_check::Judgement;
use cce_cti::{Cti, OpenReq, StartTaskEvent, StartTaskInd, dialect, services};
use cce_journal::What;
use cce_kernel::{Input, LinkId, Output, Peer, Port};
use cce_model::{InvokeId, MrdId, SessionId, SkillTarget, TaskEventKind, TaskState, fact::AgentPgFact};
use cce_wire::Text;

const LINK: LinkId = LinkId { port: Port::CtiA, number: 99 };

fn bytes(message: impl Into<Cti>) -> cce_kernel::Blob {
    message.into().to_frame(&dialect(24)).into()
}

fn said(message: impl Into<Cti>) -> What {
    What::In(Input::Frame { link: LINK, bytes: bytes(message) })
}

/// A client of the device of that extension starts a task, whose event the CTI server passes on, and sends to the client or does
/// not.
fn started(extension: &str, is_sent: bool) -> Journal {
    let journal = simple();
    let (event, report) = (event(&journal, TaskEventKind::Start), report(&journal));
    let (task_id, mrd_id, icm_agent_id) = (SECOND, MrdId(MRD), SkillTarget(AGENT));
    let agent_extension = Some(Text::new(extension));
    let open = OpenReq { version_number: 24, agent_extension, ..OpenReq::default() };
    let start =
        StartTaskInd { invoke_id: InvokeId(2), task_id, mrd_id, icm_agent_id, ..StartTaskInd::default() };
    let opened = AgentPgFact::SessionOpened {
        session: SessionId(99),
        link: LINK,
        version: 24,
        services: services::CLIENT_EVENTS | services::AGENT_REPORTING,
        signature: String::new(),
    };
    let began = |from, to| change(SECOND, AGENT, MRD, from, to, None);
    let mut journal = journal
        .and("agentpg", What::In(Input::LinkUp { link: LINK, peer: Peer::default() }))
        .and("agentpg", said(open))
        .then("agentpg", opened.into())
        .then("agentpg", began(None, TaskState::PreCall))
        .and("agentpg", said(start))
        .then("agentpg", began(Some(TaskState::PreCall), TaskState::Active))
        .then("agentpg", told(&event))
        .then("agentpg", report)
        .then("agentpg", AgentPgFact::TaskEventTraced(Box::new(event)).into());
    if is_sent {
        let event = StartTaskEvent { task_id, mrd_id, icm_agent_id, ..StartTaskEvent::default() };
        journal = journal.and("agentpg", What::Out(Output::Send { link: LINK, bytes: bytes(event) }));
    }
    journal
        .then("agentpg", change(SECOND, AGENT, MRD, Some(TaskState::Active), TaskState::Ended, Some(END)))
        .then("agentpg", withdrawn(SECOND))
}

#[test]
fn the_event_of_an_agents_task_reaches_the_client_of_its_device() {
    for (extension, is_sent, expected) in
        [("1081", true, &[][..]), ("1081", false, &[Judgement::IndicationAnswered]), ("1080", false, &[])]
    {
        let breaches = started(extension, is_sent).breaches();
        let found: Vec<Judgement> = breaches.iter().map(|breach| breach.judgement).collect();
        assert_eq!(found, expected, "{extension} {is_sent}: {breaches:?}");
    }
}

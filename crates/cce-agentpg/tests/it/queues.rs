//! An agent with several queues in one domain: each has its state and its events (task-routing 1.4).

use crate::{
    lab::{AGENT, Lab, MRD, TASK, login, open_req, ready, reservation, task},
    work::{end, start},
};
use cce_cti::{
    AgentStateEvent, Cti, DesktopConnectedInd, MakeAgentNotReadyReq, OpenReq, QueryAgentStateReq,
    QuerySkillGroupStatisticsReq, agent_state_mask,
};
use cce_kernel::Port;
use cce_model::{
    AgentState, MrdId, PrecisionQueueId, SkillGroupNumber, SkillTarget,
    sample::{QueueRow, SampleRows},
};
use cce_mr::icm::DeviceTargetPreCallInd;
use cce_wire::{Code, Unsigned};

/// The queue of the lab's reservations, and another one.
const FIRST: Unsigned<SkillTarget> = Unsigned(SkillTarget(5199));
const SECOND: Unsigned<SkillTarget> = Unsigned(SkillTarget(5200));

#[test]
fn every_queue_has_an_event_at_sign_in() {
    let mut lab = Lab::with_objects(two_queues());
    let said = lab.finesse_says(login(MRD));
    assert_eq!(shown(&said.to(lab.finesse)), [(FIRST, AgentState::Login), (SECOND, AgentState::Login)]);
}

/// TR-062, TR-067.
#[test]
fn a_queue_without_the_agents_tasks_is_busy_other() {
    let mut lab = signed_in();
    let reserved = lab.router_says(by_second(1));
    let events = reserved.to(lab.finesse);
    assert_eq!(shown(&events), [(FIRST, AgentState::BusyOther), (SECOND, AgentState::Reserved)]);
    assert!(states(&events).iter().all(|event| event.agent_state == AgentState::Reserved));
    let begun = lab.finesse_says(start(task(1)));
    assert_eq!(shown(&begun.to(lab.finesse)), [(FIRST, AgentState::BusyOther), (SECOND, AgentState::Active)]);
    let both = lab.reserve(TASK);
    assert_eq!(shown(&both.to(lab.finesse)), [(FIRST, AgentState::Reserved), (SECOND, AgentState::Active)]);
}

/// A session hears of an agent whose state in the domain or in the queue is in its mask.
#[test]
fn a_mask_of_states_counts_for_the_state_in_the_queue_too() {
    let mut lab = signed_in();
    let busy_other = OpenReq { agent_state_mask: agent_state_mask::BUSY_OTHER, ..open_req() };
    let link = lab.session(Port::CtiA, busy_other);
    let reserved = lab.router_says(by_second(1));
    assert_eq!(shown(&reserved.to(link)), [(FIRST, AgentState::BusyOther)]);
}

#[test]
fn who_asks_for_an_agents_state_sees_each_queue() {
    let mut lab = signed_in();
    lab.router_says(by_second(1));
    let query = QueryAgentStateReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let said = lab.finesse_says(query);
    let [Cti::QueryAgentStateConf(conf)] = &said.to(lab.finesse)[..] else { panic!("{said:?}") };
    let states: Vec<_> = conf.skill_groups.iter().map(|group| (group.id, group.state)).collect();
    let state = |state: AgentState| Some(Code::from(state));
    let expected = [(Some(FIRST), state(AgentState::BusyOther)), (Some(SECOND), state(AgentState::Reserved))];
    assert_eq!(states, expected);
}

#[test]
fn a_new_session_hears_of_each_queue_of_an_agent_without_a_client() {
    let mut lab = signed_in();
    lab.lose(lab.finesse);
    let link = lab.connect(cce_kernel::Port::CtiA);
    let told = lab.says(link, crate::lab::open_req()).to(link);
    let queues: Vec<_> = states(&told).iter().map(|event| event.skill_group_id).collect();
    assert_eq!(queues, [FIRST, SECOND]);
}

#[test]
fn a_queue_is_free_again_with_the_last_task() {
    let mut lab = signed_in();
    lab.router_says(by_second(1));
    lab.finesse_says(start(task(1)));
    let ended = lab.finesse_says(end(task(1)));
    assert_eq!(
        shown(&ended.to(lab.finesse)),
        [(FIRST, AgentState::NotActive), (SECOND, AgentState::NotActive)]
    );
    assert_eq!(
        ended.names(lab.finesse),
        ["AGENT_STATE_EVENT", "AGENT_STATE_EVENT", "END_TASK_EVENT"],
        "the task's event stands behind the agent's"
    );
}

#[test]
fn not_ready_holds_for_every_queue() {
    let mut lab = signed_in();
    lab.router_says(by_second(1));
    lab.finesse_says(start(task(1)));
    let not_ready = MakeAgentNotReadyReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let said = lab.finesse_says(not_ready);
    assert_eq!(shown(&said.to(lab.finesse)), [(FIRST, AgentState::NotReady), (SECOND, AgentState::NotReady)]);
}

#[test]
fn an_agent_counts_in_the_statistics_of_each_queue() {
    let mut lab = signed_in();
    lab.router_says(by_second(1));
    let mut counted = |skill_group_number| {
        let asked = QuerySkillGroupStatisticsReq { skill_group_number, ..Default::default() };
        let said = lab.finesse_says(asked);
        let [Cti::QuerySkillGroupStatisticsConf(conf)] = &said.to(lab.finesse)[..] else {
            panic!("{said:?}")
        };
        (conf.agents_logged_on, conf.agents_reserved, conf.agents_busy_other)
    };
    assert_eq!((counted(SkillGroupNumber(12_282_837)), counted(SkillGroupNumber(7))), ((1, 0, 1), (1, 1, 0)));
}

fn signed_in() -> Lab {
    let mut lab = Lab::with_objects(two_queues());
    lab.finesse_says(login(MRD));
    lab.finesse_says(ready(MRD));
    lab
}

/// The queues of one domain need not stand together.
#[test]
fn a_desktop_that_is_back_hears_of_each_domain_once() {
    let mut rows = two_queues();
    rows.queues.push(QueueRow {
        id: PrecisionQueueId(5037),
        name: "Other".to_owned(),
        skill_group: SkillTarget(5201),
        number: SkillGroupNumber(8),
        mrd: MrdId(5012),
        ..rows.queues[0].clone()
    });
    rows.queues.swap(1, 3);
    let mut lab = Lab::with_objects(rows);
    let told = lab.finesse_says(DesktopConnectedInd { icm_agent_id: AGENT, ..Default::default() });
    let domains: Vec<MrdId> = told
        .to(lab.finesse)
        .iter()
        .filter_map(|message| match message {
            Cti::AgentTasksEvent(event) => Some(event.mrd_id),
            _ => None,
        })
        .collect();
    assert_eq!(domains, [MRD, MrdId(5012)]);
}

fn two_queues() -> SampleRows {
    let mut rows = SampleRows::lab_trace();
    let (name, skill_group) = ("Second".to_owned(), SkillTarget(5200));
    rows.queues.push(QueueRow {
        id: PrecisionQueueId(5036),
        name,
        skill_group,
        number: SkillGroupNumber(7),
        ..rows.queues[0].clone()
    });
    rows
}

fn by_second(number: i32) -> DeviceTargetPreCallInd {
    DeviceTargetPreCallInd { sgstid: SkillTarget(5200), ..reservation(task(number), MRD) }
}

fn states(messages: &[Cti]) -> Vec<&AgentStateEvent> {
    messages
        .iter()
        .filter_map(|message| if let Cti::AgentStateEvent(event) = message { Some(event) } else { None })
        .collect()
}

/// Queue and state in it, of each agent's event.
fn shown(messages: &[Cti]) -> Vec<(Unsigned<SkillTarget>, AgentState)> {
    let of = |event: &&AgentStateEvent| (event.skill_group_id, event.skill_group_state.or_unknown());
    states(messages).iter().map(of).collect()
}

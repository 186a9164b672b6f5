//! A client that is back: what it tells, what it asks, and what it hears that it may have missed (cti-server-protocol 12;
//! task-routing E17, E19).

use crate::{
    application::answered,
    lab::{AGENT, CHAT, Lab, MRD, TASK, login, open_req, task},
    work::{end, offer, start},
};
use cce_cti::AgentMode;
use cce_cti::*;
use cce_kernel::{Command, Input, LinkId, Port};
use cce_model::{AgentState, Disposition, InvokeId, SkillTarget, TaskState};
use cce_wire::{Code, List, Text, Unsigned};

#[test]
fn reservations_that_nobody_accepted_can_be_had_again() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.reserve(task(1));
    lab.finesse_says(offer(TASK));
    let said = lab.finesse_says(GetPrecallMessagesReq { mrd_id: MRD, ..Default::default() });
    assert_eq!(said.names(lab.finesse), ["GET_PRECALL_MESSAGES_RESP", "AGENT_PRE_CALL_EVENT"]);
    let Cti::AgentPreCallEvent(event) = &said.to(lab.finesse)[1] else { panic!("{said:?}") };
    assert_eq!(event.router_call_key_call_id, Some(Unsigned(task(1).call)));
}

#[test]
fn a_desktop_that_is_back_hears_of_every_task() {
    let mut lab = Lab::working();
    let back = DesktopConnectedInd { icm_agent_id: AGENT, ..Default::default() };
    let names = lab.finesse_says(back).names(lab.finesse);
    let one =
        ["AGENT_TASKS_REQUEST_EVENT", "AGENT_TASKS_EVENT", "SNAPSHOT_TASK_EVENT", "AGENT_TASKS_END_EVENT"];
    let none = ["AGENT_TASKS_REQUEST_EVENT", "AGENT_TASKS_EVENT", "AGENT_TASKS_END_EVENT"];
    assert_eq!(names, [one.as_slice(), &none].concat());
    let nobody = DesktopConnectedInd { icm_agent_id: SkillTarget(99), ..Default::default() };
    assert_eq!(lab.finesse_says(nobody).status(lab.finesse), 2);
}

/// The flag has its one tag in this message (cti-server-protocol 14: 288).
#[test]
fn a_list_of_tasks_says_ahead_of_it_whether_a_desktop_is_connected() {
    let requests = |told: Vec<Cti>| -> Vec<_> {
        let of = |message| match message {
            Cti::AgentTasksRequestEvent(m) => Some((m.mrd_id, m.icm_agent_id, m.desktop_connected_flag)),
            _ => None,
        };
        told.into_iter().filter_map(of).collect()
    };
    let mut lab = Lab::working();
    let back = DesktopConnectedInd {
        icm_agent_id: AGENT,
        agent_mrd_id: Some(List(vec![Unsigned(MRD)])),
        ..Default::default()
    };
    let told = lab.finesse_says(back).to(lab.finesse);
    assert_eq!(requests(told), [(MRD, AGENT, Some(true))]);
    lab.lose(lab.finesse);
    let link = lab.connect(Port::CtiA);
    assert_eq!(requests(lab.says(link, open_req()).to(link)), [(MRD, AGENT, Some(false))]);
}

#[test]
fn a_client_that_is_back_keeps_its_agent_s_tasks() {
    let mut lab = Lab::working();
    let old = lab.finesse;
    lab.lose(old);
    let client = lab.session(Port::CtiA, open_req());
    let begin = BeginAgentInitInd { application_path_id: 5, ..Default::default() };
    assert_eq!(lab.says(client, begin).names(client), ["AGENT_INIT_READY_EVENT"]);
    let agent = AgentInitReq {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        agent_mode: AgentMode::ROUTABLE,
        agent_state: AgentState::Active.into(),
        max_task_limit: 3,
        ..Default::default()
    };
    assert_eq!(lab.says(client, agent).names(client), ["AGENT_INIT_RESP", "AGENT_STATE_EVENT"]);
    let known = TaskInitReq {
        mrd_id: MRD,
        icm_agent_id: AGENT,
        task_id: TASK,
        task_state: TaskState::Paused.into(),
        ..Default::default()
    };
    assert_eq!(lab.says(client, known).names(client), ["TASK_INIT_RESP", "AGENT_STATE_EVENT"]);
    assert_eq!(lab.says(client, EndAgentInitInd::default()).to(client), []);
    assert_eq!(lab.says(client, end(TASK)).reported_tasks(), [(TASK, 7, 38)]);
}

#[test]
fn what_a_client_that_is_back_does_not_speak_of_ends_with_51() {
    let mut lab = Lab::working();
    lab.reserve(task(1));
    lab.finesse_says(start(task(1)));
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    lab.finesse_says(GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    let told = TaskInitInd { task_state: TaskState::Active.into(), task_id: TASK, ..init_of(AGENT) };
    assert_eq!(lab.finesse_says(told).names(lab.finesse), [] as [&str; 0]);
    let said = lab.finesse_says(EndAgentInitInd::default());
    assert_eq!(said.reported_tasks(), [(task(1), 7, 51)]);
    assert_eq!(said.names(lab.finesse), ["AGENT_STATE_EVENT", "END_TASK_EVENT"]);
}

#[test]
fn who_works_on_a_task_speaks_of_it() {
    let mut lab = Lab::working();
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    lab.finesse_says(login(MRD));
    lab.finesse_says(PauseTaskInd { mrd_id: MRD, icm_agent_id: AGENT, task_id: TASK, ..Default::default() });
    assert_eq!(lab.finesse_says(EndAgentInitInd::default()).reported_tasks(), []);
}

#[test]
fn nothing_ends_by_an_initialisation_that_is_not_about_it() {
    let mut lab = Lab::working();
    let other = lab.session(Port::CtiA, open_req());
    assert_eq!(lab.says(other, EndAgentInitInd::default()).reported_tasks(), []);
    lab.lose(lab.finesse);
    assert_eq!(lab.says(other, EndAgentInitInd::default()).reported_tasks(), []);
}

#[test]
fn a_client_that_missed_an_end_hears_it_again_ahead_of_the_snapshot() {
    let mut lab = Lab::working();
    lab.finesse_says(end(TASK));
    lab.lose(lab.finesse);
    lab.finesse = lab.session(Port::CtiA, open_req());
    let request =
        SnapshotTaskReq { invoke_id: InvokeId(9), mrd_id: MRD, task_id: TASK, ..Default::default() };
    let said = lab.finesse_says(request);
    let [Cti::SnapshotTaskEvent(seen), Cti::EndTaskEvent(end), Cti::SnapshotTaskResp(answer)] =
        &said.to(lab.finesse)[..]
    else {
        panic!("{said:?}")
    };
    assert_eq!((seen.task_id, seen.task_state), (TASK, TaskState::Ended.into()));
    assert_eq!((end.task_id, end.icm_disposition), (TASK, Disposition::NORMAL_END_TASK));
    assert_eq!(
        (answer.invoke_id, answer.status, answer.task_state),
        (InvokeId(9), ArmStatus::SUCCESS, TaskState::Ended.into())
    );
}

#[test]
fn a_client_that_missed_a_withdrawal_hears_it_again() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.abort(TASK);
    let request = SnapshotTaskReq { mrd_id: MRD, task_id: TASK, ..Default::default() };
    let names = lab.finesse_says(request).names(lab.finesse);
    assert_eq!(names, ["AGENT_PRE_CALL_ABORT_EVENT", "SNAPSHOT_TASK_RESP"]);
}

#[test]
fn a_new_session_hears_of_agents_without_a_client_and_of_their_tasks() {
    let mut lab = Lab::working();
    lab.lose(lab.finesse);
    let link = lab.connect(Port::CtiA);
    let names = lab.says(link, open_req()).names(link);
    let expected = [
        "AGENT_STATE_EVENT",
        "AGENT_TASKS_REQUEST_EVENT",
        "AGENT_TASKS_EVENT",
        "SNAPSHOT_TASK_EVENT",
        "AGENT_TASKS_END_EVENT",
    ];
    assert_eq!(names[names.len() - 5..], expected);
}

/// The client that comes next may be one that knows nothing of the task: it hears of its context first.
#[test]
fn an_end_that_nobody_heard_is_told_to_the_next_session_once() {
    for (reserve_only, seconds, disposition) in [(true, 30, 36), (false, 1_200, 42)] {
        let mut lab = Lab::ready();
        lab.reserve(TASK);
        if !reserve_only {
            lab.finesse_says(start(TASK));
        }
        lab.lose(lab.finesse);
        lab.pass(seconds);
        let link = lab.connect(Port::CtiA);
        let told = lab.says(link, open_req()).to(link);
        let [.., Cti::SnapshotTaskEvent(seen), Cti::EndTaskEvent(end)] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!((seen.task_id, seen.task_state), (TASK, TaskState::Ended.into()));
        assert_eq!(seen.application_string2, Some(Text::new("5AA797871000018D0000004139ED7AD5")));
        assert_eq!((end.task_id, end.icm_disposition), (TASK, Disposition(disposition)));
        lab.lose(link);
        let link = lab.connect(Port::CtiA);
        let again = lab.says(link, open_req()).names(link);
        assert!(!again.contains(&"END_TASK_EVENT"), "{again:?}");
    }
}

#[test]
fn an_end_that_nobody_heard_waits_for_a_session_that_may_speak_for_the_agent() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.lose(lab.finesse);
    lab.pass(30);
    let link = lab.connect(Port::CtiA);
    let open = OpenReq { services_requested: services::ALL_EVENTS, ..open_req() };
    assert!(!lab.says(link, open).names(link).contains(&"END_TASK_EVENT"));
    let link = lab.connect(Port::CtiA);
    assert!(lab.says(link, open_req()).names(link).contains(&"END_TASK_EVENT"));
}

#[test]
fn an_end_that_nobody_heard_is_told_by_the_side_that_becomes_active() {
    let mut lab = Lab::ready();
    let standby = lab.session(Port::CtiB, open_req());
    lab.reserve(TASK);
    lab.lose(lab.finesse);
    assert_eq!(lab.pass(30).names(standby), [] as [&str; 0]);
    let set = Command::Set { setting: "cti.active".to_owned(), value: "b".to_owned() };
    let names = lab.input(Input::Command(set)).names(standby);
    assert_eq!(names, ["STANDBY_ACTIVE_EVENT_MSG", "SNAPSHOT_TASK_EVENT", "END_TASK_EVENT"]);
}

#[test]
fn an_end_that_its_client_heard_is_not_told_again() {
    let mut lab = Lab::working();
    lab.finesse_says(end(TASK));
    lab.lose(lab.finesse);
    let link = lab.connect(Port::CtiA);
    assert!(!lab.says(link, open_req()).names(link).contains(&"END_TASK_EVENT"));
}

/// An offer that came and rang out in a link that was given up soon behind it.
fn rung_out() -> Lab {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    lab.pass(30);
    lab
}

/// A client that is back tells anew what its agents do, and asks for an agent's tasks.
fn asked_during_init(lab: &mut Lab, link: LinkId, agent: SkillTarget) -> Vec<&'static str> {
    lab.says(link, BeginAgentInitInd::default());
    lab.says(link, GetAgentTasksReq { mrd_id: MRD, icm_agent_id: agent, ..Default::default() }).names(link)
}

#[test]
fn a_client_that_is_back_hears_first_of_the_ends_that_the_link_may_have_lost() {
    let mut lab = rung_out();
    lab.lose(lab.finesse);
    let back = lab.session(Port::CtiA, open_req());
    let names = asked_during_init(&mut lab, back, AGENT);
    let expected = ["SNAPSHOT_TASK_EVENT", "END_TASK_EVENT", "AGENT_STATE_EVENT", "AGENT_TASKS_RESP"];
    assert_eq!(names, expected);
    assert_eq!(asked_during_init(&mut lab, back, AGENT), ["AGENT_TASKS_RESP"], "it is told once");
}

/// Nobody spoke for the agent then, though the client's next session was there.
#[test]
fn a_client_that_is_back_hears_of_an_end_behind_the_beginning_of_its_session() {
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    let back = lab.session(Port::CtiA, open_req());
    lab.lose(lab.finesse);
    lab.pass(30);
    let names = asked_during_init(&mut lab, back, AGENT);
    assert_eq!(names[..2], ["SNAPSHOT_TASK_EVENT", "END_TASK_EVENT"]);
}

/// The link may be given up by the client, and its end reach the server behind the next session.
#[test]
fn a_client_that_is_back_ahead_of_the_end_of_its_old_session_hears_of_these_ends() {
    let mut lab = rung_out();
    let back = lab.session(Port::CtiA, open_req());
    assert!(asked_during_init(&mut lab, back, AGENT).contains(&"END_TASK_EVENT"));
}

/// The agent signed out with the task, and neither end nor sign-out arrived.
#[test]
fn a_client_that_is_back_hears_of_such_an_end_of_an_agent_who_is_signed_out() {
    let mut lab = Lab::working();
    lab.finesse_says(MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    lab.lose(lab.finesse);
    let back = lab.session(Port::CtiA, open_req());
    let names = asked_during_init(&mut lab, back, AGENT);
    assert_eq!(names, ["SNAPSHOT_TASK_EVENT", "END_TASK_EVENT", "AGENT_TASKS_RESP"]);
}

#[test]
fn an_end_that_was_sent_long_before_its_client_spoke_last_has_arrived() {
    for (seconds, is_told) in [(30, true), (31, false)] {
        let mut lab = rung_out();
        lab.pass(seconds);
        lab.finesse_says(HeartbeatReq::default());
        lab.lose(lab.finesse);
        let back = lab.session(Port::CtiA, open_req());
        let names = asked_during_init(&mut lab, back, AGENT);
        assert_eq!(names.contains(&"END_TASK_EVENT"), is_told, "{seconds}: {names:?}");
    }
}

#[test]
fn nobody_else_hears_of_an_end_that_the_link_may_have_lost() {
    let mut lab = rung_out();
    lab.lose(lab.finesse);
    let other = lab.session(Port::CtiA, open_req());
    let ask = GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() };
    let names = lab.says(other, ask.clone()).names(other);
    assert!(!names.contains(&"END_TASK_EVENT"), "its client has not begun an initialisation: {names:?}");
    lab.says(other, BeginAgentInitInd::default());
    let names = lab.says(other, GetAgentTasksReq { mrd_id: CHAT, ..ask }).names(other);
    assert!(!names.contains(&"END_TASK_EVENT"), "the task was of another domain: {names:?}");
}

#[test]
fn a_session_that_cannot_speak_for_agents_hears_nothing_of_them() {
    let mut lab = Lab::working();
    lab.lose(lab.finesse);
    let link = lab.connect(Port::CtiA);
    let open = OpenReq { services_requested: services::ALL_EVENTS, ..open_req() };
    assert_eq!(lab.says(link, open).names(link), ["OPEN_CONF", "SYSTEM_EVENT"]);
}

#[test]
fn a_task_that_ends_while_its_client_speaks_of_it_stays_ended() {
    type End = fn(&mut Lab) -> crate::lab::Said;
    let ends: [(&str, End); 4] = [
        ("rings out", |lab| lab.pass(30)),
        ("takes too long", |lab| {
            lab.abort(task(1));
            lab.pass(3600)
        }),
        ("is taken back", |lab| lab.abort(task(1))),
        ("ends as its client says", |lab| lab.finesse_says(end(TASK))),
    ];
    for (how, end) in ends {
        let mut lab = Lab::ready();
        lab.reserve(TASK);
        lab.finesse_says(start(TASK));
        lab.reserve(task(1));
        lab.lose(lab.finesse);
        lab.finesse = lab.session(Port::CtiA, open_req());
        lab.finesse_says(GetAgentTasksReq { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
        let [(ended, 7, _)] = end(&mut lab).reported_tasks()[..] else { panic!("nothing {how}") };
        for task_state in [0, 1, 2, 3, 4] {
            let said = lab.finesse_says(TaskInitReq {
                task_id: ended,
                task_state: Code::of_number(task_state),
                ..asked_of(AGENT)
            });
            assert_eq!((answered(&said, &lab), said.reported_tasks().len()), (18, 0), "{how}");
            let told = lab.finesse_says(TaskInitInd {
                task_id: ended,
                task_state: Code::of_number(task_state),
                ..init_of(AGENT)
            });
            assert_eq!(told.reported_tasks(), [], "{how}");
        }
    }
}

#[test]
fn a_task_that_ended_with_a_sign_out_is_not_brought_back_in_the_next_sign_in() {
    let mut lab = Lab::working();
    lab.finesse_says(MediaLogoutInd { mrd_id: MRD, icm_agent_id: AGENT, ..Default::default() });
    lab.sign_in(MRD);
    let said = lab.finesse_says(TaskInitReq {
        task_id: TASK,
        task_state: TaskState::Active.into(),
        ..asked_of(AGENT)
    });
    assert_eq!((answered(&said, &lab), said.reported_tasks().len()), (18, 0));
}

#[test]
fn a_task_of_which_the_agent_pg_never_heard_is_taken_from_its_client() {
    let mut lab = Lab::ready();
    let said = lab.finesse_says(TaskInitReq {
        task_id: TASK,
        task_state: TaskState::Active.into(),
        ..asked_of(AGENT)
    });
    assert_eq!((answered(&said, &lab), said.reported_tasks()), (0, vec![(TASK, 1, 0)]));
}

#[test]
fn the_timers_of_a_task_follow_the_state_that_its_client_tells() {
    let timers = |said: &crate::lab::Said| {
        ["start timeout", "task duration"].map(|name| (said.armed(name).is_some(), said.cancels_any(name)))
    };
    let (none, armed, cancelled) = ((false, false), (true, false), (false, true));
    let told = |task_id, task_state| TaskInitInd { task_id, task_state, ..init_of(AGENT) };
    for (task_state, expected) in
        [(0, [armed, none]), (4, [none, armed]), (1, [none, armed]), (3, [none, armed])]
    {
        assert_eq!(
            timers(&Lab::ready().finesse_says(told(TASK, Code::of_number(task_state)))),
            expected,
            "{task_state}"
        );
    }
    let mut lab = Lab::ready();
    lab.reserve(TASK);
    assert_eq!(timers(&lab.finesse_says(told(TASK, TaskState::Active.into()))), [cancelled, armed]);
    assert_eq!(timers(&lab.finesse_says(told(TASK, TaskState::WrapUp.into()))), [none, none]);
    assert_eq!(timers(&lab.finesse_says(told(TASK, TaskState::PreCall.into()))), [armed, cancelled]);
}

fn asked_of(icm_agent_id: SkillTarget) -> TaskInitReq {
    TaskInitReq { invoke_id: InvokeId(43), mrd_id: MRD, icm_agent_id, ..TaskInitReq::default() }
}

fn init_of(icm_agent_id: SkillTarget) -> TaskInitInd {
    TaskInitInd { mrd_id: MRD, icm_agent_id, ..TaskInitInd::default() }
}

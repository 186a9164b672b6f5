//! The MR link: sessions, heartbeats, and what a peer must not do.

use crate::lab::{DIALOGUE, Lab, TASK, config, failed, queued, routed};
use cce_kernel::{CloseReason, Command, Fact, FrameFlaw, Input, Output, Port, TimerKey};
use cce_model::{DialogueId, Disposition, InvokeId};
use cce_mr::{
    Mr,
    mr::{CloseReq, HeartbeatReq, OpenReq, RoutingStatusEvent, TerminateDialogueEvent},
};
use std::time::Duration;

/// Between two heartbeats of an MR PG.
const BEAT: Duration = Duration::from_secs(5);

#[test]
fn a_session_is_opened_and_confirmed() {
    let said = Lab::started(config()).open_session();
    let [Mr::OpenConf(conf)] = &said.sent()[..] else { panic!("no OPEN_CONF") };
    assert_eq!(conf.invoke_id, InvokeId(1));
}

#[test]
fn a_heartbeat_is_confirmed() {
    let said = Lab::open().says(HeartbeatReq { invoke_id: InvokeId(9), ..HeartbeatReq::default() });
    assert_eq!(said.names(), ["HEARTBEAT_CONF"]);
}

#[test]
fn a_peer_that_is_silent_for_three_beats_is_dropped() {
    let mut lab = Lab::queued();
    lab.mute();
    assert!(lab.wait(BEAT * 2).closed().is_empty());
    let said = lab.wait(BEAT);
    assert_eq!(said.closed(), [(lab.link, &CloseReason::HeartbeatLost)]);
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_connection_lost system"]);
}

#[test]
fn a_peer_that_never_opens_a_session_is_dropped_and_that_is_told() {
    let mut lab = Lab::open();
    let mute = lab.connect();
    assert!(lab.wait(BEAT * 2).closed().is_empty());
    let said = lab.wait(BEAT);
    assert_eq!(said.closed(), [(mute, &CloseReason::HeartbeatLost)]);
    assert_eq!(said.peer_errors(), ["none came in time"]);
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"], "the session of another peer lives on");
}

#[test]
fn any_message_shows_that_the_peer_is_there() {
    let mut lab = Lab::open();
    lab.mute();
    for _ in 0..4 {
        assert!(lab.wait(BEAT * 2).closed().is_empty());
        lab.says(HeartbeatReq::default());
    }
    assert!(lab.wait(BEAT).closed().is_empty());
}

#[test]
fn a_second_session_takes_the_place_of_the_first() {
    let mut lab = Lab::queued();
    let first = lab.link;
    let said = lab.open_session();
    assert_eq!(said.closed(), [(first, &CloseReason::Superseded)]);
    assert_eq!(said.changes(), ["queued>discarded/notification_cce_connection_lost system"]);
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
}

/// However a connection ends, its timer does not fire on what comes after it.
#[test]
fn the_beat_of_a_connection_ends_with_it() {
    let beat = |lab: &Lab| Output::Cancel { key: TimerKey::new("mr-beat", u64::from(lab.link.number)) };
    let mut lab = Lab::open();
    let expected = beat(&lab);
    assert!(lab.open_session().0.contains(&expected), "a second session takes its place");
    let ends: [fn(&mut Lab) -> crate::lab::Said; 3] =
        [Lab::lose_link, |lab| lab.says(CloseReq::default()), |lab| lab.input(Input::Command(Command::Stop))];
    for end in ends {
        let mut lab = Lab::open();
        let expected = beat(&lab);
        assert!(end(&mut lab).0.contains(&expected));
    }
}

#[test]
fn a_connection_that_opens_no_session_leaves_the_first_alone() {
    let mut lab = Lab::open();
    lab.connect();
    assert_eq!(lab.create(&[]).names(), ["NEW_TASK"]);
}

#[test]
fn connections_beyond_the_limit_are_refused() {
    let mut lab = Lab::open();
    for _ in 1..Port::Mr.links_max().unwrap().all() {
        lab.connect();
    }
    lab.link = lab.connect();
    assert!(lab.says(OpenReq::default()).0.is_empty());
}

#[test]
fn the_peer_may_end_the_session() {
    let mut lab = Lab::open();
    let said = lab.says(CloseReq { invoke_id: InvokeId(3), ..CloseReq::default() });
    assert_eq!((said.names(), said.closed()), (vec!["CLOSE_CONF"], vec![(lab.link, &CloseReason::Done)]));
    assert!(lab.create(&[]).names().is_empty());
}

#[test]
fn a_stop_says_goodbye() {
    let mut lab = Lab::open();
    let said = lab.input(Input::Command(Command::Stop));
    assert_eq!((said.names(), said.closed()), (vec!["CLOSE_REQ"], vec![(lab.link, &CloseReason::Stopping)]));
}

#[test]
fn an_unknown_setting_is_refused() {
    let command = Command::Set { setting: "x".to_owned(), value: "1".to_owned() };
    let said = Lab::open().input(Input::Command(command));
    assert!(matches!(&said.0[..], [Output::Note(Fact::CommandRefused { command, .. })] if command == "x"));
}

#[test]
fn news_about_routing_change_nothing_where_nothing_waits() {
    let said =
        Lab::open().says(RoutingStatusEvent { routing_enabled: false, ..RoutingStatusEvent::default() });
    assert!(said.0.is_empty());
}

#[test]
fn a_message_before_the_session_is_open_ends_the_connection() {
    let mut lab = Lab::started(config());
    lab.link = lab.connect();
    let said = lab.says(HeartbeatReq::default());
    assert_eq!(said.names(), ["FAILURE_EVENT"]);
    assert!(matches!(said.closed()[..], [(_, CloseReason::BadMessage(_))]));
}

#[test]
fn a_message_that_only_ccp_sends_ends_the_connection() {
    let said = Lab::open().says(cce_mr::mr::CancelTask::default());
    assert_eq!((said.names(), said.peer_errors().len()), (vec!["FAILURE_EVENT"], 1));
    assert_eq!(said.closed().len(), 1);
}

#[test]
fn a_message_that_ends_too_early_ends_the_connection() {
    let mut lab = Lab::open();
    let bytes = bytes::Bytes::from_static(&[0, 0, 0, 2, 0, 0, 0, 12, 0, 0]).into();
    let said = lab.input(Input::Frame { link: lab.link, bytes });
    assert_eq!(said.names(), ["FAILURE_EVENT"]);
    assert!(matches!(said.closed()[..], [(_, CloseReason::BadMessage(_))]));
}

#[test]
fn an_oversized_frame_ends_the_connection_and_fails_its_dialogues() {
    let mut lab = Lab::submitted();
    let flaw = FrameFlaw::TooLong { announced: 9_999, max: 4_096 };
    let said = lab.input(Input::BadFrame { link: lab.link, flaw });
    assert_eq!(
        (said.names(), said.closed()),
        (vec!["FAILURE_EVENT"], vec![(lab.link, &CloseReason::BadFrame)])
    );
    assert_eq!(said.dialogues(), ["4: open>failed"]);
}

#[test]
fn a_message_for_an_unknown_dialogue_harms_no_other() {
    let mut lab = Lab::submitted();
    let said = lab.says(routed(DialogueId(99), 1, TASK));
    assert_eq!((said.peer_errors(), said.changes().len()), (vec!["dialogue 99 is not open"], 0));
    assert_eq!(lab.says(routed(DIALOGUE, 1, TASK)).changes().len(), 2);
}

#[test]
fn a_gap_in_the_sequence_fails_the_dialogue() {
    let said = Lab::submitted().says(queued(DIALOGUE, 2, 0));
    let [Mr::TerminateDialogueEvent(end)] = &said.sent()[..] else { panic!("no TERMINATE_DIALOGUE_EVENT") };
    assert_eq!(
        (end.dialogue_id, end.send_seq_no, end.cause),
        (DIALOGUE, 2, Disposition::APPLICATION_INVALID_DIALOGUE_ID)
    );
    assert_eq!(said.changes(), ["unread>discarded/notification_invalid_new_task_message system"]);
}

#[test]
fn a_repeated_sequence_number_fails_the_dialogue() {
    let said = Lab::queued().says(failed(DIALOGUE, 1, 43));
    assert_eq!(said.peer_errors(), ["SendSeqNo 1 where 2 is due"]);
}

#[test]
fn a_confirmation_without_a_cancel_is_a_peers_error() {
    let said = Lab::queued().says(crate::lab::cancel_conf(DIALOGUE, 2, 0));
    assert_eq!((said.peer_errors(), said.changes().len()), (vec!["dialogue 4 has no cancel"], 0));
}

#[test]
fn the_peer_may_give_up_a_dialogue() {
    let end = TerminateDialogueEvent {
        dialogue_id: DIALOGUE,
        send_seq_no: 1,
        cause: Disposition::APPLICATION_INVALID_MRD_ID,
        ..Default::default()
    };
    let said = Lab::submitted().says(end);
    assert_eq!(said.changes(), ["unread>discarded/notification_invalid_mrd_id system"]);
}

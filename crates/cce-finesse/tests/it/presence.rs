//! Users whose clients are gone.

use crate::{
    lab::{Lab, MEDIA, Outcome, SIGN_IN, USER, agent_tasks, config, end_event},
    xmpp::{connect, say},
};
use cce_cti::Cti;
use cce_finesse::Config;
use cce_kernel::{Fact, Input, LinkId, LinkReason, Output, Time, TimerKey};
use cce_model::{
    AgentId, AgentState, Disposition, EventReason, MrdId, OnDisconnect, UserState, fact::FinesseFact,
};
use std::time::Duration;

/// Seconds after which who is absent is signed out.
const GRACE: u64 = 60;

#[test]
fn the_loss_of_the_last_client_is_waited_out_for_a_minute() {
    let (mut lab, desk) = present();
    let second = connect(&mut lab, "1080", "phone");
    say(&mut lab, second, "<presence/>");
    assert!(!arms(&lose(&mut lab, desk)), "another client is there");
    lab.pass(Duration::from_secs(10));
    let lost = lose(&mut lab, second);
    assert!(lost.has_output(&Output::Arm { key: absence(), at: Time(70_000_000) }));
}

#[test]
fn a_client_may_take_its_leave_or_vanish() {
    for goodbye in ["<presence type='unavailable'/>", "</stream:stream>"] {
        let (mut lab, desk) = present();
        assert!(arms(&say(&mut lab, desk, goodbye)), "{goodbye}");
        assert!(!arms(&lose(&mut lab, desk)), "the wait has begun already");
    }
    let (mut lab, desk) = present();
    assert!(arms(&lose(&mut lab, desk)));
}

#[test]
fn who_comes_back_in_time_stays() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    let again = connect(&mut lab, "1080", "desk");
    let back = say(&mut lab, again, "<presence/>");
    assert!(back.has_output(&Output::Cancel { key: absence() }));
}

/// Up to 120 s until the loss shows, and a minute in which the user may come back (finesse-nonvoice 5, task-routing E5).
#[test]
fn who_is_lost_without_a_word_is_signed_out_after_180_seconds() {
    let (mut lab, _) = present();
    let early = lab.seconds(179);
    assert!(!early.names().contains(&"MEDIA_LOGOUT_IND"), "{:?}", early.names());
    let over = lab.seconds(1);
    assert!(over.names().contains(&"MEDIA_LOGOUT_IND"), "{:?}", over.names());
}

#[test]
fn who_does_not_come_back_is_signed_out_with_255() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    let over = lab.seconds(GRACE);
    let [Cti::MediaLogoutInd(logout)] = &over.sent()[..] else { panic!("{over:?}") };
    assert_eq!((logout.mrd_id, logout.reason_code), (MrdId(5011), EventReason::FORCED_SIGN_OUT));
    assert_eq!(
        (logout.flt_icm_disp, logout.flt_app_disp),
        (Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK), Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK))
    );
    assert_eq!(over.shown(), ["PUT user LOGOUT"]);
    let forced =
        FinesseFact::ForcedSignOut { agent: AgentId::from("1080"), reason: EventReason::FORCED_SIGN_OUT };
    assert_eq!(over.facts()[0], &Fact::Finesse(forced));
    assert_eq!(lab.agent(AgentState::Logout, 0).shown(), ["PUT media LOGOUT"]);
}

#[test]
fn the_tasks_of_who_is_signed_out_end_as_the_agent_chose() {
    let mut lab = Lab::in_service();
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, &SIGN_IN.replace("CLOSE", "TRANSFER")).invoke_id();
    lab.cti(cce_cti::MediaLoginResp { invoke_id, ..Default::default() });
    lab.agent(AgentState::NotReady, 1);
    lose(&mut lab, desk);
    let over = lab.seconds(GRACE);
    let [Cti::MediaLogoutInd(logout)] = &over.sent()[..] else { panic!("{over:?}") };
    assert_eq!(logout.flt_icm_disp, Some(Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT));
}

#[test]
fn a_task_that_nobody_answered_is_handed_back_and_one_in_work_is_handled() {
    for (disposition, operation) in [(36, "renotify"), (40, "close"), (65, "renotify")] {
        let mut lab = Lab::offered();
        let ended = lab.cti(end_event(disposition));
        let target = ended.0.iter().find_map(|output| {
            let Output::Call { request, .. } = output else { return None };
            Some(request.target.clone())
        });
        assert!(target.is_some_and(|target| target.ends_with(operation)), "{disposition}");
    }
}

#[test]
fn who_is_signed_in_nowhere_is_not_missed() {
    let mut lab = Lab::in_service();
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    assert!(!arms(&lose(&mut lab, desk)));
}

#[test]
fn who_was_never_present_is_not_missed() {
    let mut lab = Lab::ready();
    let desk = connect(&mut lab, "1080", "desk");
    assert!(!arms(&lose(&mut lab, desk)));
}

#[test]
fn who_is_away_for_too_long_is_signed_out_once_the_cti_server_can_be_asked() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    lab.lose_cti();
    assert_eq!(lab.seconds(GRACE).names(), [] as [&str; 0]);
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    let back = lab.cti(agent_tasks(invoke_id, &[]));
    let left = Fact::User { agent: AgentId::from("1080"), from: UserState::NotReady, to: UserState::Logout };
    assert!(back.facts().contains(&&left), "{back:?}");
    assert_eq!(back.names(), ["END_AGENT_INIT_IND", "MEDIA_LOGOUT_IND"]);
}

#[test]
fn who_signs_out_last_of_finesse_while_away_is_missed_no_more() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    lab.agent(AgentState::Logout, 0);
    assert!(lab.armed().contains(&&absence()), "the user is signed in");
    lab.put(USER, "<User><state>LOGOUT</state></User>");
    assert!(!lab.armed().contains(&&absence()));
}

#[test]
fn who_comes_back_before_the_cti_server_does_stays() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    lab.lose_cti();
    lab.seconds(GRACE);
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    assert_eq!(lab.cti(agent_tasks(invoke_id, &[])).names(), ["END_AGENT_INIT_IND"]);
}

#[test]
fn a_forced_sign_out_that_a_break_cut_off_is_made_again() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    assert_eq!(lab.seconds(GRACE).names(), ["MEDIA_LOGOUT_IND"]);
    lab.lose_cti();
    lab.reopen();
    lab.init_ready();
    let invoke_id = lab.last_invoke_id();
    let back = lab.cti(agent_tasks(invoke_id, &[]));
    assert_eq!(back.names(), ["END_AGENT_INIT_IND", "MEDIA_LOGOUT_IND"]);
    lab.agent(AgentState::Logout, 0);
    lab.lose_cti();
    assert_eq!(lab.reopen().names(), [] as [&str; 0], "nobody is left, and nothing to be done");
}

#[test]
fn a_forced_sign_out_that_nobody_confirms_is_made_again() {
    let (mut lab, desk) = present();
    lose(&mut lab, desk);
    assert_eq!(lab.seconds(GRACE).names(), ["MEDIA_LOGOUT_IND"]);
    assert!(arms(&lab.seconds(5)), "nobody confirmed it");
    assert_eq!(lab.seconds(GRACE).names(), ["MEDIA_LOGOUT_IND"]);
}

#[test]
fn who_is_kept_signed_in_by_the_peripheral_is_not_ready_and_not_missed_any_more() {
    let mut lab = Lab::in_service_with(Config { on_agent_disconnect: OnDisconnect::NotReady, ..config() });
    lab.sign_in();
    lab.agent(AgentState::NotActive, 1);
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    lose(&mut lab, desk);
    assert_eq!(lab.seconds(GRACE).names(), ["MEDIA_LOGOUT_IND"]);
    assert_eq!(lab.agent(AgentState::NotReady, 1).shown(), ["PUT media NOT_READY"]);
    assert_eq!(lab.seconds(10 * GRACE).names(), [] as [&str; 0]);
}

/// Agent 1080, ready, with a client that is present.
fn present() -> (Lab, LinkId) {
    let mut lab = Lab::ready();
    let desk = connect(&mut lab, "1080", "desk");
    assert!(!arms(&say(&mut lab, desk, "<presence/>")));
    (lab, desk)
}

fn lose(lab: &mut Lab, link: LinkId) -> Outcome {
    lab.input(Input::LinkDown { link, reason: LinkReason::Reset })
}

fn arms(outcome: &Outcome) -> bool {
    outcome.0.iter().any(|output| matches!(output, Output::Arm { key, .. } if *key == absence()))
}

fn absence() -> TimerKey {
    TimerKey::new("absence", 5172)
}

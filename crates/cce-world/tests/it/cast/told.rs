//! An agent who is told what to do, and one with times for all of it.

use super::{
    agent::{Desk, config, work},
    stage::{call, calls, dialled, sent},
};
use cce_kernel::{CloseReason, Command, Fact, Input, LinkReason, Output, TimerKey};
use cce_model::{InterruptAction, LogoutAction};
use cce_world::cast::agent::{AgentConfig, Work};
use std::time::Duration;

const MEDIA: &str = "PUT /finesse/api/User/1080/Media/5011";

#[test]
fn a_person_without_times_does_nothing_by_itself() {
    let mut desk = Desk::with(idle());
    assert!(desk.stage.timers.is_empty());
    sign_in(&mut desk);
    desk.dialog("1_2_1", "OFFERED");
    assert!(desk.stage.timers.is_empty(), "{:?}", desk.stage.timers);
}

#[test]
fn a_word_about_a_dialog_becomes_its_action() {
    let steps = [
        ("OFFERED", "accept", "ACCEPT"),
        ("ACCEPTED", "start", "START"),
        ("ACTIVE", "pause", "PAUSE"),
        ("PAUSED", "resume", "RESUME"),
        ("ACTIVE", "wrap-up", "WRAP_UP"),
        ("WRAPPING_UP", "close", "CLOSE"),
    ];
    let mut desk = signed_in();
    for (state, word, action) in steps {
        desk.dialog("1_2_1", state);
        assert_eq!(call(&tell(&mut desk, word)).1, act("1_2_1", action));
    }
}

#[test]
fn the_oldest_dialog_that_allows_the_action_is_meant() {
    let mut desk = signed_in();
    desk.dialog("1_9_1", "ACTIVE");
    desk.dialog("1_2_1", "OFFERED");
    desk.dialog("1_3_1", "OFFERED");
    assert_eq!(call(&tell(&mut desk, "accept")).1, act("1_2_1", "ACCEPT"));
    assert_eq!(call(&tell(&mut desk, "close")).1, act("1_9_1", "CLOSE"));
    assert_eq!(call(&tell(&mut desk, "resume")).1, act("1_9_1", "RESUME"), "Finesse is to refuse it");
}

#[test]
fn a_dialog_can_be_named_by_its_task_or_its_place() {
    let mut desk = signed_in();
    desk.dialog("1_9_1", "OFFERED");
    desk.dialog("1_2_1", "OFFERED");
    for name in ["T2", "T#2", "1_2_1"] {
        assert_eq!(call(&tell(&mut desk, &format!("accept {name}"))).1, act("1_2_1", "ACCEPT"), "{name}");
    }
    desk.dialog("1_9_1", "CLOSED");
    assert_eq!(
        call(&tell(&mut desk, "close T1")).1,
        act("1_9_1", "CLOSE"),
        "a dialog that is gone keeps its place"
    );
}

#[test]
fn states_are_asked_for_in_every_media() {
    let mut desk = signed_in();
    assert_eq!(call(&tell(&mut desk, "ready")).1, format!("{MEDIA} <Media><state>READY</state></Media>"));
    desk.media("READY");
    assert_eq!(
        call(&tell(&mut desk, "not-ready")).1,
        format!("{MEDIA} <Media><state>NOT_READY</state></Media>")
    );
}

#[test]
fn the_voice_state_is_asked_for_beside_the_media() {
    let mut desk = signed_in();
    let user = MEDIA.rsplit_once("/Media").unwrap().0;
    for (word, state) in [("voice-ready", "READY"), ("voice-not-ready", "NOT_READY")] {
        let expected = format!("{user} <User><state>{state}</state></User>");
        assert_eq!(call(&tell(&mut desk, word)).1, expected);
    }
}

#[test]
fn what_was_told_and_failed_is_not_repeated() {
    let mut desk = signed_in();
    desk.dialog("1_2_1", "OFFERED");
    for word in ["ready", "accept"] {
        let (put, _) = call(&tell(&mut desk, word));
        assert_refused(&desk.stage.answer(put, 503), word, "the answer is 503");
    }
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn words_that_cannot_be_followed_are_refused_with_the_reason() {
    let cases = [
        ("dance", "`dance` is unknown; an agent knows sign-in, ready, not-ready, accept, start"),
        ("", "`` is unknown"),
        ("accept", "no dialog is open"),
        ("accept T7", "`T7` is no dialog so far"),
        ("accept T0", "`T0` is no dialog so far"),
        ("accept T1 now", "`now` is one word too many"),
        ("ready T1", "`ready` is about no dialog: leave out `T1`"),
        ("return", "the agent did not crash"),
    ];
    let mut desk = signed_in();
    for (words, reason) in cases {
        assert_refused(&tell(&mut desk, words), words, reason);
    }
    let mut out = Desk::with(idle());
    for words in ["ready", "not-ready", "sign-out"] {
        assert_refused(&tell(&mut out, words), words, "the agent is signed in to no media");
    }
}

#[test]
fn a_sign_out_leaves_the_media_and_then_finesse() {
    let mut desk = signed_in();
    assert_eq!(call(&tell(&mut desk, "sign-out")).1, format!("{MEDIA} <Media><state>LOGOUT</state></Media>"));
    let (logout, text) = call(&desk.media("LOGOUT"));
    assert_eq!(text, "PUT /finesse/api/User/1080 <User><state>LOGOUT</state></User>");
    let outputs = desk.stage.answer(logout, 202);
    assert_eq!(sent(&outputs), "<presence type='unavailable'/></stream:stream>");
    assert!(desk.stage.timers.is_empty());
    assert!(dialled(&tell(&mut desk, "sign-in")).is_some(), "and comes back when told");
}

#[test]
fn a_sign_out_that_finesse_cannot_take_ends_all_the_same() {
    let mut desk = signed_in();
    let (logout, _) = call(&tell(&mut desk, "sign-out"));
    let (user, _) = call(&desk.stage.answer(logout, 503));
    let outputs = desk.stage.answer(user, 503);
    assert!(outputs.contains(&Output::Close { link: desk.link, reason: CloseReason::Done }));
    let mut desk = signed_in();
    tell(&mut desk, "sign-out");
    let outputs = desk.stage.fire();
    assert!(outputs.contains(&Output::Close { link: desk.link, reason: CloseReason::Done }), "after a while");
}

#[test]
fn a_crash_says_nothing_and_asks_for_nothing_until_the_return() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    let outputs = tell(&mut desk, "crash");
    assert_eq!(outputs.last(), Some(&Output::Close { link: desk.link, reason: CloseReason::Crashed }));
    assert!(sent(&outputs).is_empty() && calls(&outputs).is_empty());
    assert!(desk.stage.timers.is_empty());
    for words in ["accept", "ready", "sign-in", "crash"] {
        assert_refused(&tell(&mut desk, words), words, "the agent crashed: `return` brings it back");
    }
    assert!(dialled(&tell(&mut desk, "return")).is_some());
}

#[test]
fn who_returned_asks_for_the_dialogs_that_are_open() {
    let mut desk = Desk::ready(work());
    desk.dialog("1_2_1", "OFFERED");
    tell(&mut desk, "crash");
    desk.reopen("return");
    let outputs = desk.user("NOT_READY", "auto-4");
    let targets: Vec<String> = calls(&outputs).into_iter().map(|(_, _, request)| request.target).collect();
    assert_eq!(targets, ["/finesse/api/User/1080/Media/5011", "/finesse/api/User/1080/Dialogs/Media"]);
}

#[test]
fn a_stream_that_is_lost_during_the_sign_out_stays_lost() {
    let mut desk = signed_in();
    tell(&mut desk, "sign-out");
    desk.stage.feed(Input::LinkDown { link: desk.link, reason: LinkReason::Reset });
    assert!(desk.stage.timers.is_empty());
}

#[test]
fn a_pause_a_resume_and_a_wrap_up_take_their_times() {
    let [accept, start, pause, resume, wrap_up, close] =
        [1, 2, 3, 4, 5, 6].map(|seconds| Some(Duration::from_secs(seconds)));
    let mut desk = Desk::ready(Work { accept, start, pause, resume, wrap_up, close, transfer_to: None });
    let steps = [
        ("OFFERED", 1, "ACCEPT"),
        ("ACCEPTED", 2, "START"),
        ("ACTIVE", 3, "PAUSE"),
        ("PAUSED", 4, "RESUME"),
        ("ACTIVE", 5, "WRAP_UP"),
        ("WRAPPING_UP", 6, "CLOSE"),
    ];
    for (state, wait, action) in steps {
        desk.dialog("1_2_1", state);
        assert_eq!(desk.stage.due_in("dialog"), Some(Duration::from_secs(wait)), "{state}");
        assert_eq!(call(&desk.stage.fire()).1, act("1_2_1", action));
    }
}

#[test]
fn a_pause_that_no_time_ends_is_ended_by_the_close() {
    let second = Some(Duration::from_secs(1));
    let mut desk = Desk::ready(Work { pause: second, close: second, ..Work::default() });
    desk.dialog("1_2_1", "ACTIVE");
    assert_eq!(call(&desk.stage.fire()).1, act("1_2_1", "PAUSE"));
    desk.dialog("1_2_1", "PAUSED");
    assert_eq!(call(&desk.stage.fire()).1, act("1_2_1", "CLOSE"));
}

#[test]
fn an_agent_goes_not_ready_signs_out_and_crashes_at_its_times() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let times =
        AgentConfig { not_ready: seconds(5), sign_out: seconds(30), crash: seconds(60), ..config(work()) };
    let mut desk = Desk::with(times);
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    desk.user("NOT_READY", "auto-1");
    desk.media("NOT_READY");
    assert!(call(&desk.stage.fire()).1.contains("<state>READY"));
    desk.media("READY");
    assert!(call(&desk.stage.fire()).1.contains("<state>NOT_READY"));
    assert!(call(&desk.stage.fire()).1.contains("<state>LOGOUT"));
    desk.media("LOGOUT");
    let waits: Vec<&TimerKey> = desk.stage.timers.keys().collect();
    assert_eq!(waits, [&TimerKey::new("crash", 0), &TimerKey::new("patience", 0)]);
}

#[test]
fn the_sign_in_says_what_becomes_of_tasks() {
    let actions = AgentConfig {
        limit: 2,
        interrupt_action: InterruptAction::Ignore,
        logout_action: LogoutAction::Transfer,
        ..config(work())
    };
    let mut desk = Desk::with(actions);
    desk.arrive();
    let (_, text) = call(&desk.user("NOT_READY", "auto-1"));
    assert!(text.contains("<maxDialogLimit>2</maxDialogLimit>"), "{text}");
    assert!(text.contains("<interruptAction>IGNORE</interruptAction>"), "{text}");
    assert!(text.contains("<dialogLogoutAction>TRANSFER</dialogLogoutAction>"), "{text}");
}

fn idle() -> AgentConfig {
    AgentConfig { sign_in: None, ready: None, work: Work::default(), ..config(work()) }
}

/// Somebody without times, told to sign in, and signed in.
fn signed_in() -> Desk {
    let mut desk = Desk::with(idle());
    sign_in(&mut desk);
    desk
}

fn sign_in(desk: &mut Desk) {
    let (login, _) = call(&desk.reopen("sign-in"));
    desk.stage.answer(login, 202);
    let (media, _) = call(&desk.user("NOT_READY", "auto-1"));
    desk.stage.answer(media, 202);
    desk.media("NOT_READY");
}

fn tell(desk: &mut Desk, words: &str) -> Vec<Output> {
    desk.stage.feed(Input::Command(Command::Act(words.to_owned())))
}

fn act(task: &str, action: &str) -> String {
    format!("PUT /finesse/api/Dialog/{task} <Dialog><requestedAction>{action}</requestedAction></Dialog>")
}

fn assert_refused(outputs: &[Output], words: &str, reason: &str) {
    let [Output::Note(Fact::CommandRefused { command, detail })] = outputs else {
        panic!("`{words}` is refused: {outputs:?}")
    };
    assert_eq!(command, words);
    assert!(detail.starts_with(reason), "{detail}");
}

#[test]
fn an_agent_in_turn_signs_in_at_its_cue() {
    let mut desk = Desk::with(AgentConfig { waits: true, ..config(work()) });
    assert!(desk.stage.timers.is_empty());
    desk.stage.feed(Input::Command(Command::Cue));
    assert_eq!(desk.stage.due_in("sign-in"), Some(Duration::from_secs(1)));
    desk.arrive();
    let again = desk.stage.feed(Input::Command(Command::Cue));
    assert!(matches!(&again[..], [Output::Note(Fact::CommandRefused { .. })]), "{again:?}");
}

#[test]
fn an_agent_says_when_it_is_signed_in_and_when_it_is_ready() {
    let kept = |outputs: &[Output]| {
        outputs.iter().find_map(|output| match output {
            Output::Note(Fact::PlanKept { plan }) => Some(plan.clone()),
            _ => None,
        })
    };
    let mut desk = Desk::new(work());
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    desk.user("NOT_READY", "auto-1");
    assert_eq!(kept(&desk.media("NOT_READY")).as_deref(), Some("sign-in"));
    desk.stage.fire();
    assert_eq!(kept(&desk.media("READY")).as_deref(), Some("ready"));
    assert_eq!(kept(&desk.media("READY")), None);
}

#[test]
fn a_ready_that_is_refused_is_a_refused_plan_once_and_kept_when_it_succeeds() {
    let plan = |outputs: &[Output]| {
        let plans = outputs.iter().filter_map(|output| match output {
            Output::Note(Fact::PlanRefused { plan, .. }) => Some(format!("refused {plan}")),
            Output::Note(Fact::PlanKept { plan }) => Some(format!("kept {plan}")),
            _ => None,
        });
        plans.collect::<Vec<_>>()
    };
    let mut desk = Desk::new(work());
    let (login, _) = call(&desk.arrive());
    desk.stage.answer(login, 202);
    let (media, _) = call(&desk.user("NOT_READY", "auto-1"));
    desk.stage.answer(media, 202);
    desk.media("NOT_READY");
    let (ready, _) = call(&desk.stage.fire());
    assert_eq!(plan(&desk.stage.answer(ready, 400)), ["refused ready 5011"]);
    assert_eq!(plan(&desk.media("READY")), ["kept ready 5011", "kept ready"]);
}

#[test]
fn an_agent_who_transfers_hands_on_what_it_works_on_and_closes_what_it_wraps_up() {
    let transfers = || Work { transfer_to: Some("Sales".to_owned()), ..work() };
    let mut desk = Desk::ready(transfers());
    desk.dialog("1_2_1", "ACTIVE");
    let (_, text) = call(&desk.stage.fire());
    assert_eq!(
        text,
        "PUT /finesse/api/Dialog/1_2_1 <Dialog><requestedAction>TRANSFER</requestedAction><target>Sales</target></Dialog>"
    );
    let mut desk = Desk::ready(transfers());
    desk.dialog("1_2_1", "WRAPPING_UP");
    assert!(call(&desk.stage.fire()).1.contains("CLOSE"));
}

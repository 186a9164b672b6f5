//! One task as Finesse sees it, from the sign-in to the sign-out: every message of the CTI server, every event of a desktop, and
//! what CCP is asked, in one order (finesse-nonvoice 3, 7).

use crate::{
    flow::{agent, customer, lab, span},
    play::{Play, becomes},
};
use cce_cti::Cti;
use cce_journal::{Record, What};
use cce_kernel::{Fact, Input, Output, Port};
use cce_model::{ContactStatus, Object, Publication, fact::FinesseFact};
use cce_world::CastAgent;

const STEPS: &str = "\
    > SET_AGENT_STATE_REQ
    < SET_AGENT_STATE_CONF
    < AGENT_STATE_EVENT
    PUT user NOT_READY
    > MEDIA_LOGIN_REQ
    < MEDIA_LOGIN_RESP
    < AGENT_STATE_EVENT
    PUT media NOT_READY
    > MAKE_AGENT_READY_IND
    < AGENT_STATE_EVENT
    PUT media READY
    < AGENT_STATE_EVENT
    PUT media RESERVED
    < AGENT_PRE_CALL_EVENT
    POST dialogs OFFERED
    > OFFER_TASK_IND
    < OFFER_TASK_EVENT
    PUT dialog ACCEPTED
    > START_TASK_IND
    < AGENT_STATE_EVENT
    PUT media ACTIVE
    < START_TASK_EVENT
    PUT dialog ACTIVE
    > PAUSE_TASK_IND
    < AGENT_STATE_EVENT
    PUT media PAUSED
    < PAUSE_TASK_EVENT
    PUT dialog PAUSED
    > RESUME_TASK_IND
    < AGENT_STATE_EVENT
    PUT media ACTIVE
    < RESUME_TASK_EVENT
    PUT dialog ACTIVE
    > WRAPUP_TASK_IND
    < AGENT_STATE_EVENT
    PUT media WORK_READY
    < WRAPUP_TASK_EVENT
    PUT dialog WRAPPING_UP
    > END_TASK_IND
    < AGENT_STATE_EVENT
    PUT media READY
    < END_TASK_EVENT
    DELETE dialogs CLOSED
    CCP close
    > MEDIA_LOGOUT_IND
    < AGENT_STATE_EVENT
    PUT media LOGOUT
    > SET_AGENT_STATE_REQ
    < SET_AGENT_STATE_CONF
    < AGENT_STATE_EVENT
    PUT user LOGOUT";

#[test]
fn one_task_goes_through_twelve_steps_in_this_order() {
    for seed in 1..4 {
        let mut worker = CastAgent { sign_in: Some(span(0)), ..agent("1081", 3) };
        [worker.pause, worker.resume, worker.wrap_up] = [Some(span(2)); 3];
        let mut play = Play::new(lab(vec![worker], vec![customer(4, None)]), seed);
        play.to(becomes(ContactStatus::Handled)).seconds(5).tell_agent("1081", "sign-out");
        let records = play.end(30);
        let steps: Vec<String> =
            records.iter().filter(|record| record.node.as_str() == "finesse").filter_map(step).collect();
        let expected: Vec<&str> = STEPS.lines().map(str::trim).collect();
        assert_eq!(steps, expected, "seed {seed}");
    }
}

/// What a record of Finesse says; none of heartbeats and of what opens the session.
fn step(record: &Record) -> Option<String> {
    let is_of_agents = |name: &&str| {
        !["OPEN_REQ", "OPEN_CONF", "HEARTBEAT_REQ", "HEARTBEAT_CONF", "SYSTEM_EVENT"].contains(name)
    };
    let name = |bytes: &[u8]| {
        Some(Cti::read(&cce_cti::dialect(24), &bytes.to_vec().into()).ok()?.name()).filter(is_of_agents)
    };
    match &record.what {
        What::Out(Output::Send { link, bytes }) if link.port == Port::CtiA => {
            Some(format!("> {}", name(&bytes.0)?))
        }
        What::In(Input::Frame { link, bytes }) if link.port == Port::CtiA => {
            Some(format!("< {}", name(&bytes.0)?))
        }
        What::Out(Output::Note(Fact::Finesse(FinesseFact::Published(publication)))) => {
            Some(event(publication))
        }
        What::Out(Output::Call { request, .. }) => {
            Some(format!("CCP {}", request.path().rsplit('/').next()?))
        }
        _ => None,
    }
}

fn event(publication: &Publication) -> String {
    let object = match &publication.object {
        Object::Dialog(dialog) => format!("dialog {}", dialog.state),
        Object::Dialogs(dialog) => format!("dialogs {}", dialog.state),
        Object::Media(media) => format!("media {}", media.state.media_name()),
        Object::User(user) => format!("user {}", user.state),
        Object::UserError(error) => error.message.clone(),
        Object::MediaError(error) | Object::DialogError { error, .. } => error.message.clone(),
    };
    format!("{} {object}", publication.event.name())
}

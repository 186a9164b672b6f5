//! A sign-in to the media of the voice domain, which there is none of (finesse-nonvoice 4.6).

use crate::lab::{Lab, SIGN_IN, USER};
use cce_cti::{ArmStatus, Cti, MediaLoginResp};
use cce_model::{MrdId, PublishEvent};

const VOICE: &str = "/finesse/api/User/1080/Media/1";
const MEDIA_LIST: &str = "/finesse/api/User/1080/Media";

#[test]
fn a_sign_in_to_the_voice_domain_is_accepted_and_fails_with_11() {
    let mut lab = signed_in();
    let asked = lab.put(VOICE, SIGN_IN);
    assert_eq!(asked.status(), 202);
    let [Cti::MediaLoginReq(login)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(login.mrd_id, MrdId::VOICE);
    let status = ArmStatus::CANT_LOGIN_TO_VOICE_MRD;
    let refused = lab.cti(MediaLoginResp { invoke_id: login.invoke_id, status, ..Default::default() });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_CANT_LOGIN_TO_VOICE_MRD"]);
    let publication = refused.published()[0];
    assert_eq!((publication.request_id.as_str(), publication.event), ("r-1", PublishEvent::Put));
    assert_eq!(publication.source(), VOICE);
}

#[test]
fn a_list_may_have_a_sign_in_to_the_voice_domain() {
    let entry = SIGN_IN.replace("<Media>", "<Media><id>1</id>");
    let asked = signed_in().put(MEDIA_LIST, &format!("<MediaList>{entry}</MediaList>"));
    assert_eq!((asked.status(), asked.names()), (202, vec!["MEDIA_LOGIN_REQ"]));
}

#[test]
fn of_the_voice_domain_there_is_nothing_but_that_refusal() {
    let mut lab = signed_in();
    assert_eq!(lab.get(VOICE).status(), 404);
    for body in ["<Media><state>READY</state></Media>", "<Media><state>LOGOUT</state></Media>", "no document"]
    {
        assert_eq!(lab.put(VOICE, body).status(), 404, "{body}");
    }
    assert_eq!(lab.put("/finesse/api/User/1080/Media/2", SIGN_IN).status(), 404);
    assert_eq!(Lab::in_service().put(VOICE, SIGN_IN).status(), 400, "the user is not signed in");
}

/// The node asks for no tasks of the voice domain when the link is back, and says that the outcome is not known.
#[test]
fn a_sign_in_to_the_voice_domain_that_a_break_cut_off_fails() {
    let mut lab = signed_in();
    lab.put(VOICE, SIGN_IN);
    lab.lose_cti();
    lab.reopen();
    let done = lab.init_ready();
    assert_eq!(done.names(), ["END_AGENT_INIT_IND"]);
    let shown = done.shown();
    assert_eq!(shown.iter().filter(|shown| shown.starts_with("error")).count(), 1, "{shown:?}");
}

/// No server should say so; a node that hears it goes on.
#[test]
fn a_sign_in_to_the_voice_domain_that_is_confirmed_changes_nothing() {
    let mut lab = signed_in();
    let invoke_id = lab.put(VOICE, SIGN_IN).invoke_id();
    let done = lab.cti(MediaLoginResp { invoke_id, ..Default::default() });
    assert_eq!(done.shown(), [""; 0]);
    assert_eq!(lab.put(VOICE, SIGN_IN).names(), ["MEDIA_LOGIN_REQ"], "nothing waits any more");
}

fn signed_in() -> Lab {
    let mut lab = Lab::in_service();
    lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    lab
}

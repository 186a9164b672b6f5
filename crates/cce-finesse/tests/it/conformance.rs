//! Rows of the reference's tables, each table as a whole.

use crate::{
    lab::{DIALOG, Lab, MEDIA, Outcome, SIGN_IN, USER, pre_call},
    xmpp::{connect, say},
};
use cce_cti::{ArmStatus, FailureResp, MakeAgentNotReadyResp, MediaLoginResp};
use cce_model::AgentState;

/// finesse-nonvoice 4.6.
#[test]
fn each_refusal_of_the_cti_server_has_its_constant() {
    let of_sign_in = [1, 11, 27, 34, 36, 37, 38, 41];
    let of_not_ready = [9, 14];
    let of_dialog = [18, 19, 20, 21, 22, 30, 32, 33];
    for (status, name) in [
        (1, "AGENT_ALREADY_LOGGED_IN"),
        (2, "AGENT_NOT_FOUND"),
        (3, "MRD_LIST_ENTRY_NOT_FOUND"),
        (6, "AGENT_NOT_LOGGED_IN"),
        (9, "ALREADY_HAVE_PENDING_MAKE_AGENT_NOT_READY"),
        (11, "CANT_LOGIN_TO_VOICE_MRD"),
        (14, "DO_THIS_WITH_TASK_SENT_RECENTLY"),
        (18, "TASK_OBJECT_NOT_FOUND"),
        (19, "INVALID_MESSAGE_SEQUENCE"),
        (20, "INCONSISTENT_MEDIA_ROUTING_DOMAIN_IDS"),
        (21, "NO_OFFER_OR_PRE_CALL_RECEIVED"),
        (22, "INCONSISTENT_AGENT_IDS"),
        (27, "LOGIN_NOT_ALLOWED_FOR_APP_PATH"),
        (30, "NOT_VALID_AFTER_INTERRUPT_ADVISORY_ACCEPT"),
        (32, "SKILL_GROUP_NOT_FOUND"),
        (33, "SERVICE_NOT_FOUND"),
        (34, "PERFORMANCE_LIMIT_EXCEEDED"),
        (36, "CC_OFFLINE"),
        (37, "LOGIN_TIMEOUT"),
        (38, "PQ_LOGIN_FAILED"),
        (41, "LOGIN_REQUEST_ALREADY_PENDING"),
    ] {
        // 2, 3 and 6 belong to every request, but for 6, which is none of a sign-in.
        let belongs = |own: &[u32]| own.contains(&status) || [2, 3, 6].contains(&status);
        if belongs(&of_sign_in) && status != 6 {
            let mut lab = Lab::in_service();
            lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
            let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
            let status = ArmStatus(status);
            let refused = lab.cti(MediaLoginResp { invoke_id, status, ..MediaLoginResp::default() });
            is_told(&refused, status, name, MEDIA);
        }
        if belongs(&of_not_ready) {
            let mut lab = Lab::offered();
            let invoke_id = lab.put(MEDIA, "<Media><state>NOT_READY</state></Media>").invoke_id();
            let status = ArmStatus(status);
            let refused =
                lab.cti(MakeAgentNotReadyResp { invoke_id, status, ..MakeAgentNotReadyResp::default() });
            is_told(&refused, status, name, MEDIA);
        }
        if belongs(&of_dialog) {
            let mut lab = Lab::offered();
            let invoke_id = lab.act("ACCEPT").invoke_id();
            let status = ArmStatus(status);
            let refused = lab.cti(FailureResp { invoke_id, status, ..FailureResp::default() });
            is_told(&refused, status, name, DIALOG);
        }
    }
}

/// A refusal is published with its code, its constant, the domain and the request, about `source` (finesse-nonvoice 4.6).
fn is_told(refused: &Outcome, status: ArmStatus, name: &str, source: &str) {
    let error = refused
        .published()
        .into_iter()
        .find(|published| published.source() == source && published.request_id == "r-1");
    let told = cce_xml::finesse::update(error.unwrap_or_else(|| panic!("{status}: {:?}", refused.shown())));
    for part in [
        format!("<errorData>{status}</errorData>"),
        "<errorMedia>5011</errorMedia>".to_owned(),
        format!("<errorMessage>E_ARM_STAT_{name}</errorMessage>"),
        format!("<source>{source}</source>"),
    ] {
        assert!(told.contains(&part), "no {part} in {told}");
    }
}

#[test]
fn an_unknown_state_of_a_user_is_refused() {
    let mut lab = Lab::in_service();
    let refused = lab.put(USER, "<User><state>LUNCH</state></User>");
    assert_eq!(refused.status(), 400);
    for part in
        ["<ErrorType>Invalid Input<", "<ErrorMessage>Invalid State specified for user<", "<ErrorData>state<"]
    {
        assert!(refused.body().contains(part), "no {part} in {}", refused.body());
    }
}

/// finesse-nonvoice 4.4.
#[test]
fn each_object_is_published_on_its_node() {
    let mut lab = Lab::in_service();
    let login = lab.put(USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let media = lab.agent(AgentState::NotReady, 1);
    let dialog = lab.cti(pre_call());
    let nodes = [&login, &media, &dialog].map(|said| said.published()[0].node());
    assert_eq!(nodes, [USER, "/finesse/api/User/1080/Media", "/finesse/api/User/1080/Dialogs/Media"]);
    let sources = [&login, &media].map(|said| said.published()[0].source());
    assert_eq!(sources, [USER, MEDIA]);
}

#[test]
fn who_subscribed_gets_an_event_once() {
    let mut lab = Lab::in_service();
    let desk = connect(&mut lab, "1080", "desk");
    say(&mut lab, desk, "<presence/>");
    for node in ["/finesse/api/User/1080/Dialogs/Media", "/finesse/api/User/1080/Media/5011"] {
        let iq = format!(
            "<iq type='set' to='pubsub.fin1.lab' id='s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>\
             <subscribe node='{node}' jid='1080@fin1.lab'/></pubsub></iq>"
        );
        assert!(say(&mut lab, desk, &iq).stanzas(desk).contains("subscription='subscribed'"), "{node}");
    }
    assert_eq!(lab.cti(pre_call()).stanzas(desk).matches("<message ").count(), 1);
}

//! Agents in domains.

use crate::lab::{Lab, MEDIA, SIGN_IN, config};
use cce_cti::{
    AgentMadeNotRoutableEvent, ArmStatus, Cti, FailureResp, MakeAgentNotReadyResp, MakeAgentNotRoutableResp,
    MediaLoginResp,
};
use cce_finesse::Config;
use cce_model::{
    AgentState, Disposition, EventForm, EventReason, LogoutAction, MediaConnected, MrdId, Object, SkillTarget,
};

const READY: &str = "<Media><state>READY</state></Media>";
const NOT_READY: &str = "<Media><state>NOT_READY</state></Media>";
const LOGOUT: &str = "<Media><state>LOGOUT</state></Media>";

#[test]
fn a_sign_in_asks_the_cti_server_with_the_dialog_limit() {
    let mut lab = Lab::in_service();
    lab.put(crate::lab::USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let asked = lab.put(MEDIA, SIGN_IN);
    assert_eq!((asked.status(), asked.body().as_str()), (202, ""));
    let [Cti::MediaLoginReq(login)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!((login.mrd_id, login.icm_agent_id), (MrdId(5011), SkillTarget(5172)));
    assert_eq!((login.max_task_limit, login.make_routable), (3, true));
}

#[test]
fn a_media_is_signed_in_when_the_cti_server_says_so() {
    let mut lab = Lab::in_service();
    lab.put(crate::lab::USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    assert!(lab.cti(MediaLoginResp { invoke_id, ..Default::default() }).published().is_empty());
    let signed_in = lab.agent(AgentState::NotReady, 1);
    assert_eq!(signed_in.shown(), ["PUT media NOT_READY"]);
    let publication = signed_in.published()[0];
    let Object::Media(media) = &publication.object else { panic!() };
    assert_eq!((media.max_dialog_limit, media.routable), (Some(3), true));
    assert_eq!(publication.request_id, "", "events of media never repeat a request's id");
}

#[test]
fn media_are_for_users_who_are_signed_in() {
    let refused = Lab::in_service().put(MEDIA, SIGN_IN);
    assert_eq!(refused.status(), 400);
    assert!(refused.names().is_empty());
}

#[test]
fn a_media_forgets_its_settings_when_it_is_signed_out() {
    let mut lab = Lab::ready();
    let other = SIGN_IN.replace("CLOSE", "TRANSFER").replace("ACCEPT", "IGNORE");
    let invoke_id = lab.put(MEDIA, &other).invoke_id();
    lab.cti(MediaLoginResp { invoke_id, status: ArmStatus::AGENT_ALREADY_LOGGED_IN, ..Default::default() });
    lab.put(MEDIA, LOGOUT);
    lab.agent(AgentState::Logout, 0);
    let shown = lab.get(MEDIA).body();
    assert!(!shown.contains("maxDialogLimit"), "{shown}");
    for part in ["<dialogLogoutAction>CLOSE<", "<interruptAction>ACCEPT<", "<state>LOGOUT<"] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
}

#[test]
fn a_second_sign_in_fails_and_changes_the_settings() {
    let mut lab = Lab::ready();
    let transfer = SIGN_IN.replace("CLOSE", "TRANSFER");
    let invoke_id = lab.put(MEDIA, &transfer).invoke_id();
    let failed = lab.cti(MediaLoginResp {
        invoke_id,
        status: ArmStatus::AGENT_ALREADY_LOGGED_IN,
        ..Default::default()
    });
    assert_eq!(failed.shown(), ["PUT media NOT_ACTIVE", "error E_ARM_STAT_AGENT_ALREADY_LOGGED_IN"]);
    let Object::Media(media) = &failed.published()[0].object else { panic!() };
    assert_eq!(media.logout_action, LogoutAction::Transfer);
    assert_eq!(failed.published()[1].request_id, "r-1");
}

#[test]
fn a_refused_sign_in_changes_nothing() {
    let mut lab = Lab::in_service();
    lab.put(crate::lab::USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    let failed = lab.cti(MediaLoginResp {
        invoke_id,
        status: ArmStatus::MRD_LIST_ENTRY_NOT_FOUND,
        ..Default::default()
    });
    assert_eq!(failed.shown(), ["error E_ARM_STAT_MRD_LIST_ENTRY_NOT_FOUND"]);
}

#[test]
fn ready_is_an_indication_and_its_event_the_confirmation() {
    let mut lab = Lab::in_service();
    lab.sign_in();
    let asked = lab.put(MEDIA, READY);
    let [Cti::MakeAgentReadyInd(ready)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert!(ready.make_routable, "READY makes routable, too");
    assert!(asked.published().is_empty());
    assert_eq!(lab.agent(AgentState::NotActive, 1).shown(), ["PUT media NOT_ACTIVE"]);
}

#[test]
fn ready_from_ready_is_ignored_silently() {
    let again = Lab::ready().put(MEDIA, READY);
    assert_eq!(again.status(), 202);
    assert!(again.names().is_empty() && again.published().is_empty());
}

#[test]
fn not_ready_waits_for_the_response_and_the_state() {
    let mut lab = Lab::ready();
    let asked = lab.put(MEDIA, NOT_READY);
    let [Cti::MakeAgentNotReadyReq(request)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(request.reason_code, EventReason::NONE);
    lab.cti(MakeAgentNotReadyResp { invoke_id: request.invoke_id, ..Default::default() });
    assert!(lab.put(MEDIA, READY).names().is_empty(), "the state has not arrived");
    assert_eq!(lab.agent(AgentState::NotReady, 1).names(), ["MAKE_AGENT_READY_IND"]);
}

#[test]
fn not_ready_with_an_offer_is_refused_by_the_cti_server() {
    let mut lab = Lab::offered();
    let invoke_id = lab.put(MEDIA, NOT_READY).invoke_id();
    let refused = lab.cti(MakeAgentNotReadyResp {
        invoke_id,
        status: ArmStatus::DO_THIS_WITH_TASK_SENT_RECENTLY,
        ..Default::default()
    });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_DO_THIS_WITH_TASK_SENT_RECENTLY"]);
    assert_eq!(refused.published()[0].request_id, "r-1");
}

#[test]
fn a_refused_indication_becomes_an_error_with_the_requests_id() {
    let mut lab = Lab::in_service();
    let invoke_id = lab.put(MEDIA, READY).invoke_id();
    let refused =
        lab.cti(FailureResp { invoke_id, status: ArmStatus::AGENT_NOT_LOGGED_IN, ..Default::default() });
    assert_eq!(refused.shown(), ["error E_ARM_STAT_AGENT_NOT_LOGGED_IN"]);
    assert_eq!(refused.published()[0].request_id, "r-1");
}

#[test]
fn signing_out_says_how_open_tasks_end() {
    let mut lab = Lab::ready();
    let asked = lab.put(MEDIA, LOGOUT);
    let [Cti::MediaLogoutInd(logout)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(
        (logout.flt_icm_disp, logout.flt_app_disp),
        (Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK), Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK))
    );
    assert_eq!(lab.agent(AgentState::Logout, 0).shown(), ["PUT media LOGOUT"]);
}

#[test]
fn an_agent_becomes_not_routable_and_routable_again() {
    let mut lab = Lab::ready();
    let asked = lab.put(MEDIA, "<Media><routable>false</routable></Media>");
    assert_eq!(asked.names(), ["MAKE_AGENT_NOT_ROUTABLE_REQ"]);
    lab.cti(MakeAgentNotRoutableResp { invoke_id: asked.invoke_id(), ..Default::default() });
    assert_eq!(lab.agent(AgentState::NotActive, 0).shown(), ["PUT media NOT_ACTIVE"]);
    let asked = lab.put(MEDIA, "<Media><routable>true</routable></Media>");
    let [Cti::MakeAgentRoutableInd(routable)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(routable.max_tasks, 3);
}

/// A request that is answered with 202 is done: the later of two opposite ones counts (case 01).
#[test]
fn a_request_to_be_not_routable_that_is_pending_can_be_taken_back() {
    for take_back in ["<Media><routable>true</routable></Media>", READY] {
        let mut lab = Lab::offered();
        let invoke_id = lab.put(MEDIA, "<Media><routable>false</routable></Media>").invoke_id();
        lab.cti(MakeAgentNotRoutableResp { invoke_id, ..Default::default() });
        lab.agent(AgentState::Reserved, 1);
        let taken_back = lab.put(MEDIA, take_back);
        let wanted = if take_back == READY { "MAKE_AGENT_READY_IND" } else { "MAKE_AGENT_ROUTABLE_IND" };
        assert_eq!(taken_back.names(), [wanted]);
        lab.agent(AgentState::Reserved, 1);
        assert!(lab.put(MEDIA, take_back).names().is_empty(), "there is nothing left to take back");
    }
}

#[test]
fn routable_from_routable_is_ignored_silently() {
    let mut lab = Lab::ready();
    let invoke_id = lab.put(MEDIA, "<Media><routable>false</routable></Media>").invoke_id();
    lab.cti(MakeAgentNotRoutableResp { invoke_id, ..Default::default() });
    lab.agent(AgentState::NotActive, 0);
    lab.put(MEDIA, "<Media><routable>true</routable></Media>");
    lab.agent(AgentState::NotActive, 1);
    let again = lab.put(MEDIA, "<Media><routable>true</routable></Media>");
    assert_eq!((again.status(), again.names().len()), (202, 0));
}

#[test]
fn the_cti_server_makes_an_agent_not_routable_by_itself() {
    let mut lab = Lab::ready();
    let made = lab.cti(AgentMadeNotRoutableEvent {
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        ..Default::default()
    });
    let Object::Media(media) = &made.published()[0].object else { panic!() };
    assert_eq!((media.routable, media.state), (false, AgentState::NotActive));
    // Either of two requests takes it back (finesse-nonvoice 5).
    let asked = lab.put(MEDIA, READY);
    let [Cti::MakeAgentReadyInd(ready)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert!(ready.make_routable);
    let routable = lab.agent(AgentState::NotActive, 1);
    let Object::Media(media) = &routable.published()[0].object else { panic!() };
    assert!(media.routable);
}

/// TR-061, FI-094: the agent works at another node, or did until it went away; a sign-in takes the agent over.
#[test]
fn an_agent_without_a_client_is_shown_as_work_not_ready_and_may_sign_in() {
    let mut lab = Lab::in_service();
    lab.put(crate::lab::USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
    assert_eq!(lab.agent(AgentState::WorkNotReady, 0).shown(), ["PUT media WORK_NOT_READY"]);
    let shown = lab.get(MEDIA).body();
    assert!(shown.contains("<state>WORK_NOT_READY</state>"), "{shown}");
    assert!(shown.contains("<routable>false</routable>"), "{shown}");
    assert_eq!(lab.put(MEDIA, SIGN_IN).names(), ["MEDIA_LOGIN_REQ"]);
}

#[test]
fn an_event_that_changes_nothing_is_not_published() {
    assert!(Lab::ready().agent(AgentState::NotActive, 1).published().is_empty());
}

#[test]
fn a_bad_sign_in_is_refused_at_once() {
    for (body, kind) in [
        (SIGN_IN.replace("<maxDialogLimit>3</maxDialogLimit>", ""), "Parameter Missing"),
        (SIGN_IN.replace(">3<", ">11<"), "Invalid Input"),
        (SIGN_IN.replace(">3<", ">0<"), "Invalid Input"),
        (SIGN_IN.replace("ACCEPT", "MAYBE"), "Invalid Input"),
        ("<Media></Media>".to_owned(), "Parameter Missing"),
        ("<Media><state>BUSY</state></Media>".to_owned(), "Invalid Input"),
        ("no XML".to_owned(), "Bad Request"),
    ] {
        let refused = Lab::ready().put(MEDIA, &body);
        assert_eq!(refused.status(), 400, "{body}");
        assert!(refused.body().contains(kind), "{body}: {}", refused.body());
        assert!(refused.names().is_empty(), "{body}");
    }
}

#[test]
fn a_dialog_limit_of_one_to_ten_is_taken() {
    for limit in [1, 10] {
        let mut lab = Lab::in_service();
        lab.put(crate::lab::USER, "<User><state>LOGIN</state><extension>1080</extension></User>");
        let asked = lab.put(MEDIA, &SIGN_IN.replace(">3<", &format!(">{limit}<")));
        let [Cti::MediaLoginReq(login)] = &asked.sent()[..] else { panic!("{limit}: {:?}", asked.names()) };
        assert_eq!(login.max_task_limit, limit);
    }
}

#[test]
fn a_list_changes_several_media() {
    let mut lab = Lab::ready();
    let list = "<MediaList><Media><id>5011</id><state>LOGOUT</state></Media>\
        <Media><id>5012</id><state>READY</state></Media></MediaList>";
    let asked = lab.put("/finesse/api/User/1080/Media", list);
    assert_eq!(asked.names(), ["MEDIA_LOGOUT_IND", "MAKE_AGENT_READY_IND"]);
}

/// Each entry for itself would pass the bound of what may wait for a domain.
#[test]
fn a_list_with_a_media_twice_is_refused_and_nothing_of_it_is_sent() {
    let mut lab = Lab::ready();
    let list = "<MediaList><Media><id>5011</id><state>NOT_READY</state></Media>\
        <Media><id>5011</id><state>READY</state></Media></MediaList>";
    let refused = lab.put("/finesse/api/User/1080/Media", list);
    assert_eq!((refused.status(), refused.names()), (400, vec![]));
    assert!(refused.body().contains("<ErrorData>5011</ErrorData>"), "{}", refused.body());
}

#[test]
fn a_media_of_a_newer_release_is_connected_while_its_agent_is_signed_in() {
    let event_form = EventForm { media_connected: MediaConnected::Shown, ..EventForm::default() };
    let mut lab = Lab::in_service_with(Config { event_form, ..config() });
    let connected = |lab: &mut Lab, is: bool| {
        let shown = format!("<mediaConnected>{is}</mediaConnected>");
        let (one, list) = (lab.get(MEDIA).body(), lab.get("/finesse/api/User/1080/Media").body());
        assert!(one.contains(&shown) && list.contains(&shown), "{one} {list}");
    };
    connected(&mut lab, false);
    lab.sign_in();
    connected(&mut lab, true);
    let ready = lab.agent(AgentState::NotActive, 1);
    assert_eq!(ready.published()[0].form, event_form);
    assert!(!Lab::in_service().get(MEDIA).body().contains("mediaConnected"));
}

//! Users: sign-in, voice state, passwords.

use crate::lab::{Lab, MEDIA, SIGN_IN, USER, config, voice_event};
use cce_cti::{Cti, ForcedFlag, SetAgentStateConf};
use cce_finesse::Config;
use cce_kernel::{Fact, Request};
use cce_model::{AgentId, AgentState, Disposition, MrdId, PeripheralId, SkillTarget, UserSignOut, UserState};
use std::time::Duration;

const LOGIN: &str = "<User><state>LOGIN</state><extension>1080</extension></User>";

#[test]
fn a_user_who_signs_in_is_not_ready() {
    let mut lab = Lab::in_service();
    let signed_in = lab.put(USER, LOGIN);
    assert_eq!((signed_in.status(), signed_in.body().as_str()), (202, ""));
    assert_eq!(signed_in.shown(), ["PUT user NOT_READY"]);
    assert_eq!(signed_in.published()[0].request_id, "r-1");
    // Right after the sign-in (finesse-nonvoice 2.2).
    assert!(lab.get(USER).body().contains("<reasonCodeId>-1</reasonCodeId>"));
    let moved = Fact::User { agent: AgentId::from("1080"), from: UserState::Logout, to: UserState::NotReady };
    assert_eq!(signed_in.facts()[0], &moved);
}

#[test]
fn a_second_sign_in_keeps_the_state_and_is_published() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    lab.put(USER, "<User><state>READY</state></User>");
    let again = lab.put(USER, LOGIN);
    assert_eq!(again.shown(), ["PUT user READY"]);
    assert!(!again.facts().iter().any(|fact| matches!(fact, Fact::User { .. })), "nothing moved");
}

#[test]
fn a_ready_user_must_become_not_ready_to_sign_out() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    lab.put(USER, "<User><state>READY</state></User>");
    let refused = lab.put(USER, "<User><state>LOGOUT</state></User>");
    assert_eq!(refused.status(), 202);
    assert_eq!(refused.shown(), ["error CF_INVALID_OBJECT_STATE"]);
    let told = cce_xml::finesse::update(refused.published()[0]);
    for part in
        ["<errorType>Invalid State</errorType>", "<errorData>22</errorData>", "<requestId>r-1</requestId>"]
    {
        assert!(told.contains(part), "no {part} in {told}");
    }
    lab.put(USER, "<User><state>NOT_READY</state></User>");
    assert_eq!(lab.put(USER, "<User><state>LOGOUT</state></User>").shown(), ["PUT user LOGOUT"]);
}

/// The products have a command for it: `utils finesse user_signout_channel` (finesse-nonvoice 2.2).
#[test]
fn a_user_s_sign_out_signs_out_of_every_media_where_the_lab_says_so() {
    let log_out = "<User><state>LOGOUT</state></User>";
    for (user_sign_out, sent) in
        [(UserSignOut::Voice, vec![]), (UserSignOut::AllMedia, vec!["MEDIA_LOGOUT_IND"])]
    {
        let mut lab = Lab::active_with(Config { user_sign_out, ..config() });
        let signed_out = lab.put(USER, log_out);
        assert_eq!(signed_out.names(), sent);
        assert_eq!(signed_out.shown(), ["PUT user LOGOUT"]);
        let logout = signed_out.sent().into_iter().find_map(|message| match message {
            Cti::MediaLogoutInd(logout) => Some((logout.mrd_id, logout.flt_icm_disp)),
            _ => None,
        });
        let expected = (MrdId(5011), Some(Disposition::AGENT_LOGGED_OUT_DURING_TASK));
        assert_eq!(logout, (user_sign_out == UserSignOut::AllMedia).then_some(expected));
    }
    let mut ready = Lab::in_service_with(Config { user_sign_out: UserSignOut::AllMedia, ..config() });
    ready.sign_in();
    ready.put(USER, "<User><state>READY</state></User>");
    assert_eq!(ready.put(USER, log_out).names(), [""; 0], "it is refused");
}

#[test]
fn ready_from_ready_is_harmless() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    lab.put(USER, "<User><state>READY</state></User>");
    let again = lab.put(USER, "<User><state>READY</state></User>");
    assert_eq!(again.status(), 202);
    assert!(again.facts().is_empty());
}

#[test]
fn a_sign_in_needs_an_extension() {
    let refused = Lab::in_service().put(USER, "<User><state>LOGIN</state></User>");
    assert_eq!(refused.status(), 400);
    assert!(refused.body().contains("Parameter Missing"));
}

#[test]
fn an_extension_has_up_to_fifteen_digits() {
    for (length, status) in [(15, 202), (16, 400)] {
        let extension = "1".repeat(length);
        let body = format!("<User><state>LOGIN</state><extension>{extension}</extension></User>");
        assert_eq!(Lab::in_service().put(USER, &body).status(), status, "{length}");
    }
}

#[test]
fn a_sign_in_with_an_extension_that_nobody_has_fails_later() {
    let mut lab = Lab::in_service();
    let accepted = lab.put(USER, "<User><state>LOGIN</state><extension>4711</extension></User>");
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.shown(), ["error CF_INVALID_LOGON_DEVICE_SPECIFIED"]);
    let told = &accepted.published()[0];
    assert_eq!((told.node().as_str(), told.source().as_str(), told.request_id.as_str()), (USER, USER, "r-1"));
    let document = cce_xml::finesse::update(told);
    // The order of the children is captured on 12.5, the peripheral's two texts are not.
    let children = "<apiError><peripheralErrorCode>10125</peripheralErrorCode><errorType>Invalid Device</errorType>\
                    <errorMessage>CF_INVALID_LOGON_DEVICE_SPECIFIED</errorMessage>\
                    <peripheralErrorText>INVALID_LOGON_DEVICE</peripheralErrorText>\
                    <peripheralErrorMsg>invalid logon device</peripheralErrorMsg><errorData>260</errorData></apiError>";
    assert!(document.contains(children), "{document}");
    assert!(lab.get(USER).body().contains("<state>LOGOUT</state>"));
}

/// Case 19.
#[test]
fn an_extension_is_one_users_at_a_time() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    let second = "/finesse/api/User/1081";
    let sign_in = |lab: &mut Lab| lab.request(Request::new("PUT", second).xml(LOGIN), "1081:ccelab");
    let accepted = sign_in(&mut lab);
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.shown(), ["error CF_EXTENSION_IN_USE"]);
    let told = cce_xml::finesse::update(accepted.published()[0]);
    assert!(told.contains("<errorType>Device Busy</errorType>"), "{told}");
    let shown = lab.request(Request::new("GET", second), "1081:ccelab").body();
    assert!(shown.contains("<state>LOGOUT</state>"), "{shown}");
    lab.put(USER, "<User><state>LOGOUT</state></User>");
    assert_eq!(sign_in(&mut lab).shown(), ["PUT user NOT_READY"]);
}

#[test]
fn a_user_may_sign_in_at_a_colleague_s_desk() {
    let mut lab = Lab::in_service();
    let signed_in = lab.put(USER, "<User><state>LOGIN</state><extension>1081</extension></User>");
    assert_eq!(signed_in.shown(), ["PUT user NOT_READY"]);
}

#[test]
fn a_login_name_stands_for_its_user() {
    let mut lab = Lab::in_service();
    let read = lab.request(Request::new("GET", "/finesse/api/User/sjeffers"), "sjeffers:ccelab");
    assert_eq!(read.status(), 200);
    assert!(read.body().contains("1080"));
}

#[test]
fn five_bad_passwords_lock_the_sign_in_for_five_minutes() {
    let mut lab = Lab::in_service();
    for _ in 0..5 {
        assert_eq!(lab.request(Request::new("PUT", USER).xml(LOGIN), "1080:wrong").status(), 401);
    }
    assert_eq!(lab.put(USER, LOGIN).status(), 401);
    lab.pass(Duration::from_micros(299_999_999));
    assert_eq!(lab.put(USER, LOGIN).status(), 401);
    lab.pass(Duration::from_micros(1));
    assert_eq!(lab.put(USER, LOGIN).status(), 202);
}

#[test]
fn a_stranger_locks_no_agent_out_of_work() {
    const READY: &str = "<User><state>READY</state></User>";
    const NOT_READY: &str = "<User><state>NOT_READY</state></User>";
    let mut lab = Lab::ready();
    for (path, body) in [(USER, LOGIN), (crate::lab::MEDIA, crate::lab::SIGN_IN)] {
        for _ in 0..6 {
            assert_eq!(lab.request(Request::new("PUT", path).xml(body), "1080:wrong").status(), 401);
        }
    }
    assert_eq!(lab.put(USER, LOGIN).status(), 401, "sign-ins are locked");
    assert_eq!(lab.get(USER).status(), 200);
    assert_eq!(lab.put(USER, READY).status(), 202);
    assert_eq!(lab.put(USER, NOT_READY).status(), 202);
    assert_eq!(lab.put(crate::lab::MEDIA, "<Media><state>NOT_READY</state></Media>").status(), 202);
}

#[test]
fn bad_passwords_count_at_sign_ins_only() {
    let mut lab = Lab::in_service();
    for _ in 0..6 {
        for body in ["<User><state>READY</state></User>", "<User/>", "no XML", ""] {
            assert_eq!(lab.request(Request::new("PUT", USER).xml(body), "1080:wrong").status(), 401);
        }
        let media = "<Media><state>READY</state></Media>";
        for path in [crate::lab::MEDIA, crate::lab::DIALOG] {
            assert_eq!(lab.request(Request::new("PUT", path).xml(media), "1080:wrong").status(), 401);
        }
        assert_eq!(lab.request(Request::new("GET", USER), "1080:wrong").status(), 401);
    }
    assert_eq!(lab.put(USER, LOGIN).status(), 202);
}

#[test]
fn right_passwords_of_other_requests_do_not_clear_the_count() {
    let mut lab = Lab::in_service();
    for _ in 0..5 {
        assert_eq!(lab.request(Request::new("PUT", USER).xml(LOGIN), "1080:wrong").status(), 401);
        assert_eq!(lab.get(USER).status(), 200);
    }
    assert_eq!(lab.put(USER, LOGIN).status(), 401);
}

#[test]
fn a_list_with_a_sign_in_counts_as_one() {
    let mut lab = Lab::in_service();
    let list = format!("<MediaList>{}</MediaList>", crate::lab::SIGN_IN);
    for _ in 0..5 {
        let asked = Request::new("PUT", "/finesse/api/User/1080/Media").xml(list.as_str());
        assert_eq!(lab.request(asked, "1080:wrong").status(), 401);
    }
    assert_eq!(lab.put(USER, LOGIN).status(), 401);
}

#[test]
fn a_good_password_clears_the_count() {
    let mut lab = Lab::in_service();
    for _ in 0..3 {
        for _ in 0..4 {
            lab.request(Request::new("PUT", USER).xml(LOGIN), "1080:wrong");
        }
        assert_eq!(lab.put(USER, LOGIN).status(), 202);
    }
}

#[test]
fn a_sign_in_is_asked_of_the_cti_server_and_takes_effect_with_its_event() {
    let mut lab = Lab::in_service().without_voice();
    let asked = lab.put(USER, LOGIN);
    assert_eq!((asked.status(), asked.shown().len()), (202, 0));
    let [Cti::SetAgentStateReq(request)] = &asked.sent()[..] else { panic!("{asked:?}") };
    assert_eq!(
        (request.peripheral_id, request.agent_state, request.forced_flag),
        (PeripheralId(5000), AgentState::Login.into(), ForcedFlag::FORCED)
    );
    let text = |text: &Option<cce_wire::Text<64>>| text.as_ref().map(ToString::to_string);
    assert_eq!(text(&request.agent_instrument).as_deref(), Some("1080"));
    assert_eq!(request.agent_id.as_ref().map(ToString::to_string).as_deref(), Some("1080"));
    let confirmed = lab.cti(SetAgentStateConf { invoke_id: request.invoke_id, ..Default::default() });
    assert_eq!(confirmed.shown(), [""; 0]);
    let done = lab.cti(voice_event("1080", AgentState::NotReady, 0, "1080"));
    assert_eq!(
        (done.shown(), done.published()[0].request_id.as_str()),
        (vec!["PUT user NOT_READY".to_owned()], "r-1")
    );
}

#[test]
fn changes_of_one_user_leave_one_after_the_other() {
    let mut lab = Lab::in_service().without_voice();
    let invoke_id = lab.put(USER, LOGIN).invoke_id();
    assert_eq!(lab.put(USER, "<User><state>READY</state></User>").names(), [""; 0]);
    lab.cti(SetAgentStateConf { invoke_id, ..Default::default() });
    let next = lab.cti(voice_event("1080", AgentState::NotReady, 0, "1080"));
    assert_eq!(next.names(), ["SET_AGENT_STATE_REQ"]);
}

#[test]
fn who_is_about_to_sign_in_may_sign_in_to_a_media() {
    let mut lab = Lab::in_service().without_voice();
    assert_eq!(lab.put(MEDIA, SIGN_IN).status(), 400);
    lab.put(USER, LOGIN);
    let asked = lab.put(MEDIA, SIGN_IN);
    let [Cti::MediaLoginReq(login)] = &asked.sent()[..] else { panic!("{asked:?}") };
    assert_eq!(login.agent_instrument.as_ref().map(ToString::to_string).as_deref(), Some("1080"));
}

#[test]
fn a_voice_state_that_another_client_of_the_cti_server_set_is_published_without_a_request_id() {
    let mut lab = Lab::in_service();
    let told = lab.cti(voice_event("1080", AgentState::Available, 0, "1081"));
    assert_eq!(
        (told.shown(), told.published()[0].request_id.as_str()),
        (vec!["PUT user READY".to_owned()], "")
    );
    assert!(lab.get(USER).body().contains("<extension>1081</extension>"));
    assert_eq!(lab.cti(voice_event("1080", AgentState::Available, 0, "1081")).shown(), [""; 0]);
}

#[test]
fn somebody_who_is_signed_out_cannot_sign_out() {
    let mut lab = Lab::in_service();
    let refused = lab.put(USER, "<User><state>LOGOUT</state></User>");
    assert_eq!(refused.shown(), ["error CF_INVALID_OBJECT_STATE"]);
}

#[test]
fn a_change_that_the_cti_server_does_not_confirm_fails() {
    let mut lab = Lab::in_service().without_voice();
    lab.put(USER, LOGIN);
    let failed = lab.seconds(5);
    assert_eq!(failed.shown(), ["error E_CTI_TIMEOUT"]);
    assert_eq!(failed.published()[0].node(), USER);
}

#[test]
fn the_voice_state_is_learnt_anew_when_the_cti_server_is_back() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    let mut lab = lab.without_voice();
    lab.put(USER, "<User><state>READY</state></User>");
    lab.lose_cti();
    assert_eq!(lab.get(USER).status(), 503);
    assert_eq!(lab.reopen().names(), ["BEGIN_AGENT_INIT_IND"]);
    let asked = lab.init_ready();
    let [Cti::QueryAgentStateReq(query)] = &asked.sent()[..] else { panic!("{asked:?}") };
    assert_eq!((query.mrd_id, query.icm_agent_id), (MrdId(1), SkillTarget(5172)));
    let answer = |state: AgentState| cce_cti::QueryAgentStateConf {
        invoke_id: query.invoke_id,
        agent_state: state.into(),
        mrd_id: MrdId(1),
        icm_agent_id: SkillTarget(5172),
        agent_extension: Some(cce_wire::Text::new("1080")),
        ..Default::default()
    };
    let back = lab.cti(answer(AgentState::Available));
    assert_eq!(back.names(), ["END_AGENT_INIT_IND"]);
    assert_eq!(
        (back.shown(), back.published()[0].request_id.as_str()),
        (vec!["PUT user READY".to_owned()], "r-1")
    );
}

#[test]
fn a_change_that_was_cut_off_and_did_not_come_about_fails() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    let mut lab = lab.without_voice();
    lab.put(USER, "<User><state>READY</state></User>");
    lab.lose_cti();
    lab.reopen();
    let invoke_id = lab.init_ready().invoke_id();
    let lost = lab.cti(cce_cti::QueryAgentStateConf {
        invoke_id,
        agent_state: AgentState::Logout.into(),
        mrd_id: MrdId(1),
        icm_agent_id: SkillTarget(5172),
        ..Default::default()
    });
    assert_eq!(lost.shown(), ["PUT user LOGOUT", "error E_CTI_TIMEOUT"]);
}

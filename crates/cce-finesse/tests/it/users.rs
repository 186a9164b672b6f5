//! Users: sign-in, voice state, passwords.

use crate::lab::{Lab, USER};
use cce_kernel::{
    Fact, Request,
    model::{AgentId, UserState},
};
use std::time::Duration;

const LOGIN: &str = "<User><state>LOGIN</state><extension>1080</extension></User>";

#[test]
fn a_user_who_signs_in_is_not_ready() {
    let mut lab = Lab::in_service();
    let signed_in = lab.put(USER, LOGIN);
    assert_eq!((signed_in.status(), signed_in.body().as_str()), (202, ""));
    assert_eq!(signed_in.shown(), ["PUT user NOT_READY"]);
    assert_eq!(signed_in.published()[0].request_id, "r-1");
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
    assert_eq!(again.facts().len(), 1, "nothing moved");
}

#[test]
fn a_ready_user_must_become_not_ready_to_sign_out() {
    let mut lab = Lab::in_service();
    lab.put(USER, LOGIN);
    lab.put(USER, "<User><state>READY</state></User>");
    let refused = lab.put(USER, "<User><state>LOGOUT</state></User>");
    assert_eq!(refused.status(), 400);
    assert!(refused.body().contains("Invalid State specified for user"));
    lab.put(USER, "<User><state>NOT_READY</state></User>");
    assert_eq!(lab.put(USER, "<User><state>LOGOUT</state></User>").shown(), ["PUT user LOGOUT"]);
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
fn a_sign_in_with_an_extension_that_nobody_has_fails_later() {
    let mut lab = Lab::in_service();
    let accepted = lab.put(USER, "<User><state>LOGIN</state><extension>4711</extension></User>");
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.shown(), ["error CF_INVALID_LOGON_DEVICE_SPECIFIED"]);
    let told = &accepted.published()[0];
    assert_eq!((told.node().as_str(), told.source().as_str(), told.request_id.as_str()), (USER, USER, "r-1"));
    let document = cce_xml::finesse::update(told);
    for part in [
        "<errorData>260</errorData>",
        "<errorMessage>CF_INVALID_LOGON_DEVICE_SPECIFIED</errorMessage>",
        "<errorType>Invalid Device</errorType>",
    ] {
        assert!(document.contains(part), "no {part} in {document}");
    }
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
    lab.pass(Duration::from_mins(5));
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

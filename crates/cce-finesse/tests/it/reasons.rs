//! Reason codes are objects of the lab (finesse-nonvoice 2.7; case 20).

use crate::lab::{Lab, MEDIA, SIGN_IN, USER, rows};
use cce_cti::{AgentMode, AgentStateEvent, Cti, MakeAgentNotReadyResp};
use cce_model::{
    AgentState, EventReason, MrdId, Object, ReasonCategory, ReasonCode, SkillTarget, sample::SampleRows,
};

const LOGIN: &str = "<User><state>LOGIN</state><extension>1080</extension></User>";

#[test]
fn a_category_with_reasons_demands_one() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    for (target, body) in [
        (USER, "<User><state>NOT_READY</state></User>"),
        (USER, "<User><state>NOT_READY</state><reasonCodeId>-1</reasonCodeId></User>"),
        (USER, "<User><state>LOGOUT</state></User>"),
        (MEDIA, "<Media><state>NOT_READY</state></Media>"),
        (MEDIA, "<Media><state>LOGOUT</state></Media>"),
    ] {
        let refused = lab.put(target, body);
        assert_eq!(refused.status(), 400, "{body}");
        for part in [
            "<ErrorType>Parameter Missing</ErrorType>",
            "<ErrorMessage>finesse.api.reasoncode.require_reasoncode</ErrorMessage>",
            "<ErrorData>The state change requires a valid reason code.</ErrorData>",
        ] {
            assert!(refused.body().contains(part), "{body}: {}", refused.body());
        }
    }
}

#[test]
fn a_reason_that_is_not_there_is_refused() {
    for rows in [rows(), with_reasons()] {
        let mut lab = signed_in(Lab::in_service_with_objects(rows));
        // 17 is a reason for signing out, and none for being not ready.
        for id in ["99", "17", "10", "x", "0"] {
            let user = format!("<User><state>NOT_READY</state><reasonCodeId>{id}</reasonCodeId></User>");
            let media = format!("<Media><state>NOT_READY</state><reasonCodeId>{id}</reasonCodeId></Media>");
            for (target, body) in [(USER, user), (MEDIA, media)] {
                let refused = lab.put(target, &body);
                assert_eq!(refused.status(), 400, "{body}");
                assert!(refused.body().contains("Invalid Input"), "{}", refused.body());
            }
        }
    }
}

#[test]
fn ready_and_signing_in_need_no_reason() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    assert_eq!(lab.put(USER, "<User><state>READY</state></User>").status(), 202);
    assert_eq!(lab.put(MEDIA, SIGN_IN).status(), 202);
    assert_eq!(lab.put(MEDIA, "<Media><state>READY</state></Media>").status(), 202);
}

/// 255 is what Finesse says of a sign-out that it makes by itself (task-routing E5), and a lab may use it for one of an agent.
#[test]
fn a_sign_out_with_a_reason_of_255_is_the_agent_s_own() {
    let reason_codes = vec![reason(ReasonCategory::Logout, 17, 255, "End of shift")];
    let rows = SampleRows { reason_codes, ..rows() };
    let mut lab = signed_in(Lab::in_service_with_objects(rows));
    let asked = lab.put(MEDIA, "<Media><state>LOGOUT</state><reasonCodeId>17</reasonCodeId></Media>");
    let [Cti::MediaLogoutInd(request)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(request.reason_code, EventReason(255));
    let failed = lab.seconds(5);
    assert_eq!(failed.shown(), ["error E_CTI_TIMEOUT"]);
    assert!(!lab.armed().iter().any(|timer| timer.name == "absence"), "nobody is missed");
    assert_eq!(lab.seconds(60).names().iter().filter(|name| **name == "MEDIA_LOGOUT_IND").count(), 0);
}

#[test]
fn the_cti_server_is_told_the_code_and_desktops_see_the_reason() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    let asked = lab.put(MEDIA, "<Media><state>NOT_READY</state><reasonCodeId>16</reasonCodeId></Media>");
    let [Cti::MakeAgentNotReadyReq(request)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(request.reason_code, EventReason(10));
    lab.cti(MakeAgentNotReadyResp { invoke_id: request.invoke_id, ..Default::default() });
    let event = AgentStateEvent {
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        agent_state: AgentState::NotReady.into(),
        agent_mode: AgentMode::ROUTABLE,
        event_reason_code: EventReason(10),
        ..Default::default()
    };
    let shown = lab.cti(event);
    let Object::Media(media) = &shown.published()[0].object else { panic!("{shown:?}") };
    assert_eq!(media.reason, Some(reason(ReasonCategory::NotReady, 16, 10, "Team Meeting")));
    let read = lab.get(MEDIA).body();
    for part in ["<ReasonCode><uri>/finesse/api/ReasonCode/16</uri>", "<reasonCodeId>16</reasonCodeId>"] {
        assert!(read.contains(part), "no {part} in {read}");
    }
}

#[test]
fn a_user_who_is_not_ready_shows_the_reason() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    lab.put(USER, "<User><state>READY</state></User>");
    lab.put(USER, "<User><state>NOT_READY</state><reasonCodeId>16</reasonCodeId></User>");
    assert!(lab.get(USER).body().contains("<label>Team Meeting</label>"));
    lab.put(USER, "<User><state>READY</state></User>");
    assert!(lab.get(USER).body().contains("<reasonCodeId>-1</reasonCodeId>"));
}

/// finesse-nonvoice 2.3.
#[test]
fn a_reason_that_was_not_chosen_is_empty_and_one_that_could_not_be_is_minus_one() {
    const READY: &str = "<Media><state>READY</state></Media>";
    let shows = |lab: &mut Lab, id: &str, when: &str| {
        let shown = lab.get(MEDIA).body();
        assert!(shown.contains(&format!("<reasonCodeId>{id}</reasonCodeId>")), "{when}: {shown}");
    };
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    shows(&mut lab, "-1", "right after the sign-in");
    lab.put(MEDIA, READY);
    let ready = lab.agent(AgentState::NotActive, 1);
    let told = cce_xml::finesse::update(ready.published()[0]);
    assert!(told.contains("<reasonCodeId></reasonCodeId>"), "{told}");
    shows(&mut lab, "", "ready");
    lab.agent(AgentState::Active, 1);
    shows(&mut lab, "", "at work");
    lab.agent(AgentState::WorkNotReady, 0);
    shows(&mut lab, "-1", "without a client");
    lab.agent(AgentState::Active, 0);
    shows(&mut lab, "-1", "after a failover");
    lab.agent(AgentState::NotActive, 1);
    shows(&mut lab, "", "ready again");
    lab.agent(AgentState::Logout, 0);
    shows(&mut lab, "-1", "signed out");
    let mut without_codes = Lab::ready();
    shows(&mut without_codes, "-1", "where there are no codes");
}

#[test]
fn who_signed_out_shows_no_reason() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    let asked = lab.put(MEDIA, "<Media><state>LOGOUT</state><reasonCodeId>17</reasonCodeId></Media>");
    let [Cti::MediaLogoutInd(logout)] = &asked.sent()[..] else { panic!("{:?}", asked.names()) };
    assert_eq!(logout.reason_code, EventReason(20));
    lab.cti(AgentStateEvent {
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        agent_state: AgentState::Logout.into(),
        event_reason_code: EventReason(20),
        ..Default::default()
    });
    lab.put(USER, "<User><state>LOGOUT</state><reasonCodeId>17</reasonCodeId></User>");
    for target in [MEDIA, USER] {
        let shown = lab.get(target).body();
        assert!(shown.contains("<reasonCodeId>-1</reasonCodeId>"), "{shown}");
        assert!(shown.contains("<state>LOGOUT</state>") && !shown.contains("<ReasonCode>"), "{shown}");
    }
}

/// A code may stand for a reason in either category: at a sign-out it is none for being not ready.
#[test]
fn who_signed_out_shows_no_reason_whatever_the_code_stands_for() {
    let mut lab = signed_in(Lab::in_service_with_objects(with_reasons()));
    let signed_out = lab.cti(AgentStateEvent {
        mrd_id: MrdId(5011),
        icm_agent_id: SkillTarget(5172),
        agent_state: AgentState::Logout.into(),
        event_reason_code: EventReason(10),
        ..Default::default()
    });
    let Object::Media(media) = &signed_out.published()[0].object else { panic!("{signed_out:?}") };
    assert_eq!((media.state, &media.reason), (AgentState::Logout, &None));
}

#[test]
fn reasons_are_listed_by_category_and_shown_one_by_one() {
    let mut lab = Lab::in_service_with_objects(with_reasons());
    let one = "<uri>/finesse/api/ReasonCode/16</uri><category>NOT_READY</category><code>10</code>\
               <label>Team Meeting</label><forAll>true</forAll><systemCode>false</systemCode><id>16</id>";
    for list in ["/finesse/api/User/1080/ReasonCodes", "/finesse/api/ReasonCodes"] {
        let not_ready = lab.get(&format!("{list}?category=NOT_READY")).body();
        assert_eq!(
            not_ready,
            format!("<ReasonCodes category=\"NOT_READY\"><ReasonCode>{one}</ReasonCode></ReasonCodes>")
        );
        let logout = lab.get(&format!("{list}?category=LOGOUT")).body();
        assert!(logout.contains("ReasonCode/17") && !logout.contains("ReasonCode/16"), "{logout}");
    }
    for single in ["/finesse/api/ReasonCode/16", "/finesse/api/User/1080/ReasonCode/16"] {
        assert_eq!(lab.get(single).body(), format!("<ReasonCode>{one}</ReasonCode>"));
    }
}

fn signed_in(mut lab: Lab) -> Lab {
    lab.put(USER, LOGIN);
    let invoke_id = lab.put(MEDIA, SIGN_IN).invoke_id();
    lab.cti(cce_cti::MediaLoginResp { invoke_id, ..Default::default() });
    lab.agent(AgentState::NotReady, 1);
    lab
}

fn with_reasons() -> SampleRows {
    let reason_codes = vec![
        reason(ReasonCategory::NotReady, 16, 10, "Team Meeting"),
        reason(ReasonCategory::Logout, 17, 20, "End of shift"),
    ];
    SampleRows { reason_codes, ..rows() }
}

fn reason(category: ReasonCategory, id: i32, code: u16, label: &str) -> ReasonCode {
    ReasonCode { category, id, code: EventReason(code), label: label.to_owned(), for_all: true }
}

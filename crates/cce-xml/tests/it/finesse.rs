//! What Finesse writes, and what a desktop makes of it.

use crate::objects::{TASK, dialog, later, media, publication, user};
use cce_model::{
    AgentState, ApiError, Dialog, DialogState, Disposition, EventForm, Media, MediaConnected, MediaElement,
    MrdId, Object, PeripheralError, PeripheralId, Publication, PublishEvent, ReadyReason, TaskId, User,
    UserError, UserErrorForm, UserState,
};
use cce_xml::{
    finesse::{self, CtiServerInfo, Seen, SystemInfo, SystemStatus, read_update},
    parse, update,
};
use std::time::Duration;

/// The lab trace's notification of the acceptance.
const ACCEPTED: &str = "<Update><data><dialog><taskId><routerCallKeyDay>154526</routerCallKeyDay>\
     <routerCallKeyCallID>37051928</routerCallKeyCallID>\
     <routerCallKeySequenceNum>1</routerCallKeySequenceNum></taskId><id>154526_37051928_1</id>\
     <mediaProperties><mediaId>5011</mediaId><dialedNumber>CumulusTask</dialedNumber>\
     <queueNumber>12282837</queueNumber><queueName>CumulusTask</queueName>\
     <callKeyCallId>37051928</callKeyCallId><callKeyPrefix>154526</callKeyPrefix>\
     <callKeySequenceNum>1</callKeySequenceNum></mediaProperties><mediaType>Tasks</mediaType>\
     <participants><Participant><actions><action>UPDATE_CALL_DATA</action>\
     <action>TRANSFER</action><action>START</action><action>CLOSE</action></actions>\
     <mediaAddress>1080</mediaAddress><mediaAddressType></mediaAddressType>\
     <startTime>2024-01-30T13:55:49.426Z</startTime><state>ACCEPTED</state><stateCause>\
     </stateCause><stateChangeTime>2024-01-30T13:55:58.953Z</stateChangeTime></Participant>\
     </participants><state>ACCEPTED</state><uri>/finesse/api/Dialog/154526_37051928_1</uri>\
     </dialog></data><event>PUT</event><requestId></requestId>\
     <source>/finesse/api/Dialog/154526_37051928_1</source></Update>";

/// The lab trace's notification of the start.
const ACTIVE: &str = "<Update><data><dialog><taskId><routerCallKeyDay>154526</routerCallKeyDay>\
     <routerCallKeyCallID>37051928</routerCallKeyCallID>\
     <routerCallKeySequenceNum>1</routerCallKeySequenceNum></taskId><id>154526_37051928_1</id>\
     <mediaProperties><mediaId>5011</mediaId><dialedNumber>CumulusTask</dialedNumber>\
     <queueNumber>12282837</queueNumber><queueName>CumulusTask</queueName>\
     <callKeyCallId>37051928</callKeyCallId><callKeyPrefix>154526</callKeyPrefix>\
     <callKeySequenceNum>1</callKeySequenceNum></mediaProperties><mediaType>Tasks</mediaType>\
     <participants><Participant><actions><action>PAUSE</action><action>UPDATE_CALL_DATA</action>\
     <action>WRAP_UP</action><action>TRANSFER</action><action>CLOSE</action></actions>\
     <mediaAddress>1080</mediaAddress><mediaAddressType></mediaAddressType>\
     <startTime>2024-01-30T13:55:49.426Z</startTime><state>ACTIVE</state><stateCause>\
     </stateCause><stateChangeTime>2024-01-30T13:56:53.774Z</stateChangeTime></Participant>\
     </participants><state>ACTIVE</state><uri>/finesse/api/Dialog/154526_37051928_1</uri>\
     </dialog></data><event>PUT</event><requestId></requestId>\
     <source>/finesse/api/Dialog/154526_37051928_1</source></Update>";

/// The lab trace's notification of the end.
const CLOSED: &str = "<Update><data><dialogs><Dialog><taskId><routerCallKeyDay>154526</routerCallKeyDay>\
     <routerCallKeyCallID>37051928</routerCallKeyCallID>\
     <routerCallKeySequenceNum>1</routerCallKeySequenceNum></taskId><id>154526_37051928_1</id>\
     <mediaProperties><mediaId>5011</mediaId><dialedNumber>CumulusTask</dialedNumber>\
     <queueNumber>12282837</queueNumber><queueName>CumulusTask</queueName>\
     <callKeyCallId>37051928</callKeyCallId><callKeyPrefix>154526</callKeyPrefix>\
     <callKeySequenceNum>1</callKeySequenceNum></mediaProperties><mediaType>Tasks</mediaType>\
     <participants><Participant><actions></actions><mediaAddress>1080</mediaAddress>\
     <mediaAddressType></mediaAddressType><startTime>2024-01-30T13:55:49.426Z</startTime>\
     <state>CLOSED</state><stateCause></stateCause>\
     <stateChangeTime>2024-01-30T13:58:10.569Z</stateChangeTime></Participant></participants>\
     <dispositionCode>CD_NORMAL_END_DIALOG</dispositionCode><state>CLOSED</state>\
     <uri>/finesse/api/Dialog/154526_37051928_1</uri></Dialog></dialogs></data>\
     <event>DELETE</event><requestId></requestId>\
     <source>/finesse/api/User/1080/Media/5011/Dialogs</source></Update>";

#[test]
fn the_acceptance_of_the_lab_trace_is_written_byte_for_byte() {
    let object = Object::Dialog(Box::new(dialog(DialogState::Accepted, later(9_527))));
    assert_eq!(update(&publication(PublishEvent::Put, object)), ACCEPTED);
}

#[test]
fn the_start_of_the_lab_trace_is_written_byte_for_byte() {
    let object = Object::Dialog(Box::new(dialog(DialogState::Active, later(64_348))));
    assert_eq!(update(&publication(PublishEvent::Put, object)), ACTIVE);
}

#[test]
fn the_end_of_the_lab_trace_is_written_byte_for_byte() {
    let object = Object::Dialogs(Box::new(dialog(DialogState::Closed, later(141_143))));
    assert_eq!(update(&publication(PublishEvent::Delete, object)), CLOSED);
}

#[test]
fn an_offer_is_a_post_to_the_collection_with_accept_as_its_only_action() {
    let object = Object::Dialogs(Box::new(dialog(DialogState::Offered, later(0))));
    let offer = update(&publication(PublishEvent::Post, object));
    assert!(offer.starts_with("<Update><data><dialogs><Dialog><taskId>"), "{offer}");
    assert!(offer.contains("<actions><action>ACCEPT</action></actions>"), "{offer}");
    assert!(!offer.contains("dispositionCode"), "{offer}");
    assert!(
        offer.ends_with(
            "</Dialog></dialogs></data><event>POST</event><requestId></requestId>\
             <source>/finesse/api/User/1080/Media/5011/Dialogs</source></Update>"
        ),
        "{offer}"
    );
}

#[test]
fn call_variables_stand_between_queue_and_call_key() {
    let mut dialog = dialog(DialogState::Active, later(0));
    dialog.call_variables = vec![("callVariable1".to_owned(), "Lewis & \"Co\" <x>".to_owned())];
    let text = finesse::dialog(&dialog);
    assert!(text.starts_with("<Dialog><taskId>"), "{text}");
    assert!(
        text.contains(
            "</queueName><callvariables><CallVariable><name>callVariable1</name>\
             <value>Lewis &amp; \"Co\" &lt;x&gt;</value></CallVariable></callvariables><callKeyCallId>"
        ),
        "{text}"
    );
}

#[test]
fn a_transferred_dialog_begins_with_the_one_before() {
    let associated = Some(TaskId { call: TASK.call - 1, ..TASK });
    let text = finesse::dialog(&Dialog { associated, ..dialog(DialogState::Offered, later(0)) });
    let begin =
        "<Dialog><associatedDialogUri>/finesse/api/Dialog/154526_37051927_1</associatedDialogUri><taskId>";
    assert!(text.starts_with(begin), "{text}");
}

#[test]
fn every_member_of_a_list_of_dialogs_begins_with_a_capital() {
    let list = [dialog(DialogState::Offered, later(0)), dialog(DialogState::Active, later(0))];
    let text = finesse::dialogs(&list);
    assert_eq!(parse(text.as_bytes()).unwrap().all("Dialog").count(), 2);
    assert_eq!(finesse::dialogs([]), "<Dialogs></Dialogs>");
}

#[test]
fn a_media_is_written_in_the_order_of_the_reference() {
    assert_eq!(
        finesse::media(&media(), true, MediaConnected::Hidden),
        "<Media><uri>/finesse/api/User/1080/Media/5011</uri><description>Cumulus tasks</description>\
         <dialogLogoutAction>CLOSE</dialogLogoutAction><id>5011</id><interruptible>true</interruptible>\
         <maxDialogLimit>3</maxDialogLimit><name>Tasks</name><reasonCodeId>-1</reasonCodeId>\
         <routable>true</routable><state>READY</state>\
         <stateChangeTime>2024-01-30T13:55:49.426Z</stateChangeTime>\
         <interruptAction>ACCEPT</interruptAction></Media>"
    );
}

#[test]
fn the_event_of_a_media_has_all_of_it_and_the_medias_url_as_its_source() {
    let read = finesse::media(&media(), true, MediaConnected::Hidden);
    let inside = read.strip_prefix("<Media>").and_then(|rest| rest.strip_suffix("</Media>")).unwrap();
    assert_eq!(
        update(&publication(PublishEvent::Put, Object::Media(Box::new(media())))),
        format!(
            "<Update><data><media>{inside}</media></data><event>PUT</event><requestId></requestId>\
             <source>/finesse/api/User/1080/Media/5011</source></Update>"
        )
    );
}

#[test]
fn a_media_of_a_newer_release_says_behind_all_else_whether_its_agent_is_signed_in() {
    for (state, connected) in [(AgentState::NotReady, true), (AgentState::Logout, false)] {
        let media = Media { state, ..media() };
        let said = format!("</interruptAction><mediaConnected>{connected}</mediaConnected></");
        let read = finesse::media(&media, true, MediaConnected::Shown);
        assert!(read.contains(&said), "{read}");
        let form = EventForm { media_connected: MediaConnected::Shown, ..EventForm::default() };
        let event = Publication { form, ..publication(PublishEvent::Put, Object::Media(Box::new(media))) };
        assert!(update(&event).contains(&said), "{}", update(&event));
    }
}

#[test]
fn the_system_tells_which_cti_server_it_has_and_which_other_node() {
    let mut info = system(SystemStatus::InService);
    assert!(!finesse::system_info(&info).contains("secondaryNode"));
    info.secondary = Some("fin2.lab".to_owned());
    info.cti_servers[1].connected = Some(Duration::from_secs(7));
    let text = finesse::system_info(&info);
    assert!(text.contains("<secondaryNode><host>fin2.lab</host></secondaryNode>"), "{text}");
    assert!(
        text.contains(
            "<ctiServers><ctiServer><active>false</active><connectedDuration>0</connectedDuration>\
             <host>pg3a.lab</host></ctiServer><ctiServer><active>true</active>\
             <connectedDuration>7</connectedDuration><host>pg3b.lab</host></ctiServer></ctiServers>"
        ),
        "{text}"
    );
}

#[test]
fn somebody_who_is_in_no_queue_sees_only_what_the_domain_is() {
    assert_eq!(
        finesse::media_list([(&media(), false)], MediaConnected::Shown),
        "<MediaList><Media><uri>/finesse/api/User/1080/Media/5011</uri>\
         <description>Cumulus tasks</description><id>5011</id><interruptible>true</interruptible>\
         <name>Tasks</name></Media></MediaList>"
    );
}

#[test]
fn a_media_that_nobody_signed_in_to_has_no_limit_and_no_time() {
    let mut media = media();
    (media.max_dialog_limit, media.changed, media.state) = (None, None, AgentState::Logout);
    let text = finesse::media(&media, true, MediaConnected::Hidden);
    assert!(text.contains("<state>LOGOUT</state><stateChangeTime></stateChangeTime>"), "{text}");
    assert!(!text.contains("maxDialogLimit"), "{text}");
}

#[test]
fn a_notified_user_has_its_children_in_alphabetical_order() {
    let text = update(&publication(PublishEvent::Put, Object::User(Box::new(user()))));
    let root = parse(text.as_bytes()).unwrap();
    let names: Vec<&str> =
        root.at(&["data", "user"]).unwrap().children.iter().map(|child| child.name.as_str()).collect();
    // All of those of finesse-nonvoice 2.2.
    let whole = [
        "dialogs",
        "extension",
        "firstName",
        "lastName",
        "loginId",
        "loginName",
        "mediaType",
        "pendingState",
        "reasonCodeId",
        "roles",
        "settings",
        "state",
        "stateChangeTime",
        "teamId",
        "teamName",
        "teams",
        "uri",
        "wrapUpTimer",
    ];
    assert_eq!(names, whole);
    assert!(text.contains("<teamName>Cards &amp; loans</teamName>"), "{text}");
    assert!(text.ends_with("<source>/finesse/api/User/1080</source></Update>"), "{text}");
}

#[test]
fn a_user_tells_login_id_and_skill_target() {
    let root = parse(finesse::user(&user()).as_bytes()).unwrap();
    let text_of = |name| root.text_of(name).unwrap();
    assert_eq!((text_of("loginId"), text_of("loginName")), ("1080".to_owned(), "sjeffers".to_owned()));
    assert_eq!((text_of("skillTargetId"), text_of("stateChangeTime")), ("5172".to_owned(), String::new()));
    assert_eq!(text_of("state"), "NOT_READY");
}

#[test]
fn an_error_about_a_domain_repeats_the_request_id() {
    let mut publication = publication(PublishEvent::Put, Object::MediaError(already_signed_in()));
    publication.request_id = "r-1".to_owned();
    assert_eq!(
        update(&publication),
        "<Update><data><apiErrors><apiError><errorData>1</errorData><errorMedia>5011</errorMedia>\
         <errorMessage>E_ARM_STAT_AGENT_ALREADY_LOGGED_IN</errorMessage>\
         <errorType>Agent already logged into MRD</errorType></apiError></apiErrors></data>\
         <event>PUT</event><requestId>r-1</requestId>\
         <source>/finesse/api/User/1080/Media/5011</source></Update>"
    );
}

#[test]
fn an_error_about_a_dialog_names_the_dialog_as_its_source() {
    let object = Object::DialogError { dialog: TASK, error: already_signed_in() };
    let text = update(&publication(PublishEvent::Put, object));
    assert!(text.ends_with("<source>/finesse/api/Dialog/154526_37051928_1</source></Update>"), "{text}");
}

#[test]
fn a_refusal_is_written_in_upper_camel_case() {
    let error = ApiError { data: "a<b".to_owned(), media: None, ..already_signed_in() };
    assert_eq!(
        finesse::api_errors(&error),
        "<ApiErrors><ApiError><ErrorType>Agent already logged into MRD</ErrorType>\
         <ErrorMessage>E_ARM_STAT_AGENT_ALREADY_LOGGED_IN</ErrorMessage><ErrorData>a&lt;b</ErrorData>\
         </ApiError></ApiErrors>"
    );
    assert!(finesse::api_errors(&already_signed_in()).contains("<ErrorMedia>5011</ErrorMedia></ApiError>"));
}

#[test]
fn a_system_out_of_service_says_so_and_still_tells_its_names() {
    let info = system(SystemStatus::Disconnected);
    let root = parse(finesse::system_info(&info).as_bytes()).unwrap();
    let text_of = |name| root.text_of(name).unwrap();
    assert_eq!(text_of("status"), "OUT_OF_SERVICE");
    assert_eq!(text_of("lastCTIHeartbeatStatus"), "failure");
    assert_eq!(text_of("currentTimestamp"), "2024-01-30T13:55:49.426Z");
    assert_eq!(text_of("xmppPubSubDomain"), "pubsub.fin.lab");
    assert_eq!(root.at(&["primaryNode", "host"]).unwrap().text, "fin.lab");
}

#[test]
fn a_system_in_service_gives_no_reason() {
    let text = finesse::system_info(&system(SystemStatus::InService));
    assert!(text.contains("<status>IN_SERVICE</status><statusReason></statusReason>"), "{text}");
}

#[test]
fn a_system_that_initialises_has_another_reason_than_one_without_a_server() {
    let root = parse(finesse::system_info(&system(SystemStatus::Initialising)).as_bytes()).unwrap();
    let text_of = |name| root.text_of(name).unwrap();
    assert_eq!(
        (text_of("status").as_str(), text_of("lastCTIHeartbeatStatus").as_str()),
        ("OUT_OF_SERVICE", "success")
    );
    assert_eq!(text_of("statusReason"), "agents and tasks are being initialised");
    let without = finesse::system_info(&system(SystemStatus::Disconnected));
    assert!(without.contains("<statusReason>the CTI server is not connected</statusReason>"), "{without}");
}

/// As captured on 12.5 (finesse-nonvoice 4.6).
#[test]
fn the_error_of_a_users_request_has_the_form_of_the_capture() {
    let error = UserError {
        kind: "Invalid State".to_owned(),
        message: "CF_INVALID_OBJECT_STATE".to_owned(),
        data: "22".to_owned(),
        peripheral: None,
    };
    let mut publication = publication(PublishEvent::Put, Object::UserError(error.clone()));
    publication.request_id = "r-1".to_owned();
    let document = update(&publication);
    assert_eq!(
        document,
        "<Update><data><apiErrors><apiError><errorType>Invalid State</errorType>\
         <errorMessage>CF_INVALID_OBJECT_STATE</errorMessage><errorData>22</errorData></apiError></apiErrors></data>\
         <requestId>r-1</requestId><source>/finesse/api/User/1080</source><event>put</event></Update>"
    );
    assert_eq!(
        read_update(&document).unwrap().seen,
        Seen::Error { data: error.data, message: error.message }
    );
}

/// In the order of the errors of media and dialogs, as the guide has it (finesse-nonvoice 4.6).
#[test]
fn the_error_of_a_users_request_may_have_the_form_of_the_guide() {
    let peripheral =
        PeripheralError { code: 10_125, text: "CF_INVALID".to_owned(), message: "no such device".to_owned() };
    let error = UserError {
        kind: "Invalid Device".to_owned(),
        message: "CF_INVALID_LOGON_DEVICE_SPECIFIED".to_owned(),
        data: "260".to_owned(),
        peripheral: Some(peripheral),
    };
    let mut publication = publication(PublishEvent::Put, Object::UserError(error));
    publication.form.user_errors = UserErrorForm::Guide;
    assert_eq!(
        update(&publication),
        "<Update><data><apiErrors><apiError><errorData>260</errorData>\
         <errorMessage>CF_INVALID_LOGON_DEVICE_SPECIFIED</errorMessage><errorType>Invalid Device</errorType>\
         <peripheralErrorCode>10125</peripheralErrorCode><peripheralErrorText>CF_INVALID</peripheralErrorText>\
         <peripheralErrorMsg>no such device</peripheralErrorMsg></apiError></apiErrors></data>\
         <event>PUT</event><requestId></requestId><source>/finesse/api/User/1080</source></Update>"
    );
}

#[test]
fn the_element_of_a_media_is_spelled_as_the_release_does() {
    for (spelled, element) in [(MediaElement::Small, "media"), (MediaElement::Capital, "Media")] {
        let mut publication = publication(PublishEvent::Put, Object::Media(Box::new(media())));
        publication.form.media_element = spelled;
        let document = update(&publication);
        let start = format!("<Update><data><{element}><uri>/finesse/api/User/1080/Media/5011</uri>");
        assert!(document.starts_with(&start), "{document}");
        assert!(document.contains(&format!("</{element}></data><event>PUT</event>")), "{document}");
    }
}

#[test]
fn the_event_of_a_ready_user_has_a_reason_where_the_release_has_one() {
    for (of_ready, between) in
        [(ReadyReason::Absent, ""), (ReadyReason::Present, "<reasonCodeId>-1</reasonCodeId>")]
    {
        let ready = User { state: UserState::Ready, ..user() };
        let mut publication = publication(PublishEvent::Put, Object::User(Box::new(ready)));
        publication.form.ready_reason = of_ready;
        let document = update(&publication);
        assert!(document.contains(&format!("<pendingState></pendingState>{between}<roles>")), "{document}");
    }
}

#[test]
fn an_empty_list_of_reason_codes_names_its_category() {
    assert_eq!(
        finesse::reason_codes(cce_model::ReasonCategory::Logout, []),
        "<ReasonCodes category=\"LOGOUT\"></ReasonCodes>"
    );
}

#[test]
fn a_desktop_reads_a_dialog_alone_and_in_a_collection() {
    let accepted = read_update(ACCEPTED).unwrap();
    assert_eq!(accepted.seen, Seen::Dialog { id: TASK, state: DialogState::Accepted });
    assert_eq!((accepted.event.as_str(), accepted.request_id.as_str()), ("PUT", ""));
    let closed = read_update(CLOSED).unwrap();
    assert_eq!(closed.seen, Seen::Dialog { id: TASK, state: DialogState::Closed });
    assert_eq!(closed.source, "/finesse/api/User/1080/Media/5011/Dialogs");
}

#[test]
fn a_desktop_reads_media_users_and_errors() {
    let seen = |object| read_update(&update(&publication(PublishEvent::Put, object))).unwrap().seen;
    let media_seen = Seen::Media { mrd: "5011".to_owned(), state: "READY".to_owned() };
    assert_eq!(seen(Object::Media(Box::new(media()))), media_seen);
    let user_seen = Seen::User { id: "1080".to_owned(), state: "NOT_READY".to_owned() };
    assert_eq!(seen(Object::User(Box::new(user()))), user_seen);
    let error = already_signed_in();
    let error_seen = Seen::Error { data: error.data.clone(), message: error.message.clone() };
    assert_eq!(seen(Object::MediaError(error)), error_seen);
}

#[test]
fn a_desktop_passes_over_what_it_does_not_know() {
    assert_eq!(read_update("<Update><data><team/></data></Update>").unwrap().seen, Seen::Other);
    assert_eq!(read_update("<Update/>").unwrap().seen, Seen::Other);
    assert!(read_update("<Updates/>").is_err());
}

#[test]
fn each_known_end_has_its_name() {
    let mut dialog = dialog(DialogState::Closed, later(0));
    dialog.disposition = Some(Disposition::RING_NO_ANSWER);
    assert!(finesse::dialog(&dialog).contains("<dispositionCode>CD_RING_NO_ANSWER</dispositionCode><state>"));
}

#[test]
fn a_notification_of_the_system_tells_its_state() {
    let document = finesse::system_update(&system(SystemStatus::Disconnected));
    let update = read_update(&document).unwrap();
    assert_eq!(update.seen, Seen::System { status: "OUT_OF_SERVICE".to_owned() });
    assert_eq!((update.event.as_str(), update.source.as_str()), ("PUT", "/finesse/api/SystemInfo"));
}

fn already_signed_in() -> ApiError {
    ApiError {
        kind: "Agent already logged into MRD".to_owned(),
        message: "E_ARM_STAT_AGENT_ALREADY_LOGGED_IN".to_owned(),
        data: "1".to_owned(),
        media: Some(MrdId(5011)),
    }
}

fn system(status: SystemStatus) -> SystemInfo {
    SystemInfo {
        fqdn: "fin.lab".to_owned(),
        now: later(0),
        status,
        last_heartbeat: None,
        cti_servers: ["pg3a.lab", "pg3b.lab"]
            .map(|host| CtiServerInfo { host: host.to_owned(), connected: None }),
        secondary: None,
        cti_version: 24,
        heartbeat_seconds: 5,
        peripheral: PeripheralId(5000),
        timezone_minutes: -300,
    }
}

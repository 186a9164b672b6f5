//! What the reader takes, and what it refuses.

use cce_xml::{
    XmlError,
    finesse::{read_dialog, read_media, read_media_list, read_update, read_user},
    parse,
    task::{Task, TaskStatus},
};
use proptest::prelude::*;

#[test]
fn a_declaration_blanks_comments_and_order_do_not_matter() {
    let expected = Task::read(b"<Task><name>n</name><title>t</title></Task>").unwrap();
    for text in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Task><name>n</name><title>t</title></Task>",
        "\n \t<Task>\r\n<title>\n t </title> <name>n</name></Task>\n",
        "<!-- a --><Task><!-- b --><name>n<!-- c --></name><title>t</title></Task><!-- d -->",
        "<Task><other><name>x</name></other><name>n</name><title>t</title><empty/></Task>",
        "<t:Task xmlns:t=\"urn:t\" lang='en'><t:name>n</t:name><t:title>t</t:title></t:Task>",
        "<Task><name><![CDATA[n]]></name><title>&#x74;</title></Task>",
        "\u{feff}<Task><name>n</name><title>t</title></Task>",
    ] {
        assert_eq!(Task::read(text.as_bytes()).unwrap(), expected, "{text}");
    }
}

#[test]
fn the_predefined_entities_and_characters_by_number_are_unescaped() {
    let root = parse(b"<a b='&lt;&quot;'>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;<![CDATA[&amp;]]></a>").unwrap();
    assert_eq!(root.text, "<>&'\"AB&amp;");
    assert_eq!(root.attributes, [("b".to_owned(), "<\"".to_owned())]);
}

#[test]
fn nothing_that_a_document_declares_is_expanded() {
    for text in [
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<a>&x;</a>",
        "<a b='&x;'/>",
        "<a>&nbsp;</a>",
    ] {
        assert!(matches!(parse(text.as_bytes()), Err(XmlError::Malformed { .. })), "{text}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for text in [
        "",
        " ",
        "x",
        "<a/>x",
        "x<a/>",
        "<a/>&amp;",
        "<a/><b/>",
        "<a></b>",
        "<a",
        "<a>",
        "</a>",
        "<1/>",
        "< a/>",
        "<a b/>",
        "<a b='1' b='2'/>",
        "<a>\u{1}</a>",
        "<a>&#0;</a>",
        "<a>&#x1;</a>",
        "<a>&#+65;</a>",
        "<a>&#xD800;</a>",
        "<a>& b</a>",
        "<a>\u{fffe}</a>",
    ] {
        assert!(matches!(parse(text.as_bytes()), Err(XmlError::Malformed { .. })), "{text}");
    }
    assert!(matches!(parse(b"<a>\xFF</a>"), Err(XmlError::Malformed { at: 3, .. })));
}

#[test]
fn an_error_says_where_and_what() {
    let error = parse(b"<Task><name>&who;</name></Task>").unwrap_err();
    assert_eq!(error.to_string(), "malformed XML at byte 12: unknown entity `who`");
}

#[test]
fn depth_elements_and_size_have_limits() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(parse(nested(32).as_bytes()).is_ok());
    assert!(matches!(parse(nested(33).as_bytes()), Err(XmlError::TooDeep { at: 96 })));
    let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(parse(wide(19_999).as_bytes()).is_ok());
    assert!(matches!(parse(wide(20_000).as_bytes()), Err(XmlError::TooMany { .. })));
    let long = format!("<a>{}</a>", "x".repeat(4 << 20));
    assert!(matches!(parse(long.as_bytes()), Err(XmlError::TooLarge { .. })));
}

#[test]
fn another_root_is_named() {
    let error = read_user("<Media/>").unwrap_err();
    assert_eq!(error.to_string(), "the root element is `Media` where `User` is expected");
}

#[test]
fn a_sign_in_to_a_domain_tells_its_settings() {
    let body = "<Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state>\
                <interruptAction>ACCEPT</interruptAction><dialogLogoutAction>CLOSE</dialogLogoutAction></Media>";
    let request = read_media(body).unwrap();
    assert_eq!(request.state.as_deref(), Some("LOGIN"));
    assert_eq!(request.max_dialog_limit.as_deref(), Some("3"));
    assert_eq!(request.interrupt_action.as_deref(), Some("ACCEPT"));
    assert_eq!(request.dialog_logout_action.as_deref(), Some("CLOSE"));
    assert_eq!((request.routable, request.reason_code_id, request.id), (None, None, None));
}

#[test]
fn a_list_of_changes_names_each_domain() {
    let body = "<MediaList><Media><id>5011</id><routable>false</routable></Media><Media><id>5012</id></Media></MediaList>";
    let list = read_media_list(body).unwrap();
    let ids: Vec<_> = list.iter().map(|request| request.id.as_deref()).collect();
    assert_eq!(ids, [Some("5011"), Some("5012")]);
    assert_eq!(list[0].routable.as_deref(), Some("false"));
}

#[test]
fn a_target_goes_before_its_synonym() {
    let body = "<Dialog><toAddress>B</toAddress><target>A</target><requestedAction>TRANSFER</requestedAction></Dialog>";
    let request = read_dialog(body).unwrap();
    assert_eq!(
        (request.requested_action.as_deref(), request.target.as_deref()),
        (Some("TRANSFER"), Some("A"))
    );
}

proptest! {
    #[test]
    fn any_text_never_panics(text in "[<>/a-c&;#x!?\\[\\]= '\"-]{0,80}|\\PC{0,80}") {
        let _ = read_update(&text);
        let _ = read_media(&text);
        let _ = TaskStatus::read(text.as_bytes());
    }

    #[test]
    fn a_cut_document_is_an_error_and_no_panic(end in 0_usize..58) {
        let document = b"<Task><name a='1'>x &amp; y</name><!-- c --><b/><c/></Task>";
        prop_assert!(parse(&document[..end]).is_err());
    }

    #[test]
    fn texts_read_back_as_they_were_written(
        name in "[ -~À-ÿ€😀\\t]{0,40}",
        variables in prop::collection::vec(("[a-z_0-9.]{1,12}", "[ -~ß&<>]{0,40}"), 0..5),
    ) {
        let trimmed = |text: &str| text.trim().to_owned();
        let task = Task { name: Some(name), variables, ..Task::default() };
        let read = Task::read(task.to_xml().as_bytes()).unwrap();
        prop_assert_eq!(read.name, task.name.map(|name| trimmed(&name)));
        let expected: Vec<_> =
            task.variables.iter().map(|(name, value)| (name.clone(), trimmed(value))).collect();
        prop_assert_eq!(read.variables, expected);
    }
}

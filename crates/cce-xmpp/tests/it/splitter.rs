//! A stream taken apart.

use crate::support::OPEN;
use cce_xmpp::{Child, Splitter, StreamFlaw, StreamLimits, StreamPiece};
use proptest::prelude::*;

const STREAM: &str = "<presence xml:lang='en'/>\n <iq type='get' id='a&amp;b'><query xmlns='q:&lt;'>\
     <x a=\"1>2\"/>t&#233;&gt;<![CDATA[<raw>]]]]></query></iq><message>\u{fc}</message></stream:stream>";

#[test]
fn a_stream_split_at_every_byte_gives_the_same_pieces() {
    let whole = [OPEN, STREAM].concat();
    let expected = pieces([whole.as_bytes()]);
    assert_eq!(expected.0.len(), 5);
    assert_eq!(pieces(whole.as_bytes().chunks(1)), expected);
    for at in 0..whole.len() {
        let (head, tail) = whole.as_bytes().split_at(at);
        assert_eq!(pieces([head, tail]), expected, "split at {at}");
    }
}

#[test]
fn text_attributes_and_namespaces_are_resolved() {
    let (pieces, _) = pieces([[OPEN, STREAM].concat().as_bytes()]);
    let StreamPiece::Stanza(iq) = &pieces[2] else { panic!("{pieces:?}") };
    assert!(iq.is("iq", "jabber:client"));
    assert_eq!(iq.attribute("id"), Some("a&b"));
    let query = iq.child("query", "q:<").unwrap();
    assert_eq!(query.elements().next().unwrap().attribute("a"), Some("1>2"));
    assert_eq!(query.children[1], Child::Text("té><raw>]]".to_owned()));
}

#[test]
fn a_text_of_many_references_is_one_text() {
    let xml = "<a>1&lt;b at=&apos;2&apos;&gt;\r\n&amp;lt;&#65;&#x42;\r&quot;<b/>&gt;;3&gt;&gt;4<![CDATA[&lt;]]>&lt;5</a>";
    let element = Splitter::document(xml, StreamLimits::default()).unwrap();
    let text = |text: &str| Child::Text(text.to_owned());
    assert_eq!(element.children[0], text("1<b at='2'>\n&lt;AB\n\""));
    assert_eq!(element.children[2], text(">;3>>4&lt;<5"));
    assert_eq!(element.children.len(), 3);
}

#[test]
fn a_reference_behind_another_one_is_judged_as_the_first_one_is() {
    for (reference, expected) in [
        ("&lol;", StreamFlaw::Restricted),
        ("&;", StreamFlaw::Restricted),
        ("&", StreamFlaw::NotWellFormed),
        ("&lt", StreamFlaw::NotWellFormed),
        ("&lt&gt;", StreamFlaw::NotWellFormed),
        ("&#0;", StreamFlaw::NotWellFormed),
        ("&#1;", StreamFlaw::NotWellFormed),
        ("&#xfffe;", StreamFlaw::NotWellFormed),
        ("\u{ffff}", StreamFlaw::NotWellFormed),
    ] {
        for before in ["", "&gt;", "&gt;x&lt; "] {
            let xml = format!("<a>{before}{reference}</a>");
            assert_eq!(Splitter::document(&xml, StreamLimits::default()), Err(expected), "{xml}");
        }
    }
}

#[test]
fn a_prefix_of_the_header_holds_in_stanzas() {
    let (pieces, flaw) = pieces([[OPEN, "<stream:error/>"].concat().as_bytes()]);
    let StreamPiece::Stanza(error) = &pieces[1] else { panic!("{pieces:?}") };
    assert!(error.is("error", "http://etherx.jabber.org/streams"));
    assert_eq!(flaw, None);
}

#[test]
fn what_a_stream_must_not_use_is_refused() {
    let restricted = [
        "<!DOCTYPE x [<!ENTITY lol 'lol'>]>",
        "<!-- comment -->",
        "<?php ?>",
        "<a><!-- comment --></a>",
        "<a><?php ?></a>",
        "<a>&lol;</a>",
    ];
    for xml in restricted {
        assert_eq!(flaw(xml), Some(StreamFlaw::Restricted), "{xml}");
    }
    assert_eq!(pieces([b"<!DOCTYPE x>".as_slice()]).1, Some(StreamFlaw::Restricted));
    let declared_twice = b"<?xml version='1.0'?><?xml version='1.0'?>".as_slice();
    assert_eq!(pieces([declared_twice]).1, Some(StreamFlaw::Restricted));
}

#[test]
fn broken_xml_is_refused() {
    let broken = [
        "text",
        "<a></b>",
        "<a b=c/>",
        "<a b='1' b='2'/>",
        "< a/>",
        "<a b='<'/>",
        "<x:a/>",
        "<a>&#1;</a>",
        "<a>& b</a>",
        "</a>",
        "<a>\u{1}</a>",
    ];
    for xml in broken {
        assert_eq!(flaw(xml), Some(StreamFlaw::NotWellFormed), "{xml}");
    }
    assert_eq!(pieces([b"<stream:stream/>".as_slice()]).1, Some(StreamFlaw::NotWellFormed));
    assert_eq!(pieces([OPEN.as_bytes(), b"<a>\xff</a>"]).1, Some(StreamFlaw::NotWellFormed));
}

#[test]
fn a_stanza_may_be_as_long_as_the_limit_and_no_longer() {
    let limits = StreamLimits { stanza: 300, depth: 8 };
    let fits = format!("<a>{}</a>", "x".repeat(293));
    let mut splitter = Splitter::new(limits);
    splitter.push([OPEN, &fits, &fits].concat().as_bytes());
    for _ in 0..3 {
        assert!(splitter.take().unwrap().is_some());
    }
    splitter.push(format!("<a>{}", "x".repeat(298)).as_bytes());
    assert_eq!(splitter.take(), Err(StreamFlaw::TooLong));
}

#[test]
fn blanks_between_stanzas_count_for_nothing() {
    let mut splitter = Splitter::new(StreamLimits { stanza: 300, depth: 8 });
    splitter.push([OPEN, &" ".repeat(1_000), "<a/>"].concat().as_bytes());
    splitter.take().unwrap();
    assert!(matches!(splitter.take(), Ok(Some(StreamPiece::Stanza(_)))));
}

#[test]
fn deep_nesting_is_refused_before_it_is_complete() {
    assert_eq!(flaw(&"<a>".repeat(31)), None);
    assert_eq!(flaw(&"<a>".repeat(32)), Some(StreamFlaw::TooDeep));
    assert_eq!(flaw(&["<a>".repeat(31), "<b/>".to_owned()].concat()), Some(StreamFlaw::TooDeep));
}

#[test]
fn a_restart_keeps_what_came_behind() {
    let mut splitter = Splitter::new(StreamLimits::default());
    splitter.push([OPEN, "<a/>", OPEN, "<b/>"].concat().as_bytes());
    splitter.take().unwrap();
    splitter.take().unwrap();
    splitter.restart();
    assert!(matches!(splitter.take(), Ok(Some(StreamPiece::Header(_)))));
    assert!(matches!(splitter.take(), Ok(Some(StreamPiece::Stanza(b))) if b.name == "b"));
}

proptest! {
    #[test]
    fn any_cut_of_any_text_gives_the_same_pieces_and_flaw(
        parts in prop::collection::vec(prop::sample::select(PARTS), 0..14),
        cuts in prop::collection::vec(1_usize..9, 1..20),
    ) {
        let whole = [OPEN, &parts.concat()].concat();
        let mut rest = whole.as_bytes();
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            chunks.push(head);
            rest = tail;
        }
        prop_assert_eq!(pieces(chunks), pieces([whole.as_bytes()]));
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        pieces([OPEN.as_bytes(), &bytes]);
        pieces([bytes.as_slice()]);
    }
}

const PARTS: &[&str] = &[
    "<a>",
    "</a>",
    "<a/>",
    "<b x='",
    "'",
    "/>",
    ">",
    "&amp;",
    "&",
    ";",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<?",
    "\u{e9}",
    " ",
    "text",
    "</stream:stream>",
    "<a xmlns='n'>",
    "<p:q xmlns:p='n'>",
    "</p:q>",
];

/// Everything that the chunks hold, and the flaw that ended it.
fn pieces<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<StreamPiece>, Option<StreamFlaw>) {
    let mut splitter = Splitter::new(StreamLimits::default());
    let mut found = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        loop {
            match splitter.take() {
                Ok(Some(StreamPiece::End)) => {
                    found.push(StreamPiece::End);
                    return (found, None);
                }
                Ok(Some(piece)) => found.push(piece),
                Ok(None) => break,
                Err(flaw) => return (found, Some(flaw)),
            }
        }
    }
    (found, None)
}

fn flaw(xml: &str) -> Option<StreamFlaw> {
    pieces([OPEN.as_bytes(), xml.as_bytes()]).1
}

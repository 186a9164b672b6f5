//! The cookie of the web server.

use crate::lab::{CONTACT, FEED, Lab, PRIVATE};
use cce_kernel::{Request, Security};

/// The cookie that a request is answered with, without its value, which is returned beside it.
fn cookie(lab: &mut Lab, request: Request) -> Option<(String, String)> {
    let said = lab.call(request);
    let cookie = said.reply().get("set-cookie")?;
    let (id, attributes) = cookie.strip_prefix("JSESSIONID=")?.split_once(';')?;
    Some((id.to_owned(), attributes.to_owned()))
}

#[test]
fn who_names_no_session_is_given_one_below_the_path_of_the_interface() {
    let mut lab = Lab::submitted();
    let private = || Request::new("GET", format!("{PRIVATE}/feed"));
    let secure = Request { security: Security::Tls, ..Request::new("GET", CONTACT) };
    let mut ids = Vec::new();
    for (request, attributes) in [
        (Request::new("GET", CONTACT), " Path=/ccp; HttpOnly"),
        (
            Request::new("GET", format!("{FEED}?name=a&title=b&scriptSelector=CumulusTask")),
            " Path=/ccp; HttpOnly",
        ),
        (Request::new("GET", "/ccp/task/contact/X"), " Path=/ccp; HttpOnly"),
        (secure, " Path=/ccp; Secure; HttpOnly"),
        (private(), " Path=/ccp-webapp; HttpOnly"),
        (private().header("cookie", "SESSION=1; jsessionid=2"), " Path=/ccp-webapp; HttpOnly"),
    ] {
        let (id, told) = cookie(&mut lab, request).unwrap();
        assert_eq!(told, attributes);
        assert!(id.len() == 32 && id.chars().all(|digit| matches!(digit, '0'..='9' | 'A'..='F')), "{id}");
        assert!(!ids.contains(&id), "{id} twice");
        ids.push(id);
    }
}

#[test]
fn who_names_a_session_keeps_it_whichever_it_is() {
    let mut lab = Lab::submitted();
    for value in ["JSESSIONID=", "JSESSIONID=0F", "theme=dark; JSESSIONID=stale; x"] {
        let said = lab.call(Request::new("GET", CONTACT).header("Cookie", value));
        assert_eq!((said.status(), said.reply().get("set-cookie")), (200, None), "{value}");
    }
    let twice = Request::new("GET", CONTACT).header("cookie", "theme=dark").header("cookie", "JSESSIONID=0F");
    assert_eq!(cookie(&mut lab, twice), None);
}

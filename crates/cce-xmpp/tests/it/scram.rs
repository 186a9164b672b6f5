//! SCRAM on a stream, with a client that follows RFC 5802 word by word.

use crate::support::{OPEN, auth, feed, sent, server};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_xmpp::server::ServerSession;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const CLIENT_FIRST: &str = "n=1080,r=client";

fn element(name: &str, attributes: &str, message: &str) -> String {
    let text = STANDARD.encode(message);
    format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'{attributes}>{text}</{name}>")
}

/// The text of an element of the server, decoded.
fn text_of(answer: &str) -> String {
    let text = answer.split(['>', '<']).nth(2).unwrap_or_default();
    String::from_utf8(STANDARD.decode(text).expect("the server writes base64")).expect("and text in it")
}

fn begin(session: &mut ServerSession) -> String {
    let first = element("auth", " mechanism='SCRAM-SHA-256'", &format!("n,,{CLIENT_FIRST}"));
    let answer = sent(&feed(session, &first));
    assert!(answer.starts_with("<challenge "), "{answer}");
    text_of(&answer)
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("a key has any length");
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

/// The client's last message, and the signature that it expects.
fn last(challenge: &str, password: &str) -> (String, String) {
    let field = |name: &str| {
        challenge.split(',').find_map(|field| field.strip_prefix(name)).expect("a challenge has r, s and i")
    };
    let (nonce, salt) = (field("r="), STANDARD.decode(field("s=")).expect("a salt is base64"));
    let rounds = field("i=").parse().expect("a number of rounds");
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), &salt, rounds);
    let bare = format!("c=biws,r={nonce}");
    let message = format!("{CLIENT_FIRST},{challenge},{bare}");
    let client_key = hmac(&salted, "Client Key");
    let signature = hmac(&Sha256::digest(&client_key), &message);
    let proof: Vec<u8> = client_key.iter().zip(&signature).map(|(key, sign)| key ^ sign).collect();
    let expected = hmac(&hmac(&salted, "Server Key"), &message);
    (format!("{bare},p={}", STANDARD.encode(proof)), format!("v={}", STANDARD.encode(expected)))
}

#[test]
fn each_end_shows_that_it_knows_the_password() {
    let mut session = server();
    feed(&mut session, OPEN);
    let (message, signature) = last(&begin(&mut session), "ccelab");
    let answer = sent(&feed(&mut session, &element("response", "", &message)));
    assert!(answer.starts_with("<success "), "{answer}");
    assert_eq!(text_of(&answer), signature);
    assert!(sent(&feed(&mut session, OPEN)).contains("<bind "), "the stream goes on");
}

#[test]
fn a_wrong_password_may_be_corrected_by_any_mechanism() {
    let mut session = server();
    feed(&mut session, OPEN);
    let (message, _) = last(&begin(&mut session), "guess");
    let answer = sent(&feed(&mut session, &element("response", "", &message)));
    assert!(answer.contains("<not-authorized/></failure>"), "{answer}");
    assert!(sent(&feed(&mut session, &auth("", "1080", "ccelab"))).starts_with("<success "));
}

#[test]
fn no_two_challenges_of_a_stream_are_equal() {
    let mut session = server();
    feed(&mut session, OPEN);
    assert_ne!(begin(&mut session), begin(&mut session));
}

#[test]
fn a_client_that_sends_no_message_at_first_is_asked_for_it() {
    let mut session = server();
    feed(&mut session, OPEN);
    let answer = sent(&feed(&mut session, &element("auth", " mechanism='SCRAM-SHA-256'", "")));
    assert_eq!(answer, "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    let first = element("response", "", &format!("n,,{CLIENT_FIRST}"));
    assert!(text_of(&sent(&feed(&mut session, &first))).starts_with("r=client"));
}

#[test]
fn a_proof_without_an_exchange_is_refused() {
    let mut session = server();
    feed(&mut session, OPEN);
    let answer = sent(&feed(&mut session, &element("response", "", "c=biws,r=x,p=eA==")));
    assert!(answer.contains("<malformed-request/></failure>"), "{answer}");
}

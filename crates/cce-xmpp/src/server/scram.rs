//! The server's side of SCRAM (RFC 5802, RFC 7677), without channel binding: each end shows that it knows the password, and none sends it.
//!
//! Passwords are taken byte by byte. SASLprep changes none that ASCII can write.

use super::sasl::{Credentials, Refusal};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How often the password is hashed: the least that RFC 5802 5.1 asks for. Whoever reads the lab's text knows the password anyway.
const ITERATIONS: u32 = 4096;

/// The header of a client that binds no channel, and of one that could and thinks that the server cannot (RFC 5802 7).
const UNBOUND: [&str; 2] = ["n", "y"];

/// A hash function that a mechanism is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }

    fn hmac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => keyed::<Hmac<Sha1>>(key, text),
            Self::Sha256 => keyed::<Hmac<Sha256>>(key, text),
        }
    }

    fn salted(self, password: &str, salt: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => {
                pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(password.as_bytes(), salt, ITERATIONS).to_vec()
            }
            Self::Sha256 => {
                pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, ITERATIONS).to_vec()
            }
        }
    }
}

fn keyed<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(key).expect("a key of HMAC has any length");
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

/// What the server adds to an exchange that nobody may foresee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Printable text without a comma.
    pub(super) nonce: String,
    pub(super) salt: Vec<u8>,
}

/// An exchange whose challenge was sent.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    hash: Hash,
    /// The header of the client's first message, which its last one repeats.
    header: String,
    /// Both first messages, as the proof is made over them.
    first: String,
    nonce: String,
    salt: Vec<u8>,
    /// None where nobody has the name: the exchange goes on all the same, so that names cannot be found out.
    account: Option<Credentials>,
}

impl Exchange {
    /// Takes in the client's first message. Gives the exchange and the challenge to send.
    pub(super) fn begin(
        hash: Hash,
        message: &str,
        Challenge { nonce, salt }: Challenge,
        accounts: &dyn Fn(&str) -> Option<Credentials>,
    ) -> Result<(Self, String), Refusal> {
        let (binding, rest) = message.split_once(',').ok_or(Refusal::MalformedRequest)?;
        let (acts_for, bare) = rest.split_once(',').ok_or(Refusal::MalformedRequest)?;
        // A channel is bound by mechanisms alone that end in -PLUS, which are not offered.
        if !UNBOUND.contains(&binding) {
            return Err(Refusal::MalformedRequest);
        }
        let mut fields = bare.split(',');
        // `m=` would stand in front of the name: an extension that must be understood (RFC 5802 5.1).
        let name =
            fields.next().and_then(|field| field.strip_prefix("n=")).ok_or(Refusal::MalformedRequest)?;
        let theirs =
            fields.next().and_then(|field| field.strip_prefix("r=")).ok_or(Refusal::MalformedRequest)?;
        let user = unescaped(name)?;
        let user = super::sasl::local_part(&user);
        if user.is_empty() || theirs.is_empty() {
            return Err(Refusal::MalformedRequest);
        }
        if !acts_for.is_empty() {
            let acts_for = unescaped(acts_for.strip_prefix("a=").ok_or(Refusal::MalformedRequest)?)?;
            if super::sasl::local_part(&acts_for) != user {
                return Err(Refusal::InvalidAuthzid);
            }
        }
        let nonce = format!("{theirs}{nonce}");
        let challenge = format!("r={nonce},s={},i={ITERATIONS}", STANDARD.encode(&salt));
        let first = format!("{bare},{challenge}");
        let header = format!("{binding},{acts_for},");
        Ok((Self { hash, header, first, nonce, salt, account: accounts(user) }, challenge))
    }

    /// Takes in the client's last message. Gives the login id, and what shows that the server knows the password too.
    pub(super) fn end(self, message: &str) -> Result<(String, String), Refusal> {
        let (bare, proof) = message.rsplit_once(",p=").ok_or(Refusal::MalformedRequest)?;
        let proof = STANDARD.decode(proof).map_err(|_| Refusal::IncorrectEncoding)?;
        let mut fields = bare.split(',');
        let binding =
            fields.next().and_then(|field| field.strip_prefix("c=")).ok_or(Refusal::MalformedRequest)?;
        let nonce =
            fields.next().and_then(|field| field.strip_prefix("r=")).ok_or(Refusal::MalformedRequest)?;
        // The header comes back, so that nobody in between has changed it (RFC 5802 5.1).
        if STANDARD.decode(binding).ok().as_deref() != Some(self.header.as_bytes()) || nonce != self.nonce {
            return Err(Refusal::NotAuthorized);
        }
        let Credentials { user, password } = self.account.ok_or(Refusal::NotAuthorized)?;
        // RFC 5802 3, by its names.
        let salted = self.hash.salted(&password, &self.salt);
        let message = format!("{},{bare}", self.first);
        let client_key = self.hash.hmac(&salted, b"Client Key");
        let stored_key = self.hash.digest(&client_key);
        let signature = self.hash.hmac(&stored_key, message.as_bytes());
        let expected: Vec<u8> = client_key.iter().zip(&signature).map(|(key, sign)| key ^ sign).collect();
        if !bool::from(expected.ct_eq(&proof)) {
            return Err(Refusal::NotAuthorized);
        }
        // The client learns by this signature that the server knows the password, too (RFC 5802 3).
        let server_key = self.hash.hmac(&salted, b"Server Key");
        let signature = self.hash.hmac(&server_key, message.as_bytes());
        Ok((user, format!("v={}", STANDARD.encode(signature))))
    }
}

/// A name without its escapes: a comma is `=2C` in it, an equals sign `=3D` (RFC 5802 5.1).
fn unescaped(name: &str) -> Result<String, Refusal> {
    let mut parts = name.split('=');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sign, rest) = match (part.strip_prefix("2C"), part.strip_prefix("3D")) {
            (Some(rest), _) => (',', rest),
            (_, Some(rest)) => ('=', rest),
            (None, None) => return Err(Refusal::MalformedRequest),
        };
        text.push(sign);
        text.push_str(rest);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Option<Credentials> {
        (name == "user").then(|| Credentials { user: "1080".to_owned(), password: "pencil".to_owned() })
    }

    fn challenge(nonce: &str, salt: &str) -> Challenge {
        Challenge { nonce: nonce.to_owned(), salt: STANDARD.decode(salt).unwrap() }
    }

    fn begin(message: &str) -> Result<(Exchange, String), Refusal> {
        let challenge = challenge("3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92");
        Exchange::begin(Hash::Sha1, message, challenge, &user)
    }

    const FIRST: &str = "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL";
    const LAST: &str = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";

    #[test]
    fn the_example_of_rfc_5802_signs_in() {
        let (exchange, challenge) = begin(FIRST).unwrap();
        assert_eq!(challenge, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
        let signed_in = ("1080".to_owned(), "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=".to_owned());
        assert_eq!(exchange.end(LAST), Ok(signed_in));
    }

    #[test]
    fn the_example_of_rfc_7677_signs_in() {
        let challenge = challenge("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==");
        let (exchange, _) =
            Exchange::begin(Hash::Sha256, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", challenge, &user).unwrap();
        let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        let signed_in = ("1080".to_owned(), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".to_owned());
        assert_eq!(exchange.end(last), Ok(signed_in));
    }

    #[test]
    fn a_wrong_proof_is_refused() {
        let (exchange, _) = begin(FIRST).unwrap();
        assert_eq!(exchange.end(&LAST.replace("v0X8", "v0X9")), Err(Refusal::NotAuthorized));
    }

    #[test]
    fn a_name_that_nobody_has_is_refused_at_the_end_alone() {
        let (exchange, _) = begin(&FIRST.replace("user", "nobody")).unwrap();
        assert_eq!(exchange.end(LAST), Err(Refusal::NotAuthorized));
    }

    #[test]
    fn the_last_message_repeats_the_nonce_and_the_header() {
        for (right, wrong) in [("c=biws", "c=eSws"), ("ZVvWVs7j", "ZVvWVs7k")] {
            let (exchange, _) = begin(FIRST).unwrap();
            assert_eq!(exchange.end(&LAST.replace(right, wrong)), Err(Refusal::NotAuthorized), "{wrong}");
        }
    }

    #[test]
    fn who_binds_a_channel_or_needs_an_extension_is_refused() {
        for message in
            ["p=tls-unique,,n=user,r=x", "n,,m=1,n=user,r=x", "n,,n=,r=x", "n,,n=user,r=", "n", "n,"]
        {
            assert_eq!(begin(message).err(), Some(Refusal::MalformedRequest), "{message}");
        }
    }

    #[test]
    fn nobody_acts_for_somebody_else() {
        assert!(begin("n,a=user,n=user,r=x").is_ok());
        assert_eq!(begin("n,a=other,n=user,r=x").err(), Some(Refusal::InvalidAuthzid));
    }

    #[test]
    fn a_name_may_have_commas_and_equals_signs() {
        assert_eq!(unescaped("a=2Cb=3Dc").as_deref(), Ok("a,b=c"));
        assert_eq!(unescaped("a=20"), Err(Refusal::MalformedRequest));
    }
}

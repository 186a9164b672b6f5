//! An authority as the files that Java reads: a PKCS #12 file (RFC 7292), and a Java key store.
//!
//! A certificate is public, so that neither file is encrypted. The password is for the check that a file is whole.

use crate::Authority;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use yasna::{DERWriter, Tag, construct_der, models::ObjectIdentifier, tags::TAG_BMPSTRING};

/// Object identifiers of PKCS #7, #9 and #12.
const DATA: &[u64] = &[1, 2, 840, 113_549, 1, 7, 1];
const CERTIFICATE_BAG: &[u64] = &[1, 2, 840, 113_549, 1, 12, 10, 1, 3];
const X509: &[u64] = &[1, 2, 840, 113_549, 1, 9, 22, 1];
const FRIENDLY_NAME: &[u64] = &[1, 2, 840, 113_549, 1, 9, 20];
const SHA_256: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 2, 1];

/// By this attribute Java knows a certificate that is trusted from one that belongs to a key.
const TRUSTED_KEY_USAGE: &[u64] = &[2, 16, 840, 1, 113_894, 746_875, 1, 1];
const EVERY_USAGE: &[u64] = &[2, 5, 29, 37, 0];

/// Rounds of the function that makes a key of the password. Nothing is kept secret by it.
const ROUNDS: u32 = 10_000;

/// A PKCS #12 file with the authority's certificate, which Java trusts.
pub fn pkcs12(authority: &Authority, password: &str) -> Vec<u8> {
    let contents = construct_der(|writer| {
        writer.write_sequence_of(|writer| write_bag(writer.next(), authority));
    });
    let safe = construct_der(|writer| {
        writer.write_sequence_of(|writer| write_data(writer.next(), &contents));
    });
    // Different for each authority, and the same each time: the same file.
    let salt = Sha256::digest(authority.der());
    let check = check(&safe, password, &salt);
    construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_u8(3);
            write_data(writer.next(), &safe);
            writer.next().write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    writer.next().write_sequence(|writer| {
                        writer.next().write_oid(&oid(SHA_256));
                        writer.next().write_null();
                    });
                    writer.next().write_bytes(&check);
                });
                writer.next().write_bytes(&salt);
                writer.next().write_u32(ROUNDS);
            });
        });
    })
}

/// A content of type data (RFC 7292 4).
fn write_data(writer: DERWriter<'_>, data: &[u8]) {
    writer.write_sequence(|writer| {
        writer.next().write_oid(&oid(DATA));
        writer.next().write_tagged(Tag::context(0), |writer| writer.write_bytes(data));
    });
}

/// A bag with a certificate (RFC 7292 4.2.3).
fn write_bag(writer: DERWriter<'_>, authority: &Authority) {
    writer.write_sequence(|writer| {
        writer.next().write_oid(&oid(CERTIFICATE_BAG));
        writer.next().write_tagged(Tag::context(0), |writer| {
            writer.write_sequence(|writer| {
                writer.next().write_oid(&oid(X509));
                writer.next().write_tagged(Tag::context(0), |writer| writer.write_bytes(authority.der()));
            });
        });
        writer.next().write_set_of(|writer| {
            let name = utf16(&authority.name());
            write_attribute(writer.next(), FRIENDLY_NAME, |writer| {
                writer.write_tagged_implicit(TAG_BMPSTRING, |writer| writer.write_bytes(&name));
            });
            write_attribute(writer.next(), TRUSTED_KEY_USAGE, |writer| writer.write_oid(&oid(EVERY_USAGE)));
        });
    });
}

fn write_attribute(writer: DERWriter<'_>, kind: &[u64], value: impl FnOnce(DERWriter<'_>)) {
    writer.write_sequence(|writer| {
        writer.next().write_oid(&oid(kind));
        writer.next().write_set_of(|writer| value(writer.next()));
    });
}

fn oid(components: &[u64]) -> ObjectIdentifier {
    ObjectIdentifier::from_slice(components)
}

/// The code by which a reader sees that the file is whole (RFC 7292 appendix B): one block of SHA-256 is as long as its key.
fn check(safe: &[u8], password: &str, salt: &[u8]) -> Vec<u8> {
    /// Bytes of a block of SHA-256.
    const BLOCK: usize = 64;
    /// Says that the key is for integrity (RFC 7292 B.3).
    const INTEGRITY: u8 = 3;
    let mut password = utf16(password);
    password.extend([0, 0]);
    let filled = |text: &[u8]| -> Vec<u8> {
        let length = text.len().next_multiple_of(BLOCK);
        text.iter().copied().cycle().take(length).collect()
    };
    let input = [vec![INTEGRITY; BLOCK], filled(salt), filled(&password)].concat();
    let key = (0..ROUNDS).fold(input, |hashed, _| Sha256::digest(hashed).to_vec());
    let mut code = Hmac::<Sha256>::new_from_slice(&key).expect("a code takes a key of any length");
    code.update(safe);
    code.finalize().into_bytes().to_vec()
}

/// A Java key store with the authority's certificate, for a Java before 9.
pub fn java_key_store(authority: &Authority, password: &str) -> Vec<u8> {
    /// What the check begins with, behind the password.
    const WHITENER: &[u8] = b"Mighty Aphrodite";
    let mut store = Vec::new();
    let mut put = |bytes: &[u8]| store.extend_from_slice(bytes);
    // Magic number, version 2, one entry, which is a certificate.
    [0xFEED_FEED_u32, 2, 1, 2].iter().for_each(|number| put(&number.to_be_bytes()));
    put(&text(&authority.name()));
    // When it was added: it is the same file each time.
    put(&0_u64.to_be_bytes());
    put(&text("X.509"));
    put(&u32::try_from(authority.der().len()).unwrap_or(u32::MAX).to_be_bytes());
    put(authority.der());
    let check = Sha1::new().chain_update(utf16(password)).chain_update(WHITENER).chain_update(&store);
    store.extend(check.finalize());
    store
}

/// A text with its length in front, as Java writes it.
fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn authority() -> Authority {
        Authority::create(SystemTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn the_same_authority_gives_the_same_file_each_time() {
        let authority = authority();
        assert_eq!(pkcs12(&authority, "changeit"), pkcs12(&authority, "changeit"));
        assert_eq!(java_key_store(&authority, "changeit"), java_key_store(&authority, "changeit"));
    }

    #[test]
    fn no_file_has_the_key() {
        let authority = authority();
        let key = rcgen::KeyPair::from_pem(&authority.key_pem()).unwrap().serialize_der();
        // The last bytes of PKCS #8 are the public key; the first ones have the private one.
        let secret = &key[36..68];
        for file in [pkcs12(&authority, "changeit"), java_key_store(&authority, "changeit")] {
            assert!(!file.windows(secret.len()).any(|window| window == secret));
        }
    }

    #[test]
    fn another_password_gives_another_check() {
        let authority = authority();
        assert_ne!(pkcs12(&authority, "changeit"), pkcs12(&authority, "changed"));
        assert_ne!(java_key_store(&authority, "changeit"), java_key_store(&authority, "changed"));
    }
}

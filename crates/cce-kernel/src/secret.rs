//! Secrets that somebody gives.

use subtle::ConstantTimeEq;

/// Whether a secret is the expected one. How long that takes tells nothing but whether both are equally long.
pub fn is_same_secret(given: impl AsRef<[u8]>, expected: impl AsRef<[u8]>) -> bool {
    given.as_ref().ct_eq(expected.as_ref()).into()
}

#[cfg(test)]
mod tests {
    use super::is_same_secret;

    #[test]
    fn only_the_whole_secret_is_the_same() {
        assert!(is_same_secret("secret", "secret"));
        for other in ["", "secre", "secrets", "Secret", "secreT"] {
            assert!(!is_same_secret(other, "secret"), "{other}");
        }
    }
}

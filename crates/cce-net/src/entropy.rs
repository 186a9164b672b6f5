//! What nobody can guess, from the operating system.

use cce_kernel::Entropy;
use rustls::crypto::ring::default_provider;

/// Bytes for one life of a component.
const BYTES: usize = 32;

/// Draws for one life of a component. A system that gives nothing leaves the seed, and that is told.
pub(crate) fn drawn() -> Entropy {
    let mut bytes = vec![0; BYTES];
    match default_provider().secure_random.fill(&mut bytes) {
        Ok(()) => Entropy::Drawn(bytes.into()),
        Err(error) => {
            tracing::warn!(
                ?error,
                "the system gives no random bytes: ids of sessions can be guessed from the seed"
            );
            Entropy::Seed
        }
    }
}

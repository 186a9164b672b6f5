//! Seeded generators, one for every purpose.

use crate::Blob;
use rand::{RngExt, SeedableRng, rngs::ChaCha12Rng};
pub use rand_pcg::Pcg64Mcg as Rng;
use serde::{Deserialize, Serialize};

/// Bytes of a generator's key.
const KEY: usize = 32;

/// What a component draws from in one life where nobody may guess what comes next. A journal has it, so that a replay draws the
/// same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entropy {
    /// The seed of the run: whoever knows it can guess everything.
    #[default]
    Seed,
    /// What the driver drew for this life.
    Drawn(Blob),
}

impl Entropy {
    /// What records leave out.
    pub(crate) fn is_seed(&self) -> bool {
        *self == Self::Seed
    }
}

/// A generator whose next draw nobody can tell from the ones before it.
#[derive(Debug)]
pub(crate) struct SecretRng(ChaCha12Rng);

impl Clone for SecretRng {
    /// The library leaves `Clone` out, so that nobody draws the same secret twice by mistake. A copy of a component is meant to.
    fn clone(&self) -> Self {
        Self(ChaCha12Rng::deserialize_state(&self.0.serialize_state()))
    }
}

impl SecretRng {
    /// From the seed of the run.
    pub(crate) fn of_seed(seed: u64, name: &str) -> Self {
        Self(ChaCha12Rng::from_seed(fork(seed, &format!("{name} secret")).random()))
    }

    /// From what a driver drew.
    pub(crate) fn drawn(bytes: &[u8]) -> Self {
        let mut key = [0; KEY];
        key.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self(ChaCha12Rng::from_seed(key))
    }

    pub(crate) fn draw(&mut self) -> [u8; 16] {
        self.0.random()
    }
}

/// Forks a generator for one purpose from the seed of the run, so that a new draw in one place never shifts
/// another.
///
/// The algorithm is fixed by name (FNV-1a over the purpose, then PCG64 MCG): journals of one seed are the
/// same on every machine and in every release.
pub fn fork(seed: u64, purpose: &str) -> Rng {
    let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Rng::seed_from_u64(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn the_first_draws_of_a_fork_are_pinned() {
        let first = |purpose| fork(1, purpose).random::<u64>();
        assert_eq!(first("order"), 14_667_289_329_947_985_637);
        assert_ne!(first("order"), first("chaos"));
    }

    #[test]
    fn a_copy_of_a_generator_of_secrets_draws_what_the_original_draws_next() {
        let mut original = SecretRng::of_seed(1, "finesse");
        original.draw();
        let mut copy = original.clone();
        assert_eq!(copy.draw(), original.draw());
    }
}

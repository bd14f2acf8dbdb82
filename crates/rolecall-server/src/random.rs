//! Randomness, handed in: the system's in the service, a seeded one in tests.

use aws_lc_rs::rand;

/// A source of random bytes.
pub trait Random: Send + Sync {
    /// Fills the slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Random for System {
    /// # Panics
    /// Where the system has no randomness to give: nothing that needs a secret may go on without.
    #[expect(clippy::expect_used, reason = "a service without randomness must stop; no input leads here")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::fill(bytes).expect("the system gives random bytes");
    }
}

/// A fixed sequence for tests: xorshift64*, no secret may come of it.
#[cfg(test)]
#[derive(Debug)]
pub struct Seeded(std::sync::Mutex<u64>);

#[cfg(test)]
impl Seeded {
    /// The sequence of a seed other than 0.
    pub fn new(seed: u64) -> Self {
        Self(std::sync::Mutex::new(seed))
    }
}

#[cfg(test)]
impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state ^= *state >> 12;
            *state ^= *state << 25;
            *state ^= *state >> 27;
            *byte = (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8;
        }
    }
}

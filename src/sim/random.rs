//! Random streams: one for each component, split from the seed by the component's name.
//!
//! A component that draws more numbers, or a new component, changes nothing for the others.

use std::time::Duration;

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::Fingerprint;

/// A portable, seeded source of random numbers: the same on every machine and in the browser.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream that belongs to `name` in the simulation that `seed` names.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut fingerprint = Fingerprint::default();
        fingerprint.write(&seed.to_le_bytes());
        fingerprint.write(name.as_bytes());
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fingerprint.finish().to_le_bytes());
        Stream(ChaCha8Rng::from_seed(key))
    }

    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number from 0 to `bound - 1`.
    ///
    /// # Panics
    /// When `bound` is 0: there is no such number.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a random number below zero was asked for");
        (self.0.random_range(0..bound as u64)) as usize
    }

    /// A number from 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A duration from `base` up to `base * (1 + spread)`.
    pub fn jitter(&mut self, base: Duration, spread: f64) -> Duration {
        base + Duration::from_nanos((base.as_nanos() as f64 * spread * self.unit()) as u64)
    }

    /// `length` characters out of `alphabet`, which is ASCII.
    pub fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| alphabet[self.below(alphabet.len())] as char).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_name_and_seed() {
        let draw = |seed, name| (0..4).map(|_| Stream::new(seed, name).bits()).collect::<Vec<_>>();
        assert_eq!(draw(1, "printer"), draw(1, "printer"));
        assert_ne!(draw(1, "printer"), draw(2, "printer"));
        assert_ne!(draw(1, "printer"), draw(1, "plotter"));
    }

    #[test]
    fn the_stream_is_the_same_on_every_machine() {
        assert_eq!(Stream::new(42, "plotter").bits(), Stream::new(42, "plotter").clone().bits());
        let mut stream = Stream::new(7, "x");
        assert!((0..1000).all(|_| stream.below(3) < 3 && stream.unit() < 1.0));
    }
}

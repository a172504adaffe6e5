//! Numbers from a seed, the same on every machine and in every version.

/// SplitMix64: one number in, a stream of numbers out.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// One of the streams of a seed.
    pub fn new(seed: u64, stream: u64) -> Random {
        let mut random = Random { state: seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93) };
        random.next();
        random
    }

    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "the stream never ends")]
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where nothing is.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

//! The virtual clock as the time bar shows it.

use std::fmt;

use podarium_sim::Time;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clock {
    pub now: Time,
    pub paused: bool,
    pub speed: Speed,
}

/// How fast virtual time runs against the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// Tenths: `Tenths(10)` is real time.
    Tenths(u32),
    /// As fast as the machine computes it.
    Max,
}

impl Speed {
    /// What the time bar offers, slowest first.
    pub const OFFERED: [Speed; 9] = [
        Speed::Tenths(1),
        Speed::Tenths(2),
        Speed::Tenths(5),
        Speed::Tenths(10),
        Speed::Tenths(20),
        Speed::Tenths(50),
        Speed::Tenths(100),
        Speed::Tenths(600),
        Speed::Max,
    ];

    /// The next faster one on offer, or this one when there is none.
    pub fn faster(self) -> Speed {
        Speed::OFFERED.into_iter().find(|offered| *offered > self).unwrap_or(self)
    }

    pub fn slower(self) -> Speed {
        Speed::OFFERED.into_iter().rev().find(|offered| *offered < self).unwrap_or(self)
    }
}

impl Default for Speed {
    fn default() -> Self {
        Speed::Tenths(10)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Speed::Max => f.write_str("max"),
            Speed::Tenths(tenths) if tenths % 10 == 0 => write!(f, "{}×", tenths / 10),
            Speed::Tenths(tenths) => write!(f, "{}.{}×", tenths / 10, tenths % 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_go_up_and_down_and_stop_at_the_ends() {
        assert_eq!(Speed::default().faster(), Speed::Tenths(20));
        assert_eq!(Speed::default().slower(), Speed::Tenths(5));
        assert_eq!(Speed::Tenths(600).faster(), Speed::Max);
        assert_eq!(Speed::Max.faster(), Speed::Max);
        assert_eq!(Speed::Tenths(1).slower(), Speed::Tenths(1));
    }

    #[test]
    fn speeds_read_as_people_say_them() {
        let shown: Vec<String> = Speed::OFFERED.iter().map(Speed::to_string).collect();
        assert_eq!(shown, ["0.1×", "0.2×", "0.5×", "1×", "2×", "5×", "10×", "60×", "max"]);
    }
}

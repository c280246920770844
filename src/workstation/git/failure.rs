//! How commands end when they do not end well.

use podarium_machine::Suspend;

/// Why a command does not go on: it waits, or it ends with a text on standard error and a code.
#[derive(Debug)]
pub enum Stop {
    Suspended(Suspend),
    Ended { code: i32, text: String },
}

pub type Outcome<T> = Result<T, Stop>;

impl From<Suspend> for Stop {
    fn from(suspend: Suspend) -> Self {
        Stop::Suspended(suspend)
    }
}

/// Ends with a text as it stands.
pub fn fail<T>(code: i32, text: impl Into<String>) -> Outcome<T> {
    Err(Stop::Ended { code, text: text.into() })
}

/// `fatal: …`
pub fn die<T>(text: impl AsRef<str>) -> Outcome<T> {
    fail(128, format!("fatal: {}\n", text.as_ref()))
}

/// `error: …`
pub fn error<T>(text: impl AsRef<str>) -> Outcome<T> {
    fail(1, format!("error: {}\n", text.as_ref()))
}

/// An option or a command that git has and this one has not.
pub fn not_simulated<T>(what: impl AsRef<str>) -> Outcome<T> {
    fail(1, format!("podarium: not simulated: git {}\n", what.as_ref()))
}

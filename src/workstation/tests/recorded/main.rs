//! Programs of the student's computer against the real ones, script by script.
#![expect(clippy::disallowed_methods, reason = "a test reads its recordings and runs the real programs")]

mod git;
mod helm;
mod transcript;

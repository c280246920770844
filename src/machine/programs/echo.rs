//! `echo`: prints its arguments.

use super::escapes::{Escapes, unescape};
use crate::{Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = process.args();
    process.print(&echo_text(&arguments[1..]))?;
    Ok(0)
}

/// What `echo` prints; the shell's own `echo` is the same.
pub(crate) fn echo_text(arguments: &[String]) -> String {
    let (mut newline, mut escapes) = (true, false);
    let is_option = |word: &String| word.len() > 1 && word.starts_with('-') && word[1..].chars().all(|c| "neE".contains(c));
    let count = arguments.iter().take_while(|word| is_option(word)).count();
    for letter in arguments[..count].iter().flat_map(|word| word[1..].chars()) {
        match letter {
            'n' => newline = false,
            letter => escapes = letter == 'e',
        }
    }
    let mut text = arguments[count..].join(" ");
    if escapes {
        let (unescaped, stopped) = unescape(&text, Escapes::Echo);
        text = unescaped;
        newline &= !stopped;
    }
    if newline {
        text.push('\n');
    }
    text
}

//! What a shell is told when somebody presses Tab: the hidden command `kubectl __complete`, and the scripts that call it.
//!
//! The scripts are those that kubectl 1.36 prints, made by cobra (Apache-2.0).

mod arguments;
mod protocol;
mod sources;

pub use protocol::complete;

/// The script for a shell, by its name.
pub fn script(shell: &str) -> Option<&'static str> {
    match shell {
        "bash" => Some(include_str!("bash.txt")),
        "fish" => Some(include_str!("fish.txt")),
        "powershell" => Some(include_str!("powershell.txt")),
        "zsh" => Some(include_str!("zsh.txt")),
        _ => None,
    }
}

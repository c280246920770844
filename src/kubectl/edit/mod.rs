//! Editing objects in a text file: `kubectl edit`, `apply edit-last-applied`, `create --edit`.

mod editor;
mod header;
mod session;

pub use session::{Mode, edit};

//! What `kubectl apply` changes.
//!
//! It compares three things: what was applied the last time (the annotation), what is applied now (the file), and what
//! there is. A field of the file is set; a field that was in the last file and is not in this one is removed; what
//! others have put there stays.

mod difference;
mod lists;
mod patches;
mod three_way;
pub mod upgrade;

pub use difference::merge_patch;
pub use patches::{three_way, two_way};
pub use three_way::merge;

//! Custom resources over HTTP: from the definition to its objects and back.

mod bench;
mod objects;
mod policies;
mod definitions;

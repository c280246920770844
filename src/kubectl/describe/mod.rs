//! `kubectl describe`: what there is to know of an object, for people.

mod age;

pub use age::age;

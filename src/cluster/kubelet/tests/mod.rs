//! The kubelet at work: what pods go through, as recorded from a real one, and what nodes go through.

mod many;
mod nodes;
mod parts;
mod pods;
mod pressure;
mod world;

//! What the tests against recordings share: the stand-in for kubelets, and a world in which command lines run with it.

pub mod laboratory;
mod stand_in;


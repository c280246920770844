//! The scheduler as a whole: recorded decisions, and its work in a cluster; and short ways to write nodes and pods.

pub mod building;
mod counting;
mod faults;
mod golden;
mod in_cluster;
mod permitting;

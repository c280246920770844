//! The course's labs as a student types them: unchanged manifests, the terminal, and what has to appear.

mod autoscaler;
mod databases;
mod drain;
mod gceme;
mod network;
mod nodes;
mod orchestrate;
mod pods;
mod student;
mod udp;

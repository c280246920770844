//! The kubelet at work: what pods go through, as recorded from a real one.

mod golden;

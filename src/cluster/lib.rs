//! Podarium: the layer `cluster`.

pub mod scheduler;

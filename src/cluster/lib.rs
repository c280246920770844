//! Podarium: the layer `cluster`.

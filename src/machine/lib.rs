//! Podarium: the layer `machine`.

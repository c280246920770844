//! Podarium: the layer `host`.

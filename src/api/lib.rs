//! Podarium: the layer `api`.

//! Podarium: the layer `app`.

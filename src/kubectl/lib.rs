//! Podarium: the layer `kubectl`.

//! Podarium: the layer `workstation`.

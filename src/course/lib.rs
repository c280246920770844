//! Podarium: the layer `course`.

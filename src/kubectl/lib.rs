//! Podarium: the layer `kubectl`.

pub mod describe;
pub mod printers {
    //! How objects are shown.

    pub mod tabwriter;
}

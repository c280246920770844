//! From what stands on the command line to objects: `-f` files, `TYPE NAME`, `TYPE/NAME`, selectors, `--all`.

mod arguments;
mod builder;
mod files;

pub use builder::{Builder, Found, Info, MISSING_RESOURCE};

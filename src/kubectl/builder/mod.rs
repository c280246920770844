//! From what stands on the command line to objects: `-f` files, `TYPE NAME`, `TYPE/NAME`, selectors, `--all`.

mod arguments;
mod documents;
mod files;
mod find;

pub use find::{Builder, Found, Info, MISSING_RESOURCE};

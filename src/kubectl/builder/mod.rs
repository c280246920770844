//! From what stands on the command line to objects: `-f` files, `TYPE NAME`, `TYPE/NAME`, selectors, `--all`.

mod arguments;
mod documents;
mod files;
mod find;

pub(crate) use files::matches as glob_matches;
pub use find::{Builder, Found, Info, MISSING_RESOURCE};

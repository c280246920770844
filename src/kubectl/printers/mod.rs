//! How objects are shown: `-o wide|json|yaml|name|jsonpath=…|custom-columns=…`, and tables.

pub mod custom_columns;
pub mod format;
pub mod go_template;
pub mod json;
pub mod kyaml;
pub mod sort;
pub mod table;
pub mod tabwriter;

pub use podarium_api::json_path as jsonpath;
pub use podarium_api::yaml;

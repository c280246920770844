//! The table of what pods and nodes use.
//!
//! Models: metrics-server pkg/api/table.go, v0.8.
//! Simplified: nothing.

use crate::quantity::Quantity;
use crate::{Cell, Column, ObjectMeta};

const fn column(name: &'static str, format: &'static str, description: &'static str) -> Column {
    Column { name, kind: "string", format, priority: 0, description }
}

pub(crate) const COLUMNS: &[Column] =
    &[column("Name", "name", "Name of the resource"), column("cpu", "quantity", ""), column("memory", "quantity", ""), column("Window", "duration", "")];

pub(crate) fn row(meta: &ObjectMeta, window: &str, used: impl Fn(&str) -> Option<Quantity>) -> Vec<Cell> {
    let cell = |name: &str| used(name).map_or_else(String::new, |amount| amount.to_string()).into();
    vec![meta.name.clone().unwrap_or_default().into(), cell("cpu"), cell("memory"), window.into()]
}

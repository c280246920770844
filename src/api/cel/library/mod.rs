//! The functions, by what they are about. A function takes its arguments, the receiver first.

mod arithmetic;
pub(crate) mod authorizer;
mod convert;
mod lists;
mod net;
pub(super) mod opaque;
pub(super) mod text;
mod time;
mod versions;

use super::value::{Fault, Value, no_overload};

type Library = fn(&str, &[Value]) -> Option<Result<Value, Fault>>;

const LIBRARIES: &[Library] = &[
    arithmetic::call, convert::call, text::call, lists::call, time::call, opaque::call, net::call, versions::call, authorizer::call,
];

/// Calls a function with values; the first library that knows it for such values answers.
pub(super) fn call(name: &str, values: &[Value]) -> Result<Value, Fault> {
    LIBRARIES.iter().find_map(|library| library(name, values)).unwrap_or_else(|| Err(no_overload()))
}

/// What a function costs for one of its arguments beyond the call itself.
pub(super) fn cost(name: &str, value: &Value) -> u64 {
    let size = match value {
        Value::Text(text) => text.len() / 10,
        Value::Bytes(bytes) => bytes.len() / 10,
        Value::List(items) if !matches!(name, "_[_]" | "size") => items.len(),
        _ => 0,
    };
    u64::try_from(size).unwrap_or(u64::MAX)
}

//! CEL, the Common Expression Language: conditions that users write into custom schemas and admission policies.

mod duration;

pub(crate) use duration::parse as go_duration;

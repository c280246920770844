//! The controllers of API services, which run inside the API server: one registers the groups of custom kinds, one looks
//! whether those that others serve can be reached.

mod availability;
mod registration;
#[cfg(test)]
mod tests;

pub(super) use availability::Availability;
pub(super) use registration::Registration;

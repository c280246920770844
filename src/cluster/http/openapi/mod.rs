//! The description of the API for programs.

use podarium_api::Status;
use podarium_machine::{HttpRequest, HttpResponse};

use super::discovery::Group;

pub(super) fn answer(_: &HttpRequest, _: &[&str], _: &[Group]) -> Result<HttpResponse, Status> {
    Err(Status::not_simulated("OpenAPI"))
}

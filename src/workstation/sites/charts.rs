//! A repository of charts: its index and its archives. The course's addresses all lead to the same one.

use podarium_machine::{HttpRequest, HttpResponse};

use super::Sites;

pub(super) fn answer(sites: &mut Sites, request: &HttpRequest) -> HttpResponse {
    let path = request.path().split('?').next().unwrap_or_default().to_owned();
    // `https://charts.helm.sh/stable/index.yaml` is a repository below a path.
    let file = path.rsplit('/').next().unwrap_or_default();
    match crate::helm::chart_repository(sites.epoch, file) {
        Some(bytes) => HttpResponse::new(200, bytes),
        None => HttpResponse::new(404, "404 page not found\n"),
    }
}

//! Logs of containers, and the answers to `kubectl logs`, at once or as they grow.
//!
//! Models: pkg/kubelet/kubelet_pods.go (GetKubeletContainerLogs), pkg/kubelet/server/server.go (getContainerLogs), v1.36.
//! Simplified: standard output and standard error are one stream.

use std::time::Duration;

use k8s_openapi::api::core::v1::ContainerState;
use podarium_api::time::Epoch;
use podarium_api::{Resource as _, Status};
use podarium_machine::{HttpEvent, HttpRequest, HttpResponse};
use podarium_sim::Time;

use super::kubelet::Kubelet;
use super::pod::PodState;
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::images::LogLine;
use crate::store::Key;

/// What is asked of a log.
#[derive(Clone, Debug, Default)]
struct Asked {
    container: Option<String>,
    previous: bool,
    follow: bool,
    timestamps: bool,
    tail: Option<usize>,
    since: Option<Duration>,
    limit_bytes: Option<usize>,
}

/// A client that reads a log as it grows.
#[derive(Clone, Debug)]
pub(super) struct Follower {
    id: HttpId,
    key: Key,
    container_id: std::sync::Arc<str>,
    /// How many lines it has.
    sent: usize,
    /// How many bytes it may still have, if there is a limit.
    left: Option<usize>,
    timestamps: bool,
}

impl Kubelet {
    /// The lines of a container's log, of its run before the present one if `previous`. `None`: there is no such log.
    pub fn logs(&self, pod: &Key, container: &str, previous: bool) -> Option<&imbl::Vector<LogLine>> {
        let state = self.pods.values().rev().find(|state| state.key == *pod && !state.vanished)?;
        Some(&state.runtime.find(container, previous)?.log)
    }

    /// Answers a request that the API server passed on: `/api/v1/namespaces/NS/pods/POD/log?…`.
    pub(super) fn serve_log(&mut self, id: HttpId, request: &HttpRequest, ctx: &mut Ctx<'_>) {
        let (key, asked) = match read(&request.url) {
            Some(read) => read,
            None => return ctx.http_reply(id, plain(404, "404 page not found\n")),
        };
        let Some(state) = self.pods.values().find(|state| state.key == key && !state.vanished) else {
            let message = format!("pod {:?} not found in namespace {:?}\n", &*key.name, &*key.namespace);
            return ctx.http_reply(id, plain(404, &message));
        };
        let first = state.pod.spec.containers.first().map(|container| container.name.clone()).unwrap_or_default();
        let name = asked.container.clone().unwrap_or(first);
        let shown = match shown_container(state, &name, asked.previous) {
            Ok(id) => id,
            Err(message) => return ctx.http_reply(id, error(&Status::bad_request(message))),
        };
        let Some(found) = state.runtime.containers.iter().find(|container| *container.record.id == shown) else {
            return ctx.http_reply(id, plain(200, &format!("unable to retrieve container logs for {shown}")));
        };
        let text = render(&found.log, &asked, ctx.now(), ctx.epoch());
        if !asked.follow {
            return ctx.http_reply(id, plain(200, &text));
        }
        let headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
        ctx.http_reply(id, HttpEvent::Head { status: 200, headers });
        let sent_bytes = text.len();
        if !text.is_empty() {
            ctx.http_reply(id, HttpEvent::Chunk(text.into_bytes()));
        }
        let left = asked.limit_bytes.map(|limit| limit.saturating_sub(sent_bytes));
        if !found.record.is_running() || left == Some(0) {
            return ctx.http_reply(id, HttpEvent::End);
        }
        let (container_id, sent) = (found.record.id.clone(), found.log.len());
        self.followers.push(Follower { id, key, container_id, sent, left, timestamps: asked.timestamps });
    }

    /// Sends what is new to those who follow.
    pub(super) fn feed_followers(&mut self, ctx: &mut Ctx<'_>) {
        if self.followers.is_empty() {
            return;
        }
        let mut followers = std::mem::take(&mut self.followers);
        followers.retain_mut(|follower| {
            let state = self.pods.values().find(|state| state.key == follower.key);
            let all = state.into_iter().flat_map(|state| &state.runtime.containers);
            let Some(container) = all.into_iter().find(|container| container.record.id == follower.container_id) else {
                ctx.http_reply(follower.id, HttpEvent::End);
                return false;
            };
            let asked = Asked { timestamps: follower.timestamps, limit_bytes: follower.left, ..Asked::default() };
            let fresh = container.log.clone().split_off(follower.sent.min(container.log.len()));
            if !fresh.is_empty() {
                let text = render(&fresh, &asked, ctx.now(), ctx.epoch());
                follower.left = follower.left.map(|left| left.saturating_sub(text.len()));
                ctx.http_reply(follower.id, HttpEvent::Chunk(text.into_bytes()));
                follower.sent = container.log.len();
            }
            let goes_on = container.record.is_running() && follower.left != Some(0);
            if !goes_on {
                ctx.http_reply(follower.id, HttpEvent::End);
            }
            goes_on
        });
        self.followers.append(&mut followers);
    }
}

/// The id of the container whose log is meant, as the pod's status has it: the runtime may know of a newer one, or of it no
/// more.
fn shown_container(state: &PodState, name: &str, previous: bool) -> Result<String, String> {
    let status = state.status.get().unwrap_or(&state.pod.status);
    let all = [&status.container_statuses, &status.init_container_statuses, &status.ephemeral_container_statuses];
    let pod = state.pod.name();
    let Some(status) = all.into_iter().flatten().flatten().find(|status| status.name == name) else {
        return Err(format!("container {name:?} in pod {pod:?} is not available"));
    };
    let ContainerState { waiting, running, terminated } = status.state.clone().unwrap_or_default();
    let last = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let last_id = last.and_then(|last| last.container_id.clone()).filter(|id| !id.is_empty());
    if previous {
        return last_id.ok_or_else(|| format!("previous terminated container {name:?} in pod {pod:?} not found"));
    }
    if running.is_some() {
        return Ok(status.container_id.clone().unwrap_or_default());
    }
    if terminated.is_some() || last.is_some() {
        let ended = terminated.and_then(|terminated| terminated.container_id).filter(|id| !id.is_empty());
        return ended.or(last_id).ok_or_else(|| format!("container {name:?} in pod {pod:?} is terminated"));
    }
    let why = match waiting.map(|waiting| waiting.reason.unwrap_or_default()).as_deref() {
        None => return Err(format!("container {name:?} in pod {pod:?} is waiting to start - no logs yet")),
        Some("ErrImagePull") => "image can't be pulled".to_owned(),
        Some("ImagePullBackOff") => "trying and failing to pull image".to_owned(),
        Some(reason) => reason.to_owned(),
    };
    Err(format!("container {name:?} in pod {pod:?} is waiting to start: {why}"))
}

fn render(log: &imbl::Vector<LogLine>, asked: &Asked, now: Time, epoch: Epoch) -> String {
    let recent = |line: &&LogLine| asked.since.is_none_or(|since| line.at + since >= now);
    let lines: Vec<&LogLine> = log.iter().filter(recent).collect();
    let from = asked.tail.map_or(0, |tail| lines.len().saturating_sub(tail));
    let mut text = String::new();
    for line in &lines[from..] {
        if asked.timestamps {
            text.push_str(&format!("{:.9} ", epoch.timestamp(line.at)));
        }
        text.push_str(&format!("{}\n", line.text));
    }
    if let Some(limit) = asked.limit_bytes {
        let end = (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

fn read(url: &str) -> Option<(Key, Asked)> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parts = path.split('/').skip_while(|part| *part != "namespaces").skip(1);
    let (namespace, _, name) = (parts.next()?, parts.next()?, parts.next()?);
    let mut asked = Asked::default();
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let yes = matches!(value, "true" | "1");
        match key {
            "container" => asked.container = Some(value.to_owned()),
            "previous" => asked.previous = yes,
            "follow" => asked.follow = yes,
            "timestamps" => asked.timestamps = yes,
            "tailLines" => asked.tail = value.parse().ok(),
            "sinceSeconds" => asked.since = value.parse().ok().map(Duration::from_secs),
            "limitBytes" => asked.limit_bytes = value.parse().ok(),
            _ => {}
        }
    }
    Some((Key::new(namespace, name), asked))
}

fn plain(status: u16, text: &str) -> HttpEvent {
    let headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
    HttpEvent::Response(HttpResponse { status, headers, body: text.as_bytes().to_vec() })
}

fn error(status: &Status) -> HttpEvent {
    HttpEvent::Response(crate::http::error(status))
}

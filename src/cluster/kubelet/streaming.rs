//! `kubectl exec` and `kubectl attach`: the client and the command in the container talk both ways over one connection,
//! with a channel for each stream. Each message begins with the number of its channel.
//!
//! Models: pkg/kubelet/server/server.go (getExec, getAttach), staging/src/k8s.io/kubelet/pkg/cri/streaming,
//! staging/src/k8s.io/apimachinery/pkg/util/remotecommand (v5.channel.k8s.io), v1.36.
//! Simplified: only the channels of WebSocket; SPDY is not spoken. Of several containers that could be meant by none, the
//! first is.

use std::sync::Arc;

use podarium_machine::{HttpEvent, HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::commands::{CommandId, Waits};
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::port_forward::Forward;
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::http::Query;
use crate::images::{Exec, ExecEvent, ExecId};
use crate::store::Key;

/// The numbers of the channels.
const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
/// How it ended, as a Status.
const ERROR: u8 = 3;
/// The size of the client's terminal.
const RESIZE: u8 = 4;
/// The channel named by the next byte is closed.
const CLOSE: u8 = 255;

const PROTOCOL: &str = "v5.channel.k8s.io";

/// A client that talks with a container, or with ports of its pod.
#[derive(Clone, Debug)]
pub(super) enum Conversation {
    Command { pod: Uid, command: CommandId },
    Forward(Forward),
}

/// What a client asks for.
struct Wanted<'a> {
    verb: &'a str,
    key: Key,
    container: Option<String>,
    exec: Exec,
}

fn read(url: &str) -> Option<Wanted<'_>> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parts = path.split('/').skip_while(|part| *part != "namespaces").skip(1);
    let (namespace, _, name, verb) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let query = Query::parse(query);
    let exec = Exec { command: query.all("command").map(str::to_owned).collect(), stdin: query.flag("stdin"), tty: query.flag("tty") };
    let container = query.get("container").filter(|name| !name.is_empty()).map(str::to_owned);
    Some(Wanted { verb, key: Key::new(namespace, name), container, exec })
}

impl Kubelet {
    /// Answers a request that the API server passed on.
    pub(super) fn serve_http(&mut self, id: HttpId, request: &HttpRequest, ctx: &mut Ctx<'_>) {
        if self.serve_node_api(id, request, ctx) {
            return;
        }
        let Some(wanted) = read(&request.url).filter(|wanted| wanted.verb != "log") else { return self.serve_log(id, request, ctx) };
        let Some(state) = self.pods.values_mut().find(|state| state.key == wanted.key && !state.vanished) else {
            return ctx.http_reply(id, refusal(404, "pod does not exist"));
        };
        if wanted.verb == "portforward" {
            let uid = state.uid.clone();
            return self.begin_forward(id, uid, request, ctx);
        }
        let state = Arc::make_mut(state);
        let first = state.pod.spec.containers.first().map(|container| container.name.clone()).unwrap_or_default();
        let name = wanted.container.clone().unwrap_or(first);
        let running = state.runtime.find(&name, false).filter(|container| container.process.is_some()).map(|container| container.record.id.clone());
        let Some(container) = running else {
            return ctx.http_reply(id, refusal(500, &format!("container not found ({name:?})")));
        };
        let uid = state.uid.clone();
        if state.sees_node() {
            self.show_node(&uid, ctx);
        }
        if self.pods.get(&uid).is_some_and(|pod| pod.may_reach_machine()) {
            self.write_logs(ctx);
        }
        let Some(state) = self.pods.get_mut(&uid).map(Arc::make_mut) else { return };
        let headers = vec![("Upgrade".to_owned(), "websocket".to_owned()), ("Sec-WebSocket-Protocol".to_owned(), PROTOCOL.to_owned())];
        let begin = |ctx: &mut Ctx<'_>| ctx.http_reply(id, HttpEvent::Head { status: 101, headers });
        let exec = match wanted.verb {
            "exec" => {
                begin(ctx);
                match state.exec_in(&container, &wanted.exec, Waits::Client(id), ctx) {
                    Ok(exec) => exec,
                    Err(error) => {
                        let error = error.split_once(" desc = ").map_or(error.as_str(), |(_, text)| text);
                        let message = format!("Internal error occurred: Internal error occurred: error executing command in container: {error}");
                        let status = json!({"metadata": {}, "status": "Failure", "message": message, "reason": "InternalError", "details": {"causes": [{"message": message}]}, "code": 500});
                        return end(id, &status, ctx);
                    }
                }
            }
            "attach" => {
                begin(ctx);
                state.attach(&container, id);
                ExecId::MAIN
            }
            other => return ctx.http_reply(id, HttpEvent::Response(crate::http::error(&podarium_api::Status::not_simulated(&format!("the subresource {other}"))))),
        };
        self.conversations.insert(id, Conversation::Command { pod: uid.clone(), command: (container, exec) });
        self.run_pod(&uid, ctx);
    }

    /// A client says something more.
    pub(super) fn heard(&mut self, id: HttpId, message: &[u8], ctx: &mut Ctx<'_>) {
        let (pod, (container, exec)) = match self.conversations.get(&id).cloned() {
            Some(Conversation::Command { pod, command }) => (pod, command),
            Some(Conversation::Forward(forward)) => return self.forward_heard(id, forward, message, ctx),
            None => return,
        };
        let Some(state) = self.pods.get_mut(&pod) else { return };
        let state: &mut PodState = Arc::make_mut(state);
        let found = state.runtime.get_mut(&container).and_then(|container| container.process.as_mut());
        if let (Some(process), Some((channel, bytes))) = (found, message.split_first()) {
            match *channel {
                STDIN => process.exec_input(exec, bytes),
                CLOSE if bytes.first() == Some(&STDIN) => process.exec_end_input(exec),
                RESIZE => {
                    let size: Value = serde_json::from_slice(bytes).unwrap_or_default();
                    if let Some(columns) = size["Width"].as_u64().and_then(|width| usize::try_from(width).ok()) {
                        process.exec_resize(exec, columns);
                    }
                }
                _ => {}
            }
        }
        self.run_pod(&pod, ctx);
    }

    /// A client is gone. Its command goes on without it, unless it reads what the client would have said.
    pub(super) fn hung_up(&mut self, id: HttpId, ctx: &mut Ctx<'_>) {
        let (pod, command) = match self.conversations.remove(&id) {
            Some(Conversation::Command { pod, command }) => (pod, command),
            Some(Conversation::Forward(forward)) => return self.forward_ended(&forward, ctx),
            None => return,
        };
        let Some(state) = self.pods.get_mut(&pod) else { return };
        let state: &mut PodState = Arc::make_mut(state);
        let (container, exec) = &command;
        if *exec == ExecId::MAIN {
            state.detach(id);
        } else if let Some(process) = state.runtime.get_mut(container).and_then(|container| container.process.as_mut()) {
            process.exec_hang_up(*exec);
            state.commands.remove(&command);
        }
        self.run_pod(&pod, ctx);
    }
}

impl PodState {
    /// Lets a client see what the main process of a container writes from now on.
    fn attach(&mut self, container: &Arc<str>, client: HttpId) {
        if let Some(process) = self.runtime.get_mut(container).and_then(|container| container.process.as_mut()) {
            process.set_watched(true);
        }
        self.attached.push((container.clone(), client));
    }

    fn detach(&mut self, client: HttpId) {
        self.attached.retain(|(_, of)| *of != client);
    }

    /// Tells those who are attached to a container what its main process wrote, or that it ended.
    pub fn tell_attached(&mut self, container: &Arc<str>, event: &ExecEvent, ctx: &mut Ctx<'_>) {
        for (_, client) in self.attached.iter().filter(|(of, _)| of == container) {
            match event {
                // The end of a main process is none of a command.
                ExecEvent::Ended(_) => end(*client, &json!({"metadata": {}, "status": "Success"}), ctx),
                event => tell(*client, event, ctx),
            }
        }
        if matches!(event, ExecEvent::Ended(_)) {
            self.attached.retain(|(of, _)| of != container);
        }
    }
}

/// Passes on to a client what came of its command.
pub(super) fn tell(client: HttpId, event: &ExecEvent, ctx: &mut Ctx<'_>) {
    match event {
        ExecEvent::Stdout(bytes) => ctx.http_reply(client, message(STDOUT, bytes)),
        ExecEvent::Stderr(bytes) => ctx.http_reply(client, message(STDERR, bytes)),
        ExecEvent::Ended(code) => end(client, &how_it_ended(*code), ctx),
    }
}

fn message(channel: u8, bytes: &[u8]) -> HttpEvent {
    HttpEvent::Chunk([&[channel], bytes].concat())
}

fn end(client: HttpId, status: &Value, ctx: &mut Ctx<'_>) {
    ctx.http_reply(client, message(ERROR, status.to_string().as_bytes()));
    ctx.http_reply(client, HttpEvent::End);
}

fn how_it_ended(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({
        "metadata": {},
        "status": "Failure",
        "message": format!("command terminated with non-zero exit code: exit status {code}"),
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

pub(super) fn refusal(status: u16, text: &str) -> HttpEvent {
    let headers = vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())];
    HttpEvent::Response(HttpResponse { status, headers, body: text.as_bytes().to_vec() })
}

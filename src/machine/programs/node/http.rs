//! `require('http')`: servers and requests.
//!
//! Simplified: an answer is sent as a whole when it has ended; a connection carries one request.

use std::time::Duration;

use super::dates;
use super::run::{Abrupt, Call, Job, Native, Outcome, Run};
use super::syntax::Name;
use super::value::{Answer, Asking, Class_, Id, Value};
use crate::{ConnectionId, Errno, HttpRequest, HttpResponse, NetError};

pub fn module(run: &mut Run<'_, '_>) -> Value {
    for (name, methods) in [("Server", SERVER), ("IncomingMessage", REQUEST), ("ServerResponse", RESPONSE), ("ClientRequest", CLIENT)] {
        let emitter = run.intrinsic("EventEmitter");
        run.constructor(name, |run, _| run.not_simulated("constructors of http's classes"), &[], methods);
        let proto = run.intrinsic(name);
        run.vm.heap.object_mut(proto).proto = Some(emitter);
        let global = run.vm.global_object;
        run.vm.heap.object_mut(global).properties.retain(|(known, _)| known.as_ref() != name);
    }
    let module = run.plain();
    run.methods(module, &[("createServer", create_server), ("request", request), ("get", get)]);
    run.set_hidden(module, "\0builtin", true);
    let codes = run.plain();
    for (code, reason) in REASONS {
        run.set_own(codes, &code.to_string(), *reason);
    }
    run.set_own(module, "STATUS_CODES", Value::Object(codes));
    let methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].map(Value::from).to_vec();
    let methods = run.array(methods);
    run.set_own(module, "METHODS", methods);
    Value::Object(module)
}

const REASONS: &[(u16, &str)] = &[
    (200, "OK"), (201, "Created"), (202, "Accepted"), (204, "No Content"), (301, "Moved Permanently"), (302, "Found"), (304, "Not Modified"),
    (400, "Bad Request"), (401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (405, "Method Not Allowed"), (409, "Conflict"),
    (418, "I'm a Teapot"), (429, "Too Many Requests"), (500, "Internal Server Error"), (501, "Not Implemented"), (502, "Bad Gateway"),
    (503, "Service Unavailable"), (504, "Gateway Timeout"),
];

fn create_server(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let server = run.add("Server", Class_::Server);
    if let Some(listener) = call.args.iter().rev().find(|arg| run.is_callable(arg)).cloned() {
        run.listen_to(server, &"request".into(), listener);
    }
    run.set_own(server, "listening", false);
    Ok(Value::Object(server))
}

fn listen(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let Some(server) = call.this.id() else { return Ok(Value::Undefined) };
    let port = match call.arg(0) {
        options @ Value::Object(_) if !run.is_callable(&options) => run.get(&options, "port")?,
        port => port,
    };
    let number = match &port {
        Value::Undefined | Value::Null => 0.0,
        port if run.is_callable(port) => 0.0,
        port => run.number(port)?,
    };
    if !(0.0..65536.0).contains(&number) || number.fract() != 0.0 {
        let shown = run.plain_text(&port);
        let message = match run.vm.version.is_old() {
            true => "\"port\" argument must be >= 0 and < 65536".to_owned(),
            false => format!("options.port should be >= 0 and < 65536. Received type number ({shown})."),
        };
        let error = run.error("RangeError", &message);
        if !run.vm.version.is_old() {
            let trace: String = ["Server.listen (node:net:2088:5)".to_owned()].into_iter().chain(run.trace()).take(10).map(|line| format!("\n    at {line}")).collect();
            run.set_hidden(error, "stack", format!("RangeError [ERR_SOCKET_BAD_PORT]: {message}{trace}"));
            run.set_hidden(error, "\0excerpt", "node:internal/errors:540\n      throw error;\n      ^\n");
            run.set_own(error, "code", "ERR_SOCKET_BAD_PORT");
        }
        run.vm.thrown = (run.vm.file.clone(), run.vm.here);
        return Err(Abrupt::Throw(Value::Object(error)));
    }
    let host = call.args.iter().skip(1).find(|arg| matches!(arg, Value::Text(_))).map(|host| run.plain_text(host)).unwrap_or_default();
    if !matches!(host.as_str(), "" | "0.0.0.0" | "::" | "localhost" | "127.0.0.1") {
        return run.not_simulated(&format!("listening on the address {host} alone"));
    }
    let callback = call.args.iter().rev().find(|arg| run.is_callable(arg)).cloned();
    let mut port = number as u16;
    let taken = if port == 0 {
        port = (32768..61000).find(|port| run.sys.listen(*port).is_ok()).unwrap_or_default();
        Ok(())
    } else if run.vm.servers.iter().any(|(known, _)| *known == port) {
        Err(Errno::AddressInUse)
    } else if port < 1024 && !run.sys.credentials().is_root() && run.sys.pid().0 > 1000 {
        // On a workstation only root has the low ports; container runtimes give them to everybody.
        Err(Errno::AccessDenied)
    } else {
        run.sys.listen(port)
    };
    match taken {
        Ok(()) => {
            run.vm.servers.push((port, server));
            run.set_own(server, "listening", true);
            if let Some(callback) = callback {
                run.vm.jobs.push_back(Job { function: callback, this: call.this.clone(), args: Vec::new(), promise: None });
            }
            let emit = run.native_with("", emit_job, vec![Value::Object(server), "listening".into()]);
            run.vm.jobs.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
        }
        Err(error) => {
            let (code, words) = if error == Errno::AddressInUse { ("EADDRINUSE", "address already in use") } else { ("EACCES", "permission denied") };
            let address = if host.is_empty() { "::".to_owned() } else { host };
            let message = match run.vm.version.is_old() {
                true => format!("listen {code} {address}:{port}"),
                false => format!("listen {code}: {words} {address}:{port}"),
            };
            let error = run.error("Error", &message);
            if !run.vm.version.is_old() {
                let inside = ["Server.setupListenHandle [as _listen2] (node:net:1937:16)", "listenInCluster (node:net:1994:12)", "Server.listen (node:net:2099:7)"];
                let lines: String = inside.into_iter().map(str::to_owned).chain(run.trace()).take(10).map(|line| format!("\n    at {line}")).collect();
                let emitted = "\nEmitted 'error' event on Server instance at:\n    at emitErrorNT (node:net:1973:8)\n    at process.processTicksAndRejections (node:internal/process/task_queues:90:21)";
                run.set_hidden(error, "stack", format!("Error: {message}{lines}{emitted}"));
            }
            for (name, value) in [("code", Value::from(code)), ("errno", (-98.0).into()), ("syscall", "listen".into()), ("address", address.into()), ("port", f64::from(port).into())] {
                run.set_own(error, name, value);
            }
            let emit = run.native_with("", emit_job, vec![Value::Object(server), "error".into(), Value::Object(error)]);
            run.vm.jobs.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
        }
    }
    Ok(call.this.clone())
}

/// Emits an event of an object when its turn comes: object, event, argument.
pub fn emit_job(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if let (Some(id), Value::Text(event)) = (call.data[0].id(), &call.data[1]) {
        run.emit(id, event, &call.data[2..])?;
    }
    Ok(Value::Undefined)
}

const SERVER: &[(&str, Native)] = &[
    ("listen", listen),
    ("close", |run, call| {
        let Some(server) = call.this.id() else { return Ok(Value::Undefined) };
        for (port, _) in run.vm.servers.iter().filter(|(_, id)| *id == server) {
            run.sys.stop_listening(*port);
        }
        run.vm.servers.retain(|(_, id)| *id != server);
        run.set_own(server, "listening", false);
        if run.is_callable(&call.arg(0)) {
            run.vm.jobs.push_back(Job { function: call.arg(0), this: call.this.clone(), args: Vec::new(), promise: None });
        }
        let emit = run.native_with("", emit_job, vec![Value::Object(server), "close".into()]);
        run.vm.jobs.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
        Ok(call.this.clone())
    }),
    ("address", |run, call| {
        let port = call.this.id().and_then(|id| run.vm.servers.iter().find(|(_, server)| *server == id)).map(|(port, _)| *port);
        let Some(port) = port else { return Ok(Value::Null) };
        let address = run.plain();
        run.set_own(address, "address", "::");
        run.set_own(address, "family", "IPv6");
        run.set_own(address, "port", f64::from(port));
        Ok(Value::Object(address))
    }),
    ("setTimeout", |_, call| Ok(call.this.clone())),
];

/// A request that has come.
impl Run<'_, '_> {
    /// Makes request and response, and calls the server's listeners.
    pub fn serve(&mut self, server: Id, connection: ConnectionId, asked: HttpRequest) -> Result<(), Abrupt> {
        let request = self.add("IncomingMessage", Class_::Request);
        let path = if asked.url.contains("://") { asked.path().to_owned() } else { asked.url.clone() };
        self.set_own(request, "httpVersion", "1.1");
        self.set_own(request, "method", asked.method.as_str());
        self.set_own(request, "url", path);
        self.set_headers(request, &asked.headers);
        let socket = self.plain();
        let from = if asked.from.is_empty() { "127.0.0.1" } else { asked.from.as_str() };
        self.set_own(socket, "remoteAddress", format!("::ffff:{from}"));
        self.set_hidden(socket, "\0builtin", true);
        self.set_hidden(request, "connection", Value::Object(socket));
        self.set_hidden(request, "socket", Value::Object(socket));
        let answer = Answer { to: connection, headers: Vec::new(), head_written: false, body: Vec::new(), ended: false };
        let response = self.add("ServerResponse", Class_::Response(answer));
        self.set_own(response, "statusCode", 200.0);
        self.set_own(response, "headersSent", false);
        self.set_own(response, "finished", false);
        self.set_hidden(response, "\0method", asked.method.as_str());
        if self.listeners(server, "request").is_empty() {
            return Ok(());
        }
        self.deliver_body(request, asked.body);
        self.emit(server, "request", &[Value::Object(request), Value::Object(response)])?;
        Ok(())
    }

    fn set_headers(&mut self, message: Id, headers: &[(String, String)]) {
        let object = self.plain();
        for (name, value) in headers {
            self.set_own(object, &name.to_lowercase(), value.as_str());
        }
        self.set_own(message, "headers", Value::Object(object));
    }

    /// The body arrives after the code that runs has had the time to listen.
    fn deliver_body(&mut self, message: Id, body: Vec<u8>) {
        if !body.is_empty() {
            let data = self.buffer(body);
            let emit = self.native_with("", emit_data, vec![Value::Object(message), data]);
            self.vm.immediates.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
        }
        let emit = self.native_with("", emit_job, vec![Value::Object(message), "end".into()]);
        self.vm.immediates.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
    }
}

fn emit_data(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if let Some(id) = call.data[0].id() {
        let as_text = run.look(&call.data[0], "\0encoding").is_some();
        let data = match as_text {
            true => String::from_utf8_lossy(&run.bytes(&call.data[1])?).into_owned().into(),
            false => call.data[1].clone(),
        };
        run.emit(id, "data", &[data])?;
    }
    Ok(Value::Undefined)
}

const REQUEST: &[(&str, Native)] = &[
    ("setEncoding", |run, call| {
        if let Some(id) = call.this.id() {
            run.set_hidden(id, "\0encoding", "utf8");
        }
        Ok(call.this.clone())
    }),
    ("resume", |_, call| Ok(call.this.clone())),
    ("pause", |run, _| run.not_simulated("request.pause")),
];

fn answer<'a>(run: &'a mut Run<'_, '_>, call: &Call<'_>) -> Result<&'a mut Answer, Abrupt> {
    let id = call.this.id().filter(|id| matches!(run.object(*id).class, Class_::Response(_)));
    let Some(id) = id else { return run.type_error("Illegal invocation") };
    match &mut run.vm.heap.object_mut(id).class {
        Class_::Response(answer) => Ok(answer),
        _ => Err(Abrupt::NotSimulated("an answer without a connection".to_owned())),
    }
}

fn header_text(run: &mut Run<'_, '_>, value: &Value) -> Result<Vec<Name>, Abrupt> {
    match run.class(value) {
        Some(Class_::Array(items)) => items.clone().iter().map(|item| run.text(item)).collect(),
        _ => Ok(vec![run.text(value)?]),
    }
}

fn set_header(run: &mut Run<'_, '_>, call: &Call<'_>, name: &str, value: &Value) -> Result<(), Abrupt> {
    let values = header_text(run, value)?;
    let answer = answer(run, call)?;
    answer.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    answer.headers.extend(values.into_iter().map(|value| (name.to_owned(), value.to_string())));
    Ok(())
}

/// What is wrong with setting headers now.
fn headers_sent(run: &mut Run<'_, '_>, call: &Call<'_>, verb: &str) -> Result<(), Abrupt> {
    if !answer(run, call)?.head_written {
        return Ok(());
    }
    match run.vm.version.is_old() {
        true => run.throw("Error", &format!("Can't {verb} headers after they are sent.")),
        false => {
            let error = run.error("Error", &format!("Cannot {verb} headers after they are sent to the client"));
            run.set_own(error, "code", "ERR_HTTP_HEADERS_SENT");
            run.vm.thrown = (run.vm.file.clone(), run.vm.here);
            Err(Abrupt::Throw(Value::Object(error)))
        }
    }
}

fn write_head(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    headers_sent(run, call, if run.vm.version.is_old() { "render" } else { "write" })?;
    let status = run.number(&call.arg(0))?;
    if !(100.0..1000.0).contains(&status) {
        let shown = run.plain_text(&call.arg(0));
        return run.throw("RangeError", &format!("Invalid status code: {shown}"));
    }
    if let Some(id) = call.this.id() {
        run.set_own(id, "statusCode", status.trunc());
    }
    let headers = call.args.iter().skip(1).find(|arg| arg.id().is_some()).cloned();
    if let Some(headers) = headers {
        for name in run.keys(&headers) {
            let value = run.get(&headers, &name)?;
            set_header(run, call, &name, &value)?;
        }
    }
    answer(run, call)?.head_written = true;
    if let Some(id) = call.this.id() {
        run.set_own(id, "headersSent", true);
    }
    Ok(call.this.clone())
}

fn write(run: &mut Run<'_, '_>, call: &Call<'_>) -> Result<(), Abrupt> {
    let chunk = call.arg(0);
    if !matches!(chunk, Value::Text(_)) && !matches!(run.class(&chunk), Some(Class_::Bytes(_))) {
        let what = run.inspect(&chunk);
        let message = match run.vm.version.is_old() {
            true => "First argument must be a string or Buffer".to_owned(),
            false => format!("The \"chunk\" argument must be of type string or an instance of Buffer or Uint8Array. Received {what}"),
        };
        return run.type_error(&message);
    }
    let bytes = run.bytes(&chunk)?;
    let answer = answer(run, call)?;
    if answer.ended {
        let error = run.error("Error", "write after end");
        run.set_own(error, "code", "ERR_STREAM_WRITE_AFTER_END");
        run.vm.thrown = (run.vm.file.clone(), run.vm.here);
        return Err(Abrupt::Throw(Value::Object(error)));
    }
    answer.body.extend(bytes);
    Ok(())
}

fn end(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if answer(run, call)?.ended {
        return Ok(call.this.clone());
    }
    // The length is known only if nothing was sent before.
    let known_length = !answer(run, call)?.head_written;
    let chunk = call.arg(0);
    if !chunk.is_missing() && !run.is_callable(&chunk) {
        write(run, call)?;
    }
    let status = run.get(call.this, "statusCode")?;
    let status = run.number(&status)? as u16;
    let method = run.look(call.this, "\0method").map(|method| run.plain_text(&method)).unwrap_or_default();
    let date = dates::http(dates::now(run));
    let answer = answer(run, call)?;
    answer.ended = true;
    let (to, mut body) = (answer.to, std::mem::take(&mut answer.body));
    let mut headers = std::mem::take(&mut answer.headers);
    let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if !has(&headers, "date") {
        headers.push(("Date".to_owned(), date));
    }
    if !has(&headers, "connection") {
        headers.push(("Connection".to_owned(), "keep-alive".to_owned()));
        if run.vm.version.major >= 16 {
            headers.push(("Keep-Alive".to_owned(), "timeout=5".to_owned()));
        }
    }
    let without_body = status == 204 || status == 304 || method == "HEAD";
    if without_body {
        body.clear();
    } else if !has(&headers, "content-length") && !has(&headers, "transfer-encoding") {
        headers.push(match known_length {
            true => ("Content-Length".to_owned(), body.len().to_string()),
            false => ("Transfer-Encoding".to_owned(), "chunked".to_owned()),
        });
    }
    run.sys.respond(to, HttpResponse { status, headers, body });
    if let Some(id) = call.this.id() {
        run.set_own(id, "finished", true);
        run.set_own(id, "headersSent", true);
        let emit = run.native_with("", emit_job, vec![Value::Object(id), "finish".into()]);
        run.vm.jobs.push_back(Job { function: emit, this: Value::Undefined, args: Vec::new(), promise: None });
    }
    if let Some(callback) = call.args.iter().rev().find(|arg| run.is_callable(arg)).cloned() {
        run.vm.jobs.push_back(Job { function: callback, this: call.this.clone(), args: Vec::new(), promise: None });
    }
    Ok(call.this.clone())
}

const RESPONSE: &[(&str, Native)] = &[
    ("writeHead", write_head),
    ("setHeader", |run, call| {
        headers_sent(run, call, "set")?;
        let name = run.text(&call.arg(0))?;
        set_header(run, call, &name, &call.arg(1))?;
        Ok(call.this.clone())
    }),
    ("getHeader", |run, call| {
        let name = run.text(&call.arg(0))?;
        let found = answer(run, call)?.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name)).map(|(_, value)| value.clone());
        Ok(found.map_or(Value::Undefined, Value::from))
    }),
    ("removeHeader", |run, call| {
        let name = run.text(&call.arg(0))?;
        answer(run, call)?.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        Ok(Value::Undefined)
    }),
    ("write", |run, call| {
        write(run, call)?;
        answer(run, call)?.head_written = true;
        if let Some(id) = call.this.id() {
            run.set_own(id, "headersSent", true);
        }
        Ok(true.into())
    }),
    ("end", end),
];

/// Asking other servers.
fn request(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let mut asking = Asking { method: "GET".to_owned(), ..Asking::default() };
    let mut options = call.arg(0);
    if let Value::Text(url) = &options {
        asking.url = url.to_string();
        options = call.arg(1);
    }
    if options.id().is_some() && !run.is_callable(&options) {
        let part = |run: &mut Run<'_, '_>, name: &str| -> Result<String, Abrupt> {
            let value = run.get(&options, name)?;
            Ok(if value.is_missing() { String::new() } else { run.text(&value)?.to_string() })
        };
        let method = part(run, "method")?;
        if !method.is_empty() {
            asking.method = method.to_uppercase();
        }
        if asking.url.is_empty() {
            let (hostname, host, port, path) = (part(run, "hostname")?, part(run, "host")?, part(run, "port")?, part(run, "path")?);
            let host = [hostname, host, "localhost".to_owned()].into_iter().find(|host| !host.is_empty()).unwrap_or_default();
            let port = if port.is_empty() { String::new() } else { format!(":{port}") };
            asking.url = format!("http://{host}{port}{}", if path.is_empty() { "/" } else { &path });
        }
        let headers = run.get(&options, "headers")?;
        for name in run.keys(&headers) {
            let value = run.get(&headers, &name)?;
            let value = run.text(&value)?;
            asking.headers.push((name.to_string(), value.to_string()));
        }
        let timeout = run.get(&options, "timeout")?;
        if let Value::Number(millis) = timeout {
            asking.deadline = Some(run.sys.now() + Duration::from_millis(millis as u64));
        }
    }
    if !asking.url.starts_with("http://") {
        let protocol = asking.url.split("//").next().unwrap_or_default().to_owned();
        return run.throw("Error", &format!("Protocol \"{protocol}\" not supported. Expected \"http:\""));
    }
    let client = run.add("ClientRequest", Class_::Client(asking));
    if let Some(callback) = call.args.iter().rev().find(|arg| run.is_callable(arg)).cloned() {
        run.listen_to(client, &"response".into(), callback);
    }
    Ok(Value::Object(client))
}

fn get(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let client = request(run, call)?;
    client_end(run, &Call { this: &client, args: &[], data: &[], is_new: false })?;
    Ok(client)
}

fn asking<'a>(run: &'a mut Run<'_, '_>, call: &Call<'_>) -> Result<&'a mut Asking, Abrupt> {
    let id = call.this.id().filter(|id| matches!(run.object(*id).class, Class_::Client(_)));
    let Some(id) = id else { return run.type_error("Illegal invocation") };
    match &mut run.vm.heap.object_mut(id).class {
        Class_::Client(asking) => Ok(asking),
        _ => Err(Abrupt::NotSimulated("a request without a connection".to_owned())),
    }
}

fn client_end(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if !call.arg(0).is_missing() && !run.is_callable(&call.arg(0)) {
        let bytes = run.bytes(&call.arg(0))?;
        asking(run, call)?.body.extend(bytes);
    }
    let asking_now = asking(run, call)?.clone();
    let request = HttpRequest { headers: asking_now.headers, body: asking_now.body, ..HttpRequest::new(&asking_now.method, asking_now.url) };
    let sent = run.sys.http_send(request);
    asking(run, call)?.sent = Some(sent);
    run.vm.clients.extend(call.this.id());
    Ok(call.this.clone())
}

const CLIENT: &[(&str, Native)] = &[
    ("write", |run, call| {
        let bytes = run.bytes(&call.arg(0))?;
        asking(run, call)?.body.extend(bytes);
        Ok(true.into())
    }),
    ("end", client_end),
    ("setHeader", |run, call| {
        let (name, value) = (run.text(&call.arg(0))?, run.text(&call.arg(1))?);
        asking(run, call)?.headers.push((name.to_string(), value.to_string()));
        Ok(call.this.clone())
    }),
];

impl Run<'_, '_> {
    /// Looks whether an answer has come to a request of the program's own; whether it has.
    pub fn look_after(&mut self, client: Id) -> Result<bool, Abrupt> {
        let Class_::Client(asking) = &self.object(client).class else { return Ok(true) };
        let (Some(sent), deadline, url) = (asking.sent, asking.deadline, asking.url.clone()) else { return Ok(true) };
        let Some(result) = self.sys.http_whole(sent, deadline) else { return Ok(false) };
        self.sys.http_close(sent);
        match result {
            Ok(response) => {
                let message = self.add("IncomingMessage", Class_::Request);
                self.set_own(message, "statusCode", f64::from(response.status));
                let reason = REASONS.iter().find(|(code, _)| *code == response.status).map_or("", |(_, reason)| reason);
                self.set_own(message, "statusMessage", reason);
                self.set_headers(message, &response.headers);
                self.deliver_body(message, response.body);
                self.emit(client, "response", &[Value::Object(message)])?;
            }
            Err(error) => {
                let authority = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
                let address = if authority.contains(':') { authority.clone() } else { format!("{authority}:80") };
                let (code, message) = match error {
                    NetError::ConnectionRefused => ("ECONNREFUSED", format!("connect ECONNREFUSED {address}")),
                    NetError::UnknownHost => ("ENOTFOUND", format!("getaddrinfo ENOTFOUND {}", authority.split(':').next().unwrap_or_default())),
                    NetError::TimedOut => ("ETIMEDOUT", format!("connect ETIMEDOUT {address}")),
                    _ => ("ECONNRESET", "socket hang up".to_owned()),
                };
                let error = self.error("Error", &message);
                self.set_own(error, "code", code);
                self.emit(client, "error", &[Value::Object(error)])?;
            }
        }
        Ok(true)
    }
}

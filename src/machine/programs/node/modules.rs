//! `require`: the modules of Node that are simulated, and the program's own files.

use super::events;
use super::run::{Abrupt, Call, Native, Outcome, Run};
use super::syntax::{Name, Statement};
use super::value::{Class_, Scope, Slot, Value, Variable};
use super::{http, lexer, parser};
use crate::{Errno, FileKind};

/// Modules that Node has and we do not.
const ABSENT: [&str; 24] = [
    "assert", "async_hooks", "buffer", "child_process", "cluster", "crypto", "dgram", "dns", "domain", "http2", "https", "inspector", "net", "perf_hooks",
    "readline", "repl", "stream", "string_decoder", "timers", "tls", "tty", "v8", "vm", "zlib",
];

pub fn install(run: &mut Run<'_, '_>) {
    events::install(run);
}

impl Run<'_, '_> {
    /// Runs a file as a module and gives its exports. The outer error is the syntax's.
    pub fn run_module(&mut self, path: &str, source: &str) -> Result<Outcome, lexer::SyntaxError> {
        let file: Name = path.into();
        self.vm.sources.insert(file.clone(), source.into());
        let code = if path.ends_with(".json") { None } else { Some(lexer::tokens(source).and_then(parser::parse)?) };
        Ok(self.run_code(&file, source, code))
    }

    fn run_code(&mut self, file: &Name, source: &str, code: Option<super::syntax::Function>) -> Outcome {
        let Some(code) = code else {
            let json = self.vm.global_object;
            let json = self.get(&Value::Object(json), "JSON")?;
            let parse = self.get(&json, "parse")?;
            let value = self.call(&parse, json, &[source.into()])?;
            self.vm.modules.insert(file.to_string(), value.clone());
            return Ok(value);
        };
        let module = self.plain();
        let exports = Value::Object(self.plain());
        self.set_own(module, "exports", exports.clone());
        self.vm.modules.insert(file.to_string(), exports.clone());
        let require = self.native_with("require", require, vec![Value::Text(file.clone())]);
        if let Some(id) = require.id() {
            self.set_own(id, "main", Value::Object(module));
        }
        let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
        let directory = if directory.is_empty() { "/" } else { directory };
        let values = [
            ("this", exports.clone()),
            ("exports", exports.clone()),
            ("require", require),
            ("module", Value::Object(module)),
            ("__filename", Value::Text(file.clone())),
            ("__dirname", directory.into()),
        ];
        let variables = values.into_iter().map(|(name, value)| (name.into(), Variable { value: Some(value), constant: false })).collect();
        let scope = self.vm.heap.add_scope(Scope { parent: Some(self.vm.global), variables });
        for name in &code.vars {
            if self.vm.heap.scope(scope).variables.iter().all(|(known, _)| known != name) {
                self.define(scope, name, Value::Undefined, false);
            }
        }
        self.push_frame("Object.<anonymous>".to_owned(), file.clone())?;
        self.declare(&code.body.names, scope);
        let result = self.execute_all(&code.body.statements, scope);
        if !matches!(result, Err(Abrupt::NotSimulated(_))) {
            self.pop_frame();
        }
        result?;
        let exports = self.get(&Value::Object(module), "exports")?;
        self.vm.modules.insert(file.to_string(), exports.clone());
        Ok(exports)
    }

    /// The value of the last expression, for `node -p`.
    pub fn run_text(&mut self, source: &str) -> Result<Outcome, lexer::SyntaxError> {
        let file: Name = "[eval]".into();
        self.vm.sources.insert(file.clone(), source.into());
        let code = lexer::tokens(source).and_then(parser::parse)?;
        Ok(self.run_eval(&file, &code))
    }

    fn run_eval(&mut self, file: &Name, code: &super::syntax::Function) -> Outcome {
        let require = self.native_with("require", require, vec![Value::Text(file.clone())]);
        let global = self.vm.global;
        self.define(global, &"require".into(), require, false);
        for name in &code.vars {
            self.define(global, name, Value::Undefined, false);
        }
        self.push_frame(String::new(), file.clone())?;
        self.declare(&code.body.names, global);
        let mut value = Value::Undefined;
        for statement in &code.body.statements {
            match statement {
                Statement::Expression(expression) => value = self.evaluate(expression, global)?,
                statement => {
                    self.execute(statement, global)?;
                }
            }
        }
        self.pop_frame();
        Ok(value)
    }

    /// An error of a file, as Node words it.
    pub fn file_error<T>(&mut self, call: &str, path: &str, error: Errno) -> Result<T, Abrupt> {
        let (code, number, words) = match error {
            Errno::NoEntry => ("ENOENT", -2.0, "no such file or directory"),
            Errno::Exists => ("EEXIST", -17.0, "file already exists"),
            Errno::AccessDenied => ("EACCES", -13.0, "permission denied"),
            Errno::IsDirectory => ("EISDIR", -21.0, "illegal operation on a directory"),
            Errno::NotDirectory => ("ENOTDIR", -20.0, "not a directory"),
            Errno::NotEmpty => ("ENOTEMPTY", -39.0, "directory not empty"),
            Errno::ReadOnly => ("EROFS", -30.0, "read-only file system"),
            Errno::NoSpace => ("ENOSPC", -28.0, "no space left on device"),
            _ => ("EIO", -5.0, "i/o error"),
        };
        let shown = if call == "read" { format!("{code}: {words}, {call}") } else { format!("{code}: {words}, {call} '{path}'") };
        let error = self.error("Error", &shown);
        for (name, value) in [("errno", Value::Number(number)), ("code", code.into()), ("syscall", call.into()), ("path", path.into())] {
            self.set_own(error, name, value);
        }
        self.vm.thrown = (self.vm.file.clone(), self.vm.here);
        Err(Abrupt::Throw(Value::Object(error)))
    }
}

fn require(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let name = run.text(&call.arg(0))?;
    let plain = name.strip_prefix("node:").unwrap_or(&name).to_owned();
    if let Some(module) = run.vm.modules.get(&plain) {
        return Ok(module.clone());
    }
    let module = match plain.as_str() {
        "http" => Some(http::module(run)),
        "fs" => Some(table(run, FS)),
        "os" => Some(os(run)),
        "url" => Some(table(run, URL)),
        "querystring" => Some(table(run, &[("parse", |run, call| {
            let text = run.text(&call.arg(0))?;
            Ok(query(run, &text))
        })])),
        "path" => Some(path(run)),
        "util" => Some(table(run, UTIL)),
        "events" => {
            let proto = run.intrinsic("EventEmitter");
            run.look(&Value::Object(proto), "constructor")
        }
        _ => None,
    };
    if let Some(module) = module {
        run.vm.modules.insert(plain, module.clone());
        return Ok(module);
    }
    if ABSENT.contains(&plain.as_str()) {
        return run.not_simulated(&format!("require('{name}')"));
    }
    let from = call.data.first().map(|from| run.plain_text(from)).unwrap_or_default();
    let is_path = name.starts_with("./") || name.starts_with("../") || name.starts_with('/');
    if is_path {
        let directory = if from.starts_with('/') { from.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned() } else { run.sys.cwd().to_owned() };
        let base = crate::walk::normalize(&if name.starts_with('/') { name.to_string() } else { format!("{directory}/{name}") });
        for candidate in [base.clone(), format!("{base}.js"), format!("{base}.json"), format!("{base}/index.js")] {
            if let Some(module) = run.vm.modules.get(&candidate) {
                return Ok(module.clone());
            }
            if run.sys.stat(&candidate).is_ok_and(|found| found.kind == FileKind::File)
                && let Ok(bytes) = run.sys.read_file(&candidate)
            {
                let source = String::from_utf8_lossy(&bytes).into_owned();
                return match run.run_module(&candidate, &source) {
                    Ok(outcome) => outcome,
                    Err(error) => {
                        let text = run.syntax_error(&candidate, &error);
                        let thrown = run.error("SyntaxError", &error.message);
                        run.set_hidden(thrown, "\0excerpt", text.split("\nSyntaxError").next().unwrap_or_default());
                        Err(Abrupt::Throw(Value::Object(thrown)))
                    }
                };
            }
        }
    }
    missing(run, &name, &from)
}

fn missing(run: &mut Run<'_, '_>, name: &str, from: &str) -> Outcome {
    let old = run.vm.version.is_old();
    let stack = if from.starts_with('/') && !old { format!("\nRequire stack:\n- {from}") } else { String::new() };
    let inside: &[&str] = match old {
        true => &[
            "Function.Module._resolveFilename (module.js:469:15)",
            "Function.Module._load (module.js:417:25)",
            "Module.require (module.js:497:17)",
            "require (internal/module.js:20:19)",
        ],
        false => &[
            "Function._resolveFilename (node:internal/modules/cjs/loader:1225:15)",
            "Function._load (node:internal/modules/cjs/loader:1055:27)",
            "TracingChannel.traceSync (node:diagnostics_channel:322:14)",
            "wrapModuleLoad (node:internal/modules/cjs/loader:220:24)",
            "Module.require (node:internal/modules/cjs/loader:1311:12)",
            "require (node:internal/modules/helpers:136:16)",
        ],
    };
    let message = format!("Cannot find module '{name}'{stack}");
    let error = run.error("Error", &message);
    let lines: Vec<String> = inside.iter().map(|line| (*line).to_owned()).chain(run.trace()).take(10).collect();
    let trace: String = lines.iter().map(|line| format!("\n    at {line}")).collect();
    run.set_hidden(error, "stack", format!("Error: {message}{trace}"));
    run.set_own(error, "code", "MODULE_NOT_FOUND");
    if !stack.is_empty() {
        let list = run.array(vec![from.into()]);
        run.set_own(error, "requireStack", list);
    }
    let place = if old { "module.js:471\n    throw err;\n    ^\n" } else { "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n" };
    run.set_hidden(error, "\0excerpt", place);
    Err(Abrupt::Throw(Value::Object(error)))
}

fn table(run: &mut Run<'_, '_>, methods: &[(&str, Native)]) -> Value {
    let module = run.plain();
    run.methods(module, methods);
    run.set_hidden(module, "\0builtin", true);
    Value::Object(module)
}

/// What a function with a callback gives, handed over in the next turn; errors come first.
fn call_back(run: &mut Run<'_, '_>, call: &Call<'_>, result: Outcome) -> Outcome {
    let Some(callback) = call.args.iter().rev().find(|arg| run.is_callable(arg)).cloned() else {
        return run.type_error("The \"cb\" argument must be of type function. Received undefined");
    };
    let args = match result {
        Ok(value) => {
            // What succeeds takes more steps than what fails.
            let later = run.native_with("", |run, call| {
                let args = vec![Value::Null, call.data[1].clone()];
                run.vm.immediates.push_back(super::run::Job { function: call.data[0].clone(), this: Value::Undefined, args, promise: None });
                Ok(Value::Undefined)
            }, vec![callback, value]);
            run.vm.immediates.push_back(super::run::Job { function: later, this: Value::Undefined, args: Vec::new(), promise: None });
            return Ok(Value::Undefined);
        }
        Err(Abrupt::Throw(error)) => vec![error],
        Err(abrupt) => return Err(abrupt),
    };
    run.vm.immediates.push_back(super::run::Job { function: callback, this: Value::Undefined, args, promise: None });
    Ok(Value::Undefined)
}

fn read_file(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let path = run.text(&call.arg(0))?;
    let encoding = match call.arg(1) {
        Value::Text(text) => Some(text),
        options @ Value::Object(_) if !run.is_callable(&options) => match run.get(&options, "encoding")? {
            Value::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    };
    match run.sys.read_file(&path) {
        Ok(bytes) if encoding.is_some() => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
        Ok(bytes) => Ok(run.buffer(bytes)),
        Err(Errno::IsDirectory) => run.file_error("read", &path, Errno::IsDirectory),
        Err(error) => run.file_error("open", &path, error),
    }
}

fn write_file(run: &mut Run<'_, '_>, call: &Call<'_>, append: bool) -> Outcome {
    let (path, bytes) = (run.text(&call.arg(0))?, run.bytes(&call.arg(1))?);
    let written = if append { run.sys.append_file(&path, &bytes) } else { run.sys.write_file(&path, &bytes, 0o644) };
    match written {
        Ok(()) => Ok(Value::Undefined),
        Err(error) => run.file_error("open", &path, error),
    }
}

fn stat(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let path = run.text(&call.arg(0))?;
    let found = match run.sys.stat(&path) {
        Ok(found) => found,
        Err(error) => return run.file_error("stat", &path, error),
    };
    let stats = run.plain();
    run.set_own(stats, "size", found.size as f64);
    run.set_own(stats, "mode", f64::from(found.mode));
    run.set_hidden(stats, "\0directory", found.is_dir());
    run.methods(stats, &[
        ("isDirectory", |run, call| Ok(run.look(call.this, "\0directory").unwrap_or_default())),
        ("isFile", |run, call| Ok((!run.look(call.this, "\0directory").unwrap_or_default().truthy()).into())),
    ]);
    Ok(Value::Object(stats))
}

fn read_dir(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let path = run.text(&call.arg(0))?;
    match run.sys.read_dir(&path) {
        Ok(names) => Ok(run.array(names.into_iter().map(Value::from).collect())),
        Err(error) => run.file_error("scandir", &path, error),
    }
}

fn change(run: &mut Run<'_, '_>, call: &Call<'_>, name: &str, change: fn(&mut crate::Sys<'_>, &str) -> Result<(), Errno>) -> Outcome {
    let path = run.text(&call.arg(0))?;
    match change(run.sys, &path) {
        Ok(()) => Ok(Value::Undefined),
        Err(error) => run.file_error(name, &path, error),
    }
}

const FS: &[(&str, Native)] = &[
    ("readFileSync", read_file),
    ("readFile", |run, call| {
        let result = read_file(run, call);
        call_back(run, call, result)
    }),
    ("writeFileSync", |run, call| write_file(run, call, false)),
    ("appendFileSync", |run, call| write_file(run, call, true)),
    ("writeFile", |run, call| {
        let result = write_file(run, call, false);
        call_back(run, call, result)
    }),
    ("appendFile", |run, call| {
        let result = write_file(run, call, true);
        call_back(run, call, result)
    }),
    ("existsSync", |run, call| {
        let path = run.text(&call.arg(0))?;
        Ok(run.sys.stat(&path).is_ok().into())
    }),
    ("statSync", stat),
    ("stat", |run, call| {
        let result = stat(run, call);
        call_back(run, call, result)
    }),
    ("readdirSync", read_dir),
    ("readdir", |run, call| {
        let result = read_dir(run, call);
        call_back(run, call, result)
    }),
    ("mkdirSync", |run, call| change(run, call, "mkdir", |sys, path| sys.mkdir(path))),
    ("unlinkSync", |run, call| change(run, call, "unlink", |sys, path| sys.remove(path))),
    ("unlink", |run, call| {
        let result = change(run, call, "unlink", |sys, path| sys.remove(path));
        call_back(run, call, result)
    }),
    ("rmdirSync", |run, call| change(run, call, "rmdir", |sys, path| sys.remove(path))),
];

fn os(run: &mut Run<'_, '_>) -> Value {
    let module = table(run, &[
        ("hostname", |run, _| Ok(run.sys.hostname().into())),
        ("platform", |_, _| Ok("linux".into())),
        ("type", |_, _| Ok("Linux".into())),
        ("arch", |_, _| Ok("x64".into())),
        ("uptime", |run, _| Ok(run.sys.uptime().as_secs_f64().into())),
        ("totalmem", |run, _| Ok(Value::Number(run.sys.hardware().memory_bytes as f64))),
        ("tmpdir", |_, _| Ok("/tmp".into())),
        ("homedir", |run, _| Ok(run.sys.env().get("HOME").cloned().unwrap_or_default().into())),
        ("cpus", |run, _| {
            let cpus = (0..run.sys.hardware().cpus).map(|_| Value::Object(run.plain())).collect();
            Ok(run.array(cpus))
        }),
    ]);
    if let Some(id) = module.id() {
        run.set_own(id, "EOL", "\n");
    }
    module
}

/// `a=1&b=2` as an object.
fn query(run: &mut Run<'_, '_>, text: &str) -> Value {
    let object = run.plain();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |part: &str| super::numbers::decode(&part.replace('+', " "));
        let (name, value) = (decode(name), Value::from(decode(value)));
        match run.object(object).slot(&name).map(|slot| slot.value.clone()) {
            None => run.set_own(object, &name, value),
            Some(first) => {
                let mut all = match run.class(&first) {
                    Some(Class_::Array(items)) => items.clone(),
                    _ => vec![first],
                };
                all.push(value);
                let all = run.array(all);
                run.set_own(object, &name, all);
            }
        }
    }
    Value::Object(object)
}

const URL: &[(&str, Native)] = &[("parse", |run, call| {
    let text = run.text(&call.arg(0))?;
    let parse_query = call.arg(1).truthy();
    let url = run.plain();
    let (before_hash, hash) = text.split_once('#').map_or((text.as_ref(), None), |(url, hash)| (url, Some(hash)));
    let (protocol, rest) = before_hash.split_once("//").map_or((None, before_hash), |(protocol, rest)| (Some(protocol), rest));
    let (host, path) = match protocol {
        Some(_) => rest.find('/').map_or((Some(rest), "/"), |at| (Some(&rest[..at]), &rest[at..])),
        None => (None, rest),
    };
    let (pathname, search) = path.find('?').map_or((path, ""), |at| path.split_at(at));
    let text_or_null = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from);
    let hash_text = hash.map(|hash| format!("#{hash}"));
    let port = host.and_then(|host| host.split_once(':')).map(|(_, port)| port);
    let hostname = host.map(|host| host.split(':').next().unwrap_or_default());
    let query_value = match parse_query {
        true => query(run, search.trim_start_matches('?')),
        false => text_or_null(search.strip_prefix('?')),
    };
    for (name, value) in [
        ("protocol", text_or_null(protocol)),
        ("slashes", protocol.map_or(Value::Null, |_| true.into())),
        ("auth", Value::Null),
        ("host", text_or_null(host)),
        ("port", text_or_null(port)),
        ("hostname", text_or_null(hostname)),
        ("hash", text_or_null(hash_text.as_deref())),
        ("search", if search.is_empty() && parse_query { "".into() } else { text_or_null(Some(search)) }),
        ("query", query_value),
        ("pathname", text_or_null(Some(pathname))),
        ("path", text_or_null(Some(path))),
        ("href", Value::Text(text.clone())),
    ] {
        run.vm.heap.object_mut(url).properties.push((name.into(), Slot::of(value)));
    }
    Ok(Value::Object(url))
})];

fn joined(run: &mut Run<'_, '_>, parts: &[Value]) -> Result<String, Abrupt> {
    let mut all = Vec::new();
    for part in parts {
        let part = run.text(part)?;
        if !part.is_empty() {
            all.push(part.to_string());
        }
    }
    Ok(all.join("/"))
}

/// A path without `.`, `..` and double slashes; one that is relative stays so.
fn normal(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if path.starts_with('/') => {}
            part => kept.push(part),
        }
    }
    let text = kept.join("/");
    let text = if path.starts_with('/') { format!("/{text}") } else { text };
    let slash = if path.ends_with('/') && !text.ends_with('/') && !text.is_empty() { "/" } else { "" };
    if text.is_empty() { ".".to_owned() } else { format!("{text}{slash}") }
}

fn path(run: &mut Run<'_, '_>) -> Value {
    let module = table(run, &[
        ("join", |run, call| Ok(normal(&joined(run, call.args)?).into())),
        ("normalize", |run, call| Ok(normal(&joined(run, call.args)?).into())),
        ("resolve", |run, call| {
            let mut path = run.sys.cwd().to_owned();
            for part in call.args {
                let part = run.text(part)?;
                path = if part.starts_with('/') { part.to_string() } else { format!("{path}/{part}") };
            }
            Ok(crate::walk::normalize(&path).into())
        }),
        ("basename", |run, call| {
            let path = run.text(&call.arg(0))?;
            let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
            let suffix = if call.args.len() > 1 { run.text(&call.arg(1))?.to_string() } else { String::new() };
            Ok(name.strip_suffix(&suffix).filter(|rest| !rest.is_empty()).unwrap_or(&name).into())
        }),
        ("dirname", |run, call| {
            let path = run.text(&call.arg(0))?;
            Ok(match path.trim_end_matches('/').rsplit_once('/') {
                None => ".",
                Some(("", _)) => "/",
                Some((directory, _)) => directory,
            }
            .into())
        }),
        ("extname", |run, call| {
            let path = run.text(&call.arg(0))?;
            let name = path.rsplit('/').next().unwrap_or_default();
            Ok(name.rfind('.').filter(|at| *at > 0).map_or("", |at| &name[at..]).into())
        }),
    ]);
    if let Some(id) = module.id() {
        run.set_own(id, "sep", "/");
    }
    module
}

const UTIL: &[(&str, Native)] = &[
    ("format", |run, call| Ok(run.format(call.args).into())),
    ("inspect", |run, call| Ok(run.inspect(&call.arg(0)).into())),
    ("inherits", |run, call| {
        let (proto, parent) = (run.get(&call.arg(0), "prototype")?, run.get(&call.arg(1), "prototype")?);
        if let (Some(proto), Some(parent)) = (proto.id(), parent.id()) {
            run.vm.heap.object_mut(proto).proto = Some(parent);
        }
        Ok(Value::Undefined)
    }),
    ("isArray", |run, call| Ok(matches!(run.class(&call.arg(0)), Some(Class_::Array(_))).into())),
];

//! What stands around a program: `console`, `process`, timers, `Buffer`.

use std::sync::Arc;
use std::time::Duration;

use super::run::{Abrupt, Call, Job, Native, Outcome, Run, Timer};
use super::value::{Class_, Id, Slot, Value};

pub fn install(run: &mut Run<'_, '_>) {
    let console = run.plain();
    run.methods(console, CONSOLE);
    run.set_hidden(console, "\0builtin", true);
    let global = run.vm.global_object;
    run.set_hidden(global, "console", Value::Object(console));
    for (name, native) in TIMERS {
        let function = run.native(name, *native);
        run.set_hidden(global, name, function);
    }
    run.set_hidden(global, "global", Value::Object(global));
    run.set_hidden(global, "globalThis", Value::Object(global));
    run.constructor("Timeout", |run, _| run.type_error("Illegal constructor"), &[], &[
        ("unref", |run, call| timer_flag(run, call, false)),
        ("ref", |run, call| timer_flag(run, call, true)),
    ]);
    run.vm.heap.object_mut(global).properties.retain(|(name, _)| name.as_ref() != "Timeout");
    let process = process(run);
    run.set_hidden(global, "process", Value::Object(process));
    run.constructor("Buffer", from, BUFFER_STATICS, BUFFER);
}

fn timer_flag(run: &mut Run<'_, '_>, call: &Call<'_>, alive: bool) -> Outcome {
    if let Some(Class_::Timer(number)) = run.class(call.this).cloned()
        && let Some(timer) = run.vm.timers.get_mut(&number)
    {
        timer.keeps_alive = alive;
    }
    Ok(call.this.clone())
}

/// Console.
fn print(run: &mut Run<'_, '_>, call: &Call<'_>, to_error: bool) -> Outcome {
    let text = run.format(call.args);
    let indent = "  ".repeat(run.vm.indent);
    let text = if indent.is_empty() { text } else { text.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n") };
    let out = if to_error { &mut run.vm.err } else { &mut run.vm.out };
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
    if run.vm.out.len() + run.vm.err.len() > 8 << 20 {
        return run.not_simulated("a program that prints that much without a pause");
    }
    Ok(Value::Undefined)
}

const CONSOLE: &[(&str, Native)] = &[
    ("log", |run, call| print(run, call, false)),
    ("info", |run, call| print(run, call, false)),
    ("debug", |run, call| print(run, call, false)),
    ("error", |run, call| print(run, call, true)),
    ("warn", |run, call| print(run, call, true)),
    ("dir", |run, call| {
        let text = run.inspect(&call.arg(0));
        run.vm.out.extend_from_slice(format!("{text}\n").as_bytes());
        Ok(Value::Undefined)
    }),
    ("group", |run, call| {
        if !call.args.is_empty() {
            print(run, call, false)?;
        }
        run.vm.indent += 1;
        Ok(Value::Undefined)
    }),
    ("groupEnd", |run, _| {
        run.vm.indent = run.vm.indent.saturating_sub(1);
        Ok(Value::Undefined)
    }),
    ("time", |run, call| {
        let label = if call.args.is_empty() { "default".into() } else { run.text(&call.arg(0))? };
        let now = run.sys.now();
        run.vm.marks.push((label.to_string(), now));
        Ok(Value::Undefined)
    }),
    ("timeEnd", |run, call| {
        let label = if call.args.is_empty() { "default".into() } else { run.text(&call.arg(0))? };
        if let Some(index) = run.vm.marks.iter().position(|(known, _)| *known == *label) {
            let (_, start) = run.vm.marks.remove(index);
            let took = run.sys.now().since(start).as_secs_f64() * 1000.0;
            run.vm.out.extend_from_slice(format!("{label}: {took:.3}ms\n").as_bytes());
        }
        Ok(Value::Undefined)
    }),
    ("trace", |run, call| {
        let text = run.format(call.args);
        let trace: String = run.trace().iter().map(|line| format!("    at {line}\n")).collect();
        run.vm.err.extend_from_slice(format!("Trace{}{text}\n{trace}", if text.is_empty() { "" } else { ": " }).as_bytes());
        Ok(Value::Undefined)
    }),
    ("assert", |run, call| {
        if !call.arg(0).truthy() {
            let text = run.format(call.args.get(1..).unwrap_or_default());
            let text = if text.is_empty() { "Assertion failed".to_owned() } else { format!("Assertion failed: {text}") };
            run.vm.err.extend_from_slice(format!("{text}\n").as_bytes());
        }
        Ok(Value::Undefined)
    }),
];

/// Timers.
fn start_timer(run: &mut Run<'_, '_>, call: &Call<'_>, repeats: bool) -> Outcome {
    let function = call.arg(0);
    if !run.is_callable(&function) {
        let what = run.inspect(&function);
        let message = match run.vm.version.is_old() {
            true => "\"callback\" argument must be a function".to_owned(),
            false => format!("The \"callback\" argument must be of type function. Received {what}"),
        };
        return run.type_error(&message);
    }
    let millis = run.number(&call.arg(1))?;
    // Node makes a millisecond of what is none.
    let millis = if (1.0..=2_147_483_647.0).contains(&millis) { millis } else { 1.0 };
    let delay = Duration::from_micros((millis * 1000.0) as u64);
    let number = run.vm.next_timer;
    run.vm.next_timer += 1;
    let object = run.add("Timeout", Class_::Timer(number));
    let timer = Timer {
        due: run.sys.now() + delay,
        every: repeats.then_some(delay),
        function,
        args: call.args.get(2..).unwrap_or_default().to_vec(),
        object,
        keeps_alive: true,
    };
    run.vm.timers.insert(number, timer);
    Ok(Value::Object(object))
}

fn stop_timer(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if let Some(Class_::Timer(number)) = run.class(&call.arg(0)).cloned() {
        run.vm.timers.remove(&number);
        run.vm.immediates.retain(|job| job.this.id() != call.arg(0).id());
    }
    Ok(Value::Undefined)
}

const TIMERS: &[(&str, Native)] = &[
    ("setTimeout", |run, call| start_timer(run, call, false)),
    ("setInterval", |run, call| start_timer(run, call, true)),
    ("setImmediate", |run, call| {
        let object = run.add("Timeout", Class_::Timer(u64::MAX));
        let args = call.args.get(1..).unwrap_or_default().to_vec();
        run.vm.immediates.push_back(Job { function: call.arg(0), this: Value::Object(object), args, promise: None });
        Ok(Value::Object(object))
    }),
    ("clearTimeout", stop_timer),
    ("clearInterval", stop_timer),
    ("clearImmediate", stop_timer),
    ("queueMicrotask", |run, call| {
        run.vm.jobs.push_back(Job { function: call.arg(0), this: Value::Undefined, args: Vec::new(), promise: None });
        Ok(Value::Undefined)
    }),
];

/// `process`.
fn process(run: &mut Run<'_, '_>) -> Id {
    let process = run.add("EventEmitter", Class_::Plain);
    run.methods(process, PROCESS);
    run.set_hidden(process, "\0builtin", true);
    let env = run.plain();
    for (name, value) in run.sys.env().clone() {
        run.vm.heap.object_mut(env).properties.push((name.into(), Slot::of(value.into())));
    }
    run.set_own(process, "env", Value::Object(env));
    let (version, pid) = (run.vm.version.text.clone(), run.sys.pid().0);
    run.set_own(process, "version", format!("v{version}"));
    run.set_own(process, "pid", f64::from(pid));
    run.set_own(process, "platform", "linux");
    run.set_own(process, "arch", "x64");
    run.set_own(process, "title", "node");
    run.set_own(process, "execPath", "/usr/local/bin/node");
    let versions = run.plain();
    run.set_own(versions, "node", version);
    run.set_own(process, "versions", Value::Object(versions));
    for (name, native) in [("stdout", write_out as Native), ("stderr", write_err as Native)] {
        let stream = run.add("EventEmitter", Class_::Plain);
        run.methods(stream, &[("write", native)]);
        run.set_hidden(stream, "\0builtin", true);
        let is_tty = run.sys.is_tty(if name == "stdout" { 1 } else { 2 });
        if is_tty {
            run.set_own(stream, "isTTY", true);
        }
        run.set_own(process, name, Value::Object(stream));
    }
    process
}

fn write_out(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let bytes = run.bytes(&call.arg(0))?;
    run.vm.out.extend_from_slice(&bytes);
    Ok(true.into())
}

fn write_err(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let bytes = run.bytes(&call.arg(0))?;
    run.vm.err.extend_from_slice(&bytes);
    Ok(true.into())
}

const PROCESS: &[(&str, Native)] = &[
    ("exit", |run, call| {
        let code = match call.arg(0) {
            Value::Undefined => run.get(call.this, "exitCode")?,
            code => code,
        };
        let code = if code.is_missing() { 0.0 } else { run.number(&code)? };
        Err(Abrupt::Exit(code as i32))
    }),
    ("cwd", |run, _| Ok(run.sys.cwd().to_owned().into())),
    ("chdir", |run, call| {
        let path = run.text(&call.arg(0))?;
        match run.sys.set_cwd(&path) {
            Ok(()) => Ok(Value::Undefined),
            Err(error) => run.file_error("chdir", &path, error),
        }
    }),
    ("uptime", |run, _| Ok(run.sys.uptime().as_secs_f64().into())),
    ("hrtime", |run, call| {
        let now = run.sys.now().as_nanos();
        let before = match call.arg(0) {
            value if value.is_missing() => 0,
            value => {
                let (seconds, nanos) = (run.get(&value, "0")?, run.get(&value, "1")?);
                run.number(&seconds)? as u64 * 1_000_000_000 + run.number(&nanos)? as u64
            }
        };
        let passed = now.saturating_sub(before);
        Ok(run.array(vec![Value::Number((passed / 1_000_000_000) as f64), Value::Number((passed % 1_000_000_000) as f64)]))
    }),
    ("memoryUsage", |run, _| {
        let usage = run.plain();
        run.set_own(usage, "rss", super::MEMORY as f64);
        run.set_own(usage, "heapTotal", (8u64 << 20) as f64);
        let cells = run.vm.heap.len();
        run.set_own(usage, "heapUsed", (4u64 << 20) as f64 + cells as f64 * 64.0);
        Ok(Value::Object(usage))
    }),
    ("nextTick", |run, call| {
        let args = call.args.get(1..).unwrap_or_default().to_vec();
        run.vm.jobs.push_back(Job { function: call.arg(0), this: Value::Undefined, args, promise: None });
        Ok(Value::Undefined)
    }),
    ("getuid", |run, _| Ok(f64::from(run.sys.credentials().uid).into())),
    ("getgid", |run, _| Ok(f64::from(run.sys.credentials().gid).into())),
    ("kill", |run, call| {
        let (pid, signal) = (run.number(&call.arg(0))? as u32, call.arg(1));
        let name = if signal.is_missing() { "SIGTERM".into() } else { run.text(&signal)? };
        let Some(signal) = crate::Signal::parse(&name) else {
            return run.throw("Error", &format!("Unknown signal: {name}"));
        };
        match run.sys.kill(crate::Pid(pid), signal) {
            Ok(()) => Ok(true.into()),
            Err(_) => run.throw("Error", "kill ESRCH"),
        }
    }),
];

/// Bytes.
impl Run<'_, '_> {
    /// The bytes of a text or a buffer.
    pub fn bytes(&mut self, value: &Value) -> Result<Vec<u8>, Abrupt> {
        match self.class(value) {
            Some(Class_::Bytes(bytes)) => Ok(bytes.as_ref().clone()),
            _ => Ok(self.text(value)?.as_bytes().to_vec()),
        }
    }

    pub fn buffer(&mut self, bytes: Vec<u8>) -> Value {
        Value::Object(self.add("Buffer", Class_::Bytes(Arc::new(bytes))))
    }
}

fn from(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let value = call.arg(0);
    let bytes = match (&value, run.class(&value)) {
        (Value::Number(length), _) => vec![0; length.clamp(0.0, 1e6) as usize],
        (_, Some(Class_::Array(items))) => {
            let items = items.clone();
            let mut bytes = Vec::new();
            for item in items {
                bytes.push(run.number(&item)? as i64 as u8);
            }
            bytes
        }
        _ => {
            let encoding = if call.arg(1).is_missing() { "utf8".into() } else { run.text(&call.arg(1))? };
            match encoding.as_ref() {
                "base64" => crate::programs::base64::decode(run.text(&value)?.as_bytes(), true).0,
                "hex" => {
                    let text = run.text(&value)?;
                    (0..text.len() / 2).map_while(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
                }
                _ => run.bytes(&value)?,
            }
        }
    };
    Ok(run.buffer(bytes))
}

const BUFFER_STATICS: &[(&str, Native)] = &[
    ("from", from),
    ("alloc", from),
    ("isBuffer", |run, call| Ok(matches!(run.class(&call.arg(0)), Some(Class_::Bytes(_))).into())),
    ("byteLength", |run, call| Ok(Value::Number(run.bytes(&call.arg(0))?.len() as f64))),
    ("concat", |run, call| {
        let mut all = Vec::new();
        for item in run.items(&call.arg(0))? {
            all.extend(run.bytes(&item)?);
        }
        Ok(run.buffer(all))
    }),
];

const BUFFER: &[(&str, Native)] = &[("toString", |run, call| {
    let bytes = run.bytes(call.this)?;
    let encoding = if call.arg(0).is_missing() { "utf8".into() } else { run.text(&call.arg(0))? };
    Ok(match encoding.as_ref() {
        "base64" => crate::programs::base64::encode(&bytes),
        "hex" => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
    .into())
})];

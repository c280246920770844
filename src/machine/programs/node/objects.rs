//! Objects, functions, errors, maps, sets, promises.

use super::run::{Abrupt, Call, Job, Native, Outcome, Run};
use super::syntax::Name;
use super::value::{Class_, Id, Object, Promise, Slot, Value};

/// Methods that JavaScript has and we do not, of things that are not made by the program itself.
const ABSENT: [&str; 28] = [
    "normalize", "matchAll", "localeCompare", "anchor", "codePointAt", "copyWithin", "flatMap", "reduceRight", "toSorted",
    "toReversed", "toSpliced", "with", "setFullYear", "setMonth", "setDate", "setHours", "setMinutes", "setSeconds", "setTime", "setUTCHours",
    "finally", "pipe", "on", "destroy", "setTimeout", "toPrecision", "toExponential", "ref",
];

impl Run<'_, '_> {
    /// Whether the real Node has this method of something that is not the program's own.
    pub fn is_absent(&self, this: &Value, key: &str) -> bool {
        match self.class(this) {
            Some(Class_::Plain | Class_::Native(..)) => self.look(this, "\0builtin").is_some(),
            Some(Class_::Function(_) | Class_::Bound(..)) | None => matches!(this, Value::Text(_) | Value::Number(_)) && ABSENT.contains(&key),
            Some(_) => ABSENT.contains(&key),
        }
    }

    /// A constructor with its prototype, as a global.
    pub fn constructor(&mut self, name: &'static str, native: Native, statics: &[(&str, Native)], methods: &[(&str, Native)]) -> Id {
        let proto = match self.vm.intrinsics.get(name) {
            Some(proto) => *proto,
            None => {
                let proto = self.plain();
                self.vm.intrinsics.insert(name, proto);
                proto
            }
        };
        let constructor = self.native(name, native);
        let id = constructor.id().expect("a function is an object");
        self.set_hidden(id, "prototype", Value::Object(proto));
        self.set_hidden(id, "\0builtin", true);
        self.set_hidden(proto, "constructor", constructor.clone());
        self.methods(id, statics);
        self.methods(proto, methods);
        let global = self.vm.global_object;
        self.set_hidden(global, name, constructor);
        id
    }
}

pub fn install(run: &mut Run<'_, '_>) {
    run.constructor("Object", object, OBJECT_STATICS, OBJECT);
    run.constructor("Function", |run, _| run.not_simulated("Function()"), &[], FUNCTION);
    run.constructor("Error", |run, call| error(run, call, "Error"), &[("captureStackTrace", |run, call| {
        if let Some(id) = call.arg(0).id() {
            run.capture_stack(id);
        }
        Ok(Value::Undefined)
    })], &[("toString", |run, call| Ok(run.error_title(call.this).into()))]);
    let proto = run.intrinsic("Error");
    run.set_hidden(proto, "name", "Error");
    run.set_hidden(proto, "message", "");
    let kinds: [(&'static str, Native); 4] = [
        ("TypeError", |run, call| error(run, call, "TypeError")),
        ("RangeError", |run, call| error(run, call, "RangeError")),
        ("ReferenceError", |run, call| error(run, call, "ReferenceError")),
        ("SyntaxError", |run, call| error(run, call, "SyntaxError")),
    ];
    for (kind, native) in kinds {
        run.constructor(kind, native, &[], &[]);
        let own = run.intrinsic(kind);
        run.vm.heap.object_mut(own).proto = Some(proto);
        run.set_hidden(own, "name", kind);
    }
    run.constructor("Map", map, &[], MAP);
    run.constructor("Set", set, &[], SET);
    run.constructor("Promise", promise, PROMISE_STATICS, PROMISE);
}

fn object(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    Ok(match call.arg(0) {
        value @ Value::Object(_) => value,
        value if value.is_missing() => Value::Object(run.plain()),
        _ => return run.not_simulated("Object() of a value that is no object"),
    })
}

fn error(run: &mut Run<'_, '_>, call: &Call<'_>, kind: &'static str) -> Outcome {
    let message = call.arg(0);
    let text = if matches!(message, Value::Undefined) { "".into() } else { run.text(&message)? };
    Ok(Value::Object(run.error(kind, &text)))
}

/// Makes entries of an object: its names, or what stands under them.
fn entries(run: &mut Run<'_, '_>, call: &Call<'_>, make: fn(&mut Run<'_, '_>, Name, Value) -> Value) -> Outcome {
    let of = call.arg(0);
    if of.is_missing() {
        return run.type_error("Cannot convert undefined or null to object");
    }
    let mut all = Vec::new();
    for key in run.keys(&of) {
        let value = run.get(&of, &key)?;
        all.push(make(run, key, value));
    }
    Ok(run.array(all))
}

const OBJECT_STATICS: &[(&str, Native)] = &[
    ("keys", |run, call| entries(run, call, |_, key, _| Value::Text(key))),
    ("values", |run, call| entries(run, call, |_, _, value| value)),
    ("entries", |run, call| entries(run, call, |run, key, value| run.array(vec![Value::Text(key), value]))),
    ("assign", |run, call| {
        let target = call.arg(0);
        for source in call.args.iter().skip(1) {
            for key in run.keys(source) {
                let value = run.get(source, &key)?;
                run.set(&target, &key, value)?;
            }
        }
        Ok(target)
    }),
    ("create", |run, call| {
        if call.args.len() > 1 {
            return run.not_simulated("Object.create with properties");
        }
        Ok(Value::Object(run.vm.heap.add_object(Object::new(call.arg(0).id(), Class_::Plain))))
    }),
    ("freeze", |run, call| {
        if let Some(id) = call.arg(0).id() {
            run.vm.heap.object_mut(id).frozen = true;
        }
        Ok(call.arg(0))
    }),
    ("isFrozen", |run, call| Ok(call.arg(0).id().is_none_or(|id| run.object(id).frozen).into())),
    ("getPrototypeOf", |run, call| Ok(call.arg(0).id().and_then(|id| run.object(id).proto).map_or(Value::Null, Value::Object))),
    ("setPrototypeOf", |run, call| {
        if let Some(id) = call.arg(0).id() {
            run.vm.heap.object_mut(id).proto = call.arg(1).id();
        }
        Ok(call.arg(0))
    }),
    ("defineProperty", |run, call| {
        let (Some(id), key, how) = (call.arg(0).id(), run.text(&call.arg(1))?, call.arg(2)) else {
            return run.type_error("Object.defineProperty called on non-object");
        };
        let slot = Slot {
            value: run.get(&how, "value")?,
            getter: run.get(&how, "get")?.id(),
            setter: run.get(&how, "set")?.id(),
            hidden: !run.get(&how, "enumerable")?.truthy(),
        };
        let properties = &mut run.vm.heap.object_mut(id).properties;
        properties.retain(|(known, _)| *known != key);
        properties.push((key, slot));
        Ok(call.arg(0))
    }),
    ("fromEntries", |run, call| {
        let object = run.plain();
        for entry in run.items(&call.arg(0))? {
            let (key, value) = (run.get(&entry, "0")?, run.get(&entry, "1")?);
            let key = run.text(&key)?;
            run.set_own(object, &key, value);
        }
        Ok(Value::Object(object))
    }),
    ("getOwnPropertyNames", |run, call| {
        let names = call.arg(0).id().map(|id| run.object(id).properties.iter().map(|(name, _)| Value::Text(name.clone())).collect());
        Ok(run.array(names.unwrap_or_default()))
    }),
];

const OBJECT: &[(&str, Native)] = &[
    ("hasOwnProperty", |run, call| {
        let key = run.text(&call.arg(0))?;
        Ok(run.has_own(call.this, &key).into())
    }),
    ("toString", |run, call| {
        let kind = match call.this {
            Value::Undefined => "Undefined",
            Value::Null => "Null",
            this => match run.class(this) {
                Some(Class_::Array(_)) => "Array",
                Some(Class_::Function(_) | Class_::Native(..) | Class_::Bound(..)) => "Function",
                Some(Class_::Error) => "Error",
                Some(Class_::Date(_)) => "Date",
                Some(Class_::Regex(..)) => "RegExp",
                _ => "Object",
            },
        };
        Ok(format!("[object {kind}]").into())
    }),
    ("toLocaleString", |run, call| {
        let text = run.text(call.this)?;
        Ok(Value::Text(text))
    }),
    ("valueOf", |_, call| Ok(call.this.clone())),
    ("isPrototypeOf", |run, call| {
        let mut next = call.arg(0).id().and_then(|id| run.object(id).proto);
        while let Some(id) = next {
            if Some(id) == call.this.id() {
                return Ok(true.into());
            }
            next = run.object(id).proto;
        }
        Ok(false.into())
    }),
    ("propertyIsEnumerable", |run, call| {
        let key = run.text(&call.arg(0))?;
        Ok(run.keys(call.this).contains(&key).into())
    }),
];

const FUNCTION: &[(&str, Native)] = &[
    ("call", |run, call| run.call(call.this, call.arg(0), call.args.get(1..).unwrap_or_default())),
    ("apply", |run, call| {
        let args = match call.arg(1) {
            list if list.is_missing() => Vec::new(),
            list => run.items(&list)?,
        };
        run.call(call.this, call.arg(0), &args)
    }),
    ("bind", |run, call| {
        let bound = Class_::Bound(call.this.clone(), call.arg(0), call.args.get(1..).unwrap_or_default().to_vec());
        Ok(Value::Object(run.add("Function", bound)))
    }),
    ("toString", |run, _| run.not_simulated("the source text of a function")),
];

fn same_key(a: &Value, b: &Value) -> bool {
    a.same(b) || matches!((a, b), (Value::Number(a), Value::Number(b)) if a.is_nan() && b.is_nan())
}

fn map(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let made = Value::Object(run.add("Map", Class_::Map(Vec::new())));
    if !call.arg(0).is_missing() {
        for entry in run.items(&call.arg(0))? {
            let (key, value) = (run.get(&entry, "0")?, run.get(&entry, "1")?);
            with_map(run, &made, |entries| put(entries, key, value))?;
        }
    }
    Ok(made)
}

fn put(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries.iter_mut().find(|(known, _)| same_key(known, &key)) {
        Some((_, old)) => *old = value,
        None => entries.push((key, value)),
    }
}

fn with_map<T>(run: &mut Run<'_, '_>, map: &Value, change: impl FnOnce(&mut Vec<(Value, Value)>) -> T) -> Result<T, Abrupt> {
    if let Some(id) = map.id()
        && let Class_::Map(entries) = &mut run.vm.heap.object_mut(id).class
    {
        return Ok(change(entries));
    }
    run.type_error("Method called on incompatible receiver")
}

fn with_set<T>(run: &mut Run<'_, '_>, set: &Value, change: impl FnOnce(&mut Vec<Value>) -> T) -> Result<T, Abrupt> {
    if let Some(id) = set.id()
        && let Class_::Set(items) = &mut run.vm.heap.object_mut(id).class
    {
        return Ok(change(items));
    }
    run.type_error("Method called on incompatible receiver")
}

const MAP: &[(&str, Native)] = &[
    ("get", |run, call| with_map(run, call.this, |all| all.iter().find(|(key, _)| same_key(key, &call.arg(0))).map(|(_, value)| value.clone()).unwrap_or_default())),
    ("has", |run, call| with_map(run, call.this, |all| all.iter().any(|(key, _)| same_key(key, &call.arg(0))).into())),
    ("set", |run, call| with_map(run, call.this, |all| put(all, call.arg(0), call.arg(1))).map(|()| call.this.clone())),
    ("delete", |run, call| {
        with_map(run, call.this, |all| {
            let before = all.len();
            all.retain(|(key, _)| !same_key(key, &call.arg(0)));
            (all.len() < before).into()
        })
    }),
    ("clear", |run, call| with_map(run, call.this, |all| all.clear()).map(|()| Value::Undefined)),
    ("forEach", |run, call| {
        for (key, value) in with_map(run, call.this, |all| all.clone())? {
            run.call(&call.arg(0), Value::Undefined, &[value, key, call.this.clone()])?;
        }
        Ok(Value::Undefined)
    }),
    ("keys", |run, call| {
        let keys = with_map(run, call.this, |all| all.iter().map(|(key, _)| key.clone()).collect())?;
        Ok(run.array(keys))
    }),
    ("values", |run, call| {
        let values = with_map(run, call.this, |all| all.iter().map(|(_, value)| value.clone()).collect())?;
        Ok(run.array(values))
    }),
    ("entries", |run, call| {
        let entries = run.items(call.this)?;
        Ok(run.array(entries))
    }),
];

fn set(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let made = Value::Object(run.add("Set", Class_::Set(Vec::new())));
    if !call.arg(0).is_missing() {
        for item in run.items(&call.arg(0))? {
            with_set(run, &made, |items| if !items.iter().any(|known| same_key(known, &item)) { items.push(item.clone()) })?;
        }
    }
    Ok(made)
}

const SET: &[(&str, Native)] = &[
    ("has", |run, call| with_set(run, call.this, |items| items.iter().any(|item| same_key(item, &call.arg(0))).into())),
    ("add", |run, call| {
        with_set(run, call.this, |items| if !items.iter().any(|known| same_key(known, &call.arg(0))) { items.push(call.arg(0)) })?;
        Ok(call.this.clone())
    }),
    ("delete", |run, call| {
        with_set(run, call.this, |items| {
            let before = items.len();
            items.retain(|item| !same_key(item, &call.arg(0)));
            (items.len() < before).into()
        })
    }),
    ("clear", |run, call| with_set(run, call.this, |items| items.clear()).map(|()| Value::Undefined)),
    ("forEach", |run, call| {
        for item in with_set(run, call.this, |items| items.clone())? {
            run.call(&call.arg(0), Value::Undefined, &[item.clone(), item, call.this.clone()])?;
        }
        Ok(Value::Undefined)
    }),
    ("values", |run, call| {
        let items = run.items(call.this)?;
        Ok(run.array(items))
    }),
];

/// Promises.
impl Run<'_, '_> {
    fn promise_mut(&mut self, id: Id) -> Option<&mut Promise> {
        match &mut self.vm.heap.object_mut(id).class {
            Class_::Promise(promise) => Some(promise),
            _ => None,
        }
    }

    pub fn new_promise(&mut self) -> Id {
        self.add("Promise", Class_::Promise(Promise::default()))
    }

    /// Keeps a promise with a value; another promise is waited for first.
    pub fn resolve(&mut self, id: Id, value: Value) {
        if let Some(other) = value.id().filter(|other| *other != id && self.promise_mut(*other).is_some()) {
            return self.then(other, Value::Undefined, Value::Undefined, id);
        }
        self.settle(id, true, value);
    }

    pub fn settle(&mut self, id: Id, kept: bool, value: Value) {
        let Some(promise) = self.promise_mut(id) else { return };
        if promise.settled.is_some() {
            return;
        }
        promise.settled = Some((kept, value));
        let waiting = std::mem::take(&mut promise.waiting);
        if !kept && waiting.is_empty() && !promise.handled {
            self.vm.unhandled.push(id);
        }
        for (on_kept, on_broken, next) in waiting {
            self.then(id, on_kept, on_broken, next);
        }
    }

    /// Has `next` depend on what becomes of a promise.
    pub fn then(&mut self, of: Id, on_kept: Value, on_broken: Value, next: Id) {
        let Some(promise) = self.promise_mut(of) else { return };
        promise.handled = true;
        let Some((kept, value)) = promise.settled.clone() else {
            promise.waiting.push((on_kept, on_broken, next));
            return;
        };
        let function = if kept { on_kept } else { on_broken };
        self.vm.unhandled.retain(|id| *id != of);
        if self.is_callable(&function) {
            self.vm.jobs.push_back(Job { function, this: Value::Undefined, args: vec![value], promise: Some(next) });
        } else if kept {
            self.resolve(next, value);
        } else {
            self.settle(next, false, value);
        }
    }
}

fn settlers(run: &mut Run<'_, '_>, id: Id) -> [Value; 2] {
    let keep: Native = |run, call| {
        if let Some(id) = call.data[0].id() {
            run.resolve(id, call.arg(0));
        }
        Ok(Value::Undefined)
    };
    let break_: Native = |run, call| {
        if let Some(id) = call.data[0].id() {
            run.settle(id, false, call.arg(0));
        }
        Ok(Value::Undefined)
    };
    [run.native_with("resolve", keep, vec![Value::Object(id)]), run.native_with("reject", break_, vec![Value::Object(id)])]
}

fn promise(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if !call.is_new {
        return run.type_error("Promise constructor cannot be invoked without 'new'");
    }
    if !run.is_callable(&call.arg(0)) {
        let what = run.plain_text(&call.arg(0));
        return run.type_error(&format!("Promise resolver {what} is not a function"));
    }
    let id = run.new_promise();
    let settlers = settlers(run, id);
    match run.call(&call.arg(0), Value::Undefined, &settlers) {
        Err(Abrupt::Throw(error)) => run.settle(id, false, error),
        other => {
            other?;
        }
    }
    Ok(Value::Object(id))
}

fn then(run: &mut Run<'_, '_>, call: &Call<'_>, kept: Value, broken: Value) -> Outcome {
    let Some(id) = call.this.id() else { return run.type_error("this is no promise") };
    let next = run.new_promise();
    run.then(id, kept, broken, next);
    Ok(Value::Object(next))
}

const PROMISE: &[(&str, Native)] = &[
    ("then", |run, call| then(run, call, call.arg(0), call.arg(1))),
    ("catch", |run, call| then(run, call, Value::Undefined, call.arg(0))),
];

const PROMISE_STATICS: &[(&str, Native)] = &[
    ("resolve", |run, call| {
        let id = run.new_promise();
        run.resolve(id, call.arg(0));
        Ok(Value::Object(id))
    }),
    ("reject", |run, call| {
        let id = run.new_promise();
        run.settle(id, false, call.arg(0));
        Ok(Value::Object(id))
    }),
    ("all", |run, call| {
        let items = run.items(&call.arg(0))?;
        let result = run.new_promise();
        let count = items.len();
        let values = run.array(vec![Value::Undefined; count]);
        let state = run.plain();
        run.set_own(state, "left", count as f64);
        if count == 0 {
            run.resolve(result, values.clone());
        }
        for (index, item) in items.into_iter().enumerate() {
            let one = run.new_promise();
            run.resolve(one, item);
            let kept: Native = |run, call| {
                let key = run.plain_text(&call.data[3]);
                run.set(&call.data[1], &key, call.arg(0))?;
                let left = run.get(&call.data[2], "left")?;
                let left = run.number(&left)? - 1.0;
                run.set(&call.data[2], "left", left.into())?;
                if let (true, Some(result)) = (left == 0.0, call.data[0].id()) {
                    run.resolve(result, call.data[1].clone());
                }
                Ok(Value::Undefined)
            };
            let data = vec![Value::Object(result), values.clone(), Value::Object(state), Value::Number(index as f64)];
            let kept = run.native_with("", kept, data);
            let [_, broken] = settlers(run, result);
            let next = run.new_promise();
            run.then(one, kept, broken, next);
        }
        Ok(Value::Object(result))
    }),
    ("race", |run, call| {
        let result = run.new_promise();
        for item in run.items(&call.arg(0))? {
            let one = run.new_promise();
            run.resolve(one, item);
            let [kept, broken] = settlers(run, result);
            let next = run.new_promise();
            run.then(one, kept, broken, next);
        }
        Ok(Value::Object(result))
    }),
];

//! `EventEmitter`: who listens to what.

use super::run::{Call, Native, Outcome, Run};
use super::syntax::Name;
use super::value::{Class_, Id, Value};

/// The property under which listeners are kept.
const LISTENERS: &str = "_events";

pub fn install(run: &mut Run<'_, '_>) {
    let constructor = run.constructor("EventEmitter", |run, call| match call.is_new {
        true => Ok(Value::Object(run.add("EventEmitter", Class_::Plain))),
        // `EventEmitter.call(this)` of the old way of inheriting.
        false => Ok(call.this.clone()),
    }, &[], METHODS);
    // It is no global: `require('events')` gives it.
    let global = run.vm.global_object;
    run.vm.heap.object_mut(global).properties.retain(|(name, _)| name.as_ref() != "EventEmitter");
    run.set_hidden(constructor, "EventEmitter", Value::Object(constructor));
}

impl Run<'_, '_> {
    pub fn listeners(&self, of: Id, event: &str) -> Vec<Value> {
        let all = self.object(of).slot(LISTENERS).map(|slot| slot.value.clone()).unwrap_or_default();
        let Some(Value::Object(list)) = all.id().and_then(|id| self.object(id).slot(event)).map(|slot| slot.value.clone()) else { return Vec::new() };
        match &self.object(list).class {
            Class_::Array(items) => items.clone(),
            _ => Vec::new(),
        }
    }

    fn set_listeners(&mut self, of: Id, event: &Name, list: Vec<Value>) {
        let all = match self.object(of).slot(LISTENERS).and_then(|slot| slot.value.id()) {
            Some(all) => all,
            None => {
                let all = self.plain();
                self.set_hidden(of, LISTENERS, Value::Object(all));
                all
            }
        };
        let list = self.array(list);
        self.set_own(all, event, list);
    }

    pub fn listen_to(&mut self, of: Id, event: &Name, listener: Value) {
        let mut list = self.listeners(of, event);
        list.push(listener);
        self.set_listeners(of, event, list);
    }

    /// Calls everybody who listens; whether anybody did.
    pub fn emit(&mut self, of: Id, event: &str, args: &[Value]) -> Result<bool, super::run::Abrupt> {
        let listeners = self.listeners(of, event);
        if listeners.is_empty() && event == "error" {
            let error = args.first().cloned().unwrap_or_default();
            self.vm.thrown = (self.vm.file.clone(), self.vm.here);
            if let Some(id) = error.id() {
                let place = match self.vm.version.is_old() {
                    true => "events.js:160\n      throw er; // Unhandled 'error' event\n      ^\n",
                    false => "node:events:496\n      throw er; // Unhandled 'error' event\n      ^\n",
                };
                self.set_hidden(id, "\0excerpt", place);
            }
            return Err(super::run::Abrupt::Throw(error));
        }
        for listener in &listeners {
            let once = self.look(listener, "\0once");
            if once.is_some() {
                let left = self.listeners(of, event).into_iter().filter(|other| !other.same(listener)).collect();
                self.set_listeners(of, &event.into(), left);
            }
            self.call(&once.unwrap_or_else(|| listener.clone()), Value::Object(of), args)?;
        }
        Ok(!listeners.is_empty())
    }
}

fn add(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let (Some(id), event, listener) = (call.this.id(), run.text(&call.arg(0))?, call.arg(1)) else { return Ok(Value::Undefined) };
    if !run.is_callable(&listener) {
        let what = run.inspect(&listener);
        let message = match run.vm.version.is_old() {
            true => "\"listener\" argument must be a function".to_owned(),
            false => format!("The \"listener\" argument must be of type function. Received {what}"),
        };
        return run.type_error(&message);
    }
    run.listen_to(id, &event, listener);
    Ok(call.this.clone())
}

fn remove(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if let (Some(id), event) = (call.this.id(), run.text(&call.arg(0))?) {
        let left = run.listeners(id, &event).into_iter().filter(|other| !other.same(&call.arg(1))).collect();
        run.set_listeners(id, &event, left);
    }
    Ok(call.this.clone())
}

const METHODS: &[(&str, Native)] = &[
    ("on", add),
    ("addListener", add),
    ("once", |run, call| {
        let (Some(id), event) = (call.this.id(), run.text(&call.arg(0))?) else { return Ok(Value::Undefined) };
        let wrapper = run.native("once", |_, _| Ok(Value::Undefined));
        if let Some(wrapper) = wrapper.id() {
            run.set_hidden(wrapper, "\0once", call.arg(1));
        }
        run.listen_to(id, &event, wrapper);
        Ok(call.this.clone())
    }),
    ("off", remove),
    ("removeListener", remove),
    ("removeAllListeners", |run, call| {
        if let Some(id) = call.this.id() {
            let event = run.text(&call.arg(0))?;
            run.set_listeners(id, &event, Vec::new());
        }
        Ok(call.this.clone())
    }),
    ("emit", |run, call| {
        let (Some(id), event) = (call.this.id(), run.text(&call.arg(0))?) else { return Ok(Value::Undefined) };
        let did = run.emit(id, &event, call.args.get(1..).unwrap_or_default())?;
        Ok(did.into())
    }),
    ("listenerCount", |run, call| {
        let event = run.text(&call.arg(0))?;
        Ok(Value::Number(call.this.id().map_or(0, |id| run.listeners(id, &event).len()) as f64))
    }),
    ("listeners", |run, call| {
        let event = run.text(&call.arg(0))?;
        let list = call.this.id().map(|id| run.listeners(id, &event)).unwrap_or_default();
        Ok(run.array(list))
    }),
    ("setMaxListeners", |_, call| Ok(call.this.clone())),
];

//! Statements.

use std::sync::Arc;

use super::run::{Abrupt, Run};
use super::syntax::{Block, Class, Declares, Expression, Key, Name, Names, Pattern, Statement};
use super::value::{Class_, Closure, Id, Object, Scope, Slot, Value, Variable};

/// How a statement ended.
#[derive(Debug)]
pub enum Flow {
    Normal,
    Break,
    Continue,
    Return(Value),
}

type Executed = Result<Flow, Abrupt>;

impl Run<'_, '_> {
    /// Makes the functions of a scope, and its other names, which cannot be used yet.
    pub fn declare(&mut self, names: &Names, scope: Id) {
        for (name, constant) in &names.lexical {
            let variables = &mut self.vm.heap.scope_mut(scope).variables;
            variables.retain(|(known, _)| known != name);
            variables.push((name.clone(), Variable { value: None, constant: *constant }));
        }
        for (name, function) in &names.functions {
            let made = self.closure(function, scope, None);
            self.define(scope, name, made, false);
        }
    }

    /// A function as it comes to life in a scope.
    pub fn closure(&mut self, code: &Arc<super::syntax::Function>, scope: Id, home: Option<Id>) -> Value {
        let this = if code.is_arrow { self.variable(scope, "this").unwrap_or_default() } else { Value::Undefined };
        let closure = Closure { code: code.clone(), scope, this, home, class: None, file: self.vm.file.clone() };
        let id = self.add("Function", Class_::Function(closure));
        if !code.is_arrow && !code.is_method {
            let proto = self.plain();
            self.set_hidden(proto, "constructor", Value::Object(id));
            self.set_hidden(id, "prototype", Value::Object(proto));
        }
        Value::Object(id)
    }

    pub fn class_value(&mut self, class: &Arc<Class>, scope: Id) -> Result<Value, Abrupt> {
        let parent = match &class.parent {
            Some(parent) => Some(self.evaluate(parent, scope)?),
            None => None,
        };
        if let Some(parent) = &parent
            && !self.is_callable(parent)
        {
            let what = self.plain_text(parent);
            return self.type_error(&format!("Class extends value {what} is not a constructor or null"));
        }
        let parent_proto = match &parent {
            Some(parent) => self.get(parent, "prototype")?.id(),
            None => Some(self.intrinsic("Object")),
        };
        let proto = self.vm.heap.add_object(Object::new(parent_proto, Class_::Plain));
        let empty = super::syntax::Function {
            name: class.name.clone(),
            parameters: Vec::new(),
            rest: None,
            body: Block::default(),
            vars: Vec::new(),
            is_arrow: false,
            is_method: true,
        };
        let code = class.constructor.clone().unwrap_or_else(|| Arc::new(empty));
        let file = self.vm.file.clone();
        let closure = Closure { code, scope, this: Value::Undefined, home: Some(proto), class: Some(class.clone()), file };
        let made = self.add("Function", Class_::Function(closure));
        if let Some(parent) = parent.as_ref().and_then(Value::id) {
            self.vm.heap.object_mut(made).proto = Some(parent);
        }
        self.set_hidden(made, "prototype", Value::Object(proto));
        self.set_hidden(proto, "constructor", Value::Object(made));
        for (is_static, key, function) in &class.methods {
            let home = if *is_static { made } else { proto };
            let key = self.key(key, scope)?;
            let method = self.closure(function, scope, Some(home));
            self.set_hidden(home, &key, method);
        }
        Ok(Value::Object(made))
    }

    pub fn key(&mut self, key: &Key, scope: Id) -> Result<Name, Abrupt> {
        match key {
            Key::Fixed(name) => Ok(name.clone()),
            Key::Computed(inner) => {
                let value = self.evaluate(inner, scope)?;
                self.text(&value)
            }
        }
    }

    pub fn execute_all(&mut self, statements: &[Statement], scope: Id) -> Executed {
        for statement in statements {
            match self.execute(statement, scope)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    pub fn execute_block(&mut self, block: &Block, scope: Id) -> Executed {
        let inner = if block.names.is_empty() { scope } else { self.inner_scope(&block.names, scope) };
        self.execute_all(&block.statements, inner)
    }

    fn inner_scope(&mut self, names: &Names, parent: Id) -> Id {
        let scope = self.vm.heap.add_scope(Scope { parent: Some(parent), variables: Vec::new() });
        self.declare(names, scope);
        scope
    }

    fn condition(&mut self, condition: &Expression, scope: Id) -> Result<bool, Abrupt> {
        self.step()?;
        Ok(self.evaluate(condition, scope)?.truthy())
    }

    pub fn execute(&mut self, statement: &Statement, scope: Id) -> Executed {
        self.step()?;
        match statement {
            Statement::Empty | Statement::Function => {}
            Statement::Expression(expression) => {
                self.evaluate(expression, scope)?;
            }
            Statement::Declare(kind, declared) => {
                for (pattern, value, _) in declared {
                    let value = match value {
                        Some(value) => self.evaluate(value, scope)?,
                        None if *kind == Declares::Var => continue,
                        None => Value::Undefined,
                    };
                    self.bind(pattern, value, scope, Some(*kind))?;
                }
            }
            Statement::Class(class) => {
                let made = self.class_value(class, scope)?;
                self.define(scope, &class.name, made, false);
            }
            Statement::If(condition, then, otherwise) => {
                if self.condition(condition, scope)? {
                    return self.execute(then, scope);
                } else if let Some(otherwise) = otherwise {
                    return self.execute(otherwise, scope);
                }
            }
            Statement::Block(block) => return self.execute_block(block, scope),
            Statement::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.evaluate(value, scope)?,
                    None => Value::Undefined,
                }));
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Throw(value, at) => {
                let value = self.evaluate(value, scope)?;
                self.vm.here = *at;
                self.vm.thrown = (self.vm.file.clone(), *at);
                return Err(Abrupt::Throw(value));
            }
            loops => return self.execute_loop(loops, scope),
        }
        Ok(Flow::Normal)
    }

    fn execute_loop(&mut self, statement: &Statement, scope: Id) -> Executed {
        match statement {
            Statement::While(condition, body) => {
                while self.condition(condition, scope)? {
                    match self.execute(body, scope)? {
                        Flow::Normal | Flow::Continue => {}
                        Flow::Break => break,
                        flow => return Ok(flow),
                    }
                }
            }
            Statement::DoWhile(body, condition) => loop {
                match self.execute(body, scope)? {
                    Flow::Normal | Flow::Continue => {}
                    Flow::Break => break,
                    flow => return Ok(flow),
                }
                if !self.condition(condition, scope)? {
                    break;
                }
            },
            Statement::For(first, condition, step, body) => return self.execute_for(first.as_deref(), condition.as_ref(), step.as_ref(), body, scope),
            Statement::ForOf(kind, pattern, over, body, at) => {
                let over = self.evaluate(over, scope)?;
                self.vm.here = *at;
                let items = self.items(&over)?;
                return self.for_each(*kind, pattern, items, body, scope);
            }
            Statement::ForIn(kind, pattern, over, body) => {
                let over = self.evaluate(over, scope)?;
                let mut keys = self.keys(&over);
                let mut next = over.id().and_then(|id| self.object(id).proto);
                while let Some(id) = next {
                    for key in self.keys(&Value::Object(id)) {
                        if !keys.contains(&key) {
                            keys.push(key);
                        }
                    }
                    next = self.object(id).proto;
                }
                let keys = keys.into_iter().map(Value::Text).collect();
                return self.for_each(*kind, pattern, keys, body, scope);
            }
            Statement::Try(body, handler, last) => return self.execute_try(body, handler.as_ref(), last.as_ref(), scope),
            Statement::Switch(value, cases, names) => return self.execute_switch(value, cases, names, scope),
            _ => {}
        }
        Ok(Flow::Normal)
    }

    fn execute_for(
        &mut self,
        first: Option<&Statement>,
        condition: Option<&Expression>,
        step: Option<&Expression>,
        body: &Statement,
        scope: Id,
    ) -> Executed {
        let is_lexical = matches!(first, Some(Statement::Declare(Declares::Let | Declares::Const, _)));
        let mut inner = match is_lexical {
            true => self.vm.heap.add_scope(Scope { parent: Some(scope), variables: Vec::new() }),
            false => scope,
        };
        if let Some(first) = first {
            self.execute(first, inner)?;
        }
        loop {
            if let Some(condition) = condition
                && !self.condition(condition, inner)?
            {
                break;
            }
            match self.execute(body, inner)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => break,
                flow => return Ok(flow),
            }
            if is_lexical {
                // Each turn has variables of its own, which functions made in it keep.
                let copy = self.vm.heap.scope(inner).clone();
                inner = self.vm.heap.add_scope(copy);
            }
            self.step()?;
            if let Some(step) = step {
                self.evaluate(step, inner)?;
            }
        }
        Ok(Flow::Normal)
    }

    fn for_each(&mut self, kind: Option<Declares>, pattern: &Pattern, items: Vec<Value>, body: &Statement, scope: Id) -> Executed {
        for item in items {
            self.step()?;
            let inner = match kind {
                Some(Declares::Let | Declares::Const) => self.vm.heap.add_scope(Scope { parent: Some(scope), variables: Vec::new() }),
                _ => scope,
            };
            self.bind(pattern, item, inner, kind)?;
            match self.execute(body, inner)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => break,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn execute_try(&mut self, body: &Block, handler: Option<&(Option<Pattern>, Block)>, last: Option<&Block>, scope: Id) -> Executed {
        let (depth, file) = (self.vm.frames.len(), self.vm.file.clone());
        let mut result = self.execute_block(body, scope);
        if let (Err(Abrupt::Throw(error)), Some((pattern, block))) = (&result, handler) {
            let error = error.clone();
            self.vm.frames.truncate(depth);
            self.vm.file = file;
            let inner = self.vm.heap.add_scope(Scope { parent: Some(scope), variables: Vec::new() });
            result = match pattern {
                Some(pattern) => self.bind(pattern, error, inner, Some(Declares::Let)).map(|()| Flow::Normal),
                None => Ok(Flow::Normal),
            };
            if result.is_ok() {
                result = self.execute_block(block, inner);
            }
        }
        if let Some(last) = last
            && matches!(result, Ok(_) | Err(Abrupt::Throw(_)))
        {
            match self.execute_block(last, scope)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        result
    }

    fn execute_switch(&mut self, value: &Expression, cases: &[(Option<Expression>, Vec<Statement>)], names: &Names, scope: Id) -> Executed {
        let value = self.evaluate(value, scope)?;
        let inner = self.inner_scope(names, scope);
        let mut start = None;
        for (index, (test, _)) in cases.iter().enumerate() {
            if let Some(test) = test
                && self.evaluate(test, inner)?.same(&value)
            {
                start = Some(index);
                break;
            }
        }
        let start = start.or_else(|| cases.iter().position(|(test, _)| test.is_none()));
        for (_, statements) in cases.iter().skip(start.unwrap_or(cases.len())) {
            match self.execute_all(statements, inner)? {
                Flow::Normal => {}
                Flow::Break => break,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    /// Gives a value to what a pattern names: declares it, or assigns to it.
    pub fn bind(&mut self, pattern: &Pattern, value: Value, scope: Id, declares: Option<Declares>) -> Result<(), Abrupt> {
        match pattern {
            Pattern::Name(name, at) => match declares {
                Some(Declares::Let) => self.define(scope, name, value, false),
                Some(Declares::Const) => self.define(scope, name, value, true),
                Some(Declares::Var) | None => {
                    self.vm.here = *at;
                    self.assign_name(name, value, scope)?;
                }
            },
            Pattern::Place(place) => self.assign_place(place, value, scope)?,
            Pattern::Array(places, rest) => {
                let items = self.items(&value)?;
                for (index, place) in places.iter().enumerate() {
                    if let Some((place, default)) = place {
                        let item = self.or_default(items.get(index).cloned().unwrap_or_default(), default.as_ref(), scope)?;
                        self.bind(place, item, scope, declares)?;
                    }
                }
                if let Some(rest) = rest {
                    let left = self.array(items.into_iter().skip(places.len()).collect());
                    self.bind(rest, left, scope, declares)?;
                }
            }
            Pattern::Object(places, rest) => {
                if value.is_missing() {
                    let what = self.plain_text(&value);
                    let first = match places.first() {
                        Some((key, _, _)) => format!("property '{}' of ", self.key(key, scope)?),
                        None => String::new(),
                    };
                    return self.type_error(&format!("Cannot destructure {first}'{what}' as it is {what}."));
                }
                let mut taken = Vec::new();
                for (key, place, default) in places {
                    let key = self.key(key, scope)?;
                    let found = self.get(&value, &key)?;
                    let found = self.or_default(found, default.as_ref(), scope)?;
                    taken.push(key);
                    self.bind(place, found, scope, declares)?;
                }
                if let Some(rest) = rest {
                    let left = self.plain();
                    for key in self.keys(&value).into_iter().filter(|key| !taken.contains(key)) {
                        let found = self.get(&value, &key)?;
                        self.vm.heap.object_mut(left).properties.push((key, Slot::of(found)));
                    }
                    self.bind(rest, Value::Object(left), scope, declares)?;
                }
            }
        }
        Ok(())
    }

    fn or_default(&mut self, value: Value, default: Option<&Expression>, scope: Id) -> Result<Value, Abrupt> {
        match (value, default) {
            (Value::Undefined, Some(default)) => self.evaluate(default, scope),
            (value, _) => Ok(value),
        }
    }

    pub fn assign_name(&mut self, name: &Name, value: Value, scope: Id) -> Result<(), Abrupt> {
        // What nobody has declared becomes a variable of the whole program.
        let found = self.scope_of(scope, name).unwrap_or(self.vm.global);
        let variables = &mut self.vm.heap.scope_mut(found).variables;
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, Variable { value: None, .. })) => self.throw("ReferenceError", &format!("Cannot access '{name}' before initialization")),
            Some((_, Variable { constant: true, .. })) => self.type_error("Assignment to constant variable."),
            Some((_, variable)) => {
                variable.value = Some(value);
                Ok(())
            }
            None => {
                variables.push((name.clone(), Variable { value: Some(value), constant: false }));
                Ok(())
            }
        }
    }
}

//! The values of expressions.

use std::sync::Arc;

use super::lexer::Pos;
use super::run::{Abrupt, Outcome, Run};
use super::syntax::{Assign, Binary, Expression, Key, Logical, Name, Pattern, Property, Unary};
use super::value::{Class_, Id, Slot, Value, text_number, to_int32};

impl Run<'_, '_> {
    pub fn evaluate(&mut self, expression: &Expression, scope: Id) -> Outcome {
        self.step()?;
        match expression {
            Expression::Undefined => Ok(Value::Undefined),
            Expression::Null => Ok(Value::Null),
            Expression::Bool(value) => Ok(Value::Bool(*value)),
            Expression::Number(number) => Ok(Value::Number(*number)),
            Expression::Text(text) => Ok(Value::Text(text.clone())),
            Expression::This => Ok(self.variable(scope, "this").unwrap_or_default()),
            Expression::Name(name, at) => self.name(name, *at, scope),
            Expression::Function(function) => Ok(self.closure(function, scope, None)),
            Expression::Class(class) => self.class_value(class, scope),
            Expression::Unary(operator, operand) => self.unary(*operator, operand, scope),
            Expression::Update(by, before, place) => self.update(*by, *before, place, scope),
            Expression::Binary(operator, left, right, at) => {
                let left = self.evaluate(left, scope)?;
                let right = self.evaluate(right, scope)?;
                if matches!(operator, Binary::In | Binary::InstanceOf) {
                    self.vm.here = *at;
                }
                self.binary(*operator, &left, &right)
            }
            Expression::Logical(operator, left, right) => {
                let left = self.evaluate(left, scope)?;
                if decides(*operator, &left) { Ok(left) } else { self.evaluate(right, scope) }
            }
            Expression::Assign(operator, place, value) => self.assign(*operator, place, value, scope),
            Expression::Conditional(condition, then, otherwise) => {
                let chosen = if self.evaluate(condition, scope)?.truthy() { then } else { otherwise };
                self.evaluate(chosen, scope)
            }
            Expression::Call(callee, arguments, at, optional) => self.call_expression(callee, arguments, *at, *optional, scope),
            Expression::Member(of, key, at, optional) => {
                let of = self.evaluate(of, scope)?;
                self.member(&of, key, *at, *optional, scope)
            }
            Expression::Chain(inner) => match self.evaluate(inner, scope) {
                Err(Abrupt::Throw(Value::Text(text))) if text.as_ref() == MISSING => Ok(Value::Undefined),
                result => result,
            },
            Expression::Sequence(all) => {
                let mut last = Value::Undefined;
                for one in all {
                    last = self.evaluate(one, scope)?;
                }
                Ok(last)
            }
            others => self.literal(others, scope),
        }
    }

    /// What makes something new.
    fn literal(&mut self, expression: &Expression, scope: Id) -> Outcome {
        match expression {
            Expression::Template(texts, values) => {
                let mut out = String::new();
                for (index, text) in texts.iter().enumerate() {
                    out.push_str(text);
                    if let Some(value) = values.get(index) {
                        let value = self.evaluate(value, scope)?;
                        out.push_str(&self.text(&value)?);
                    }
                }
                Ok(out.into())
            }
            Expression::Regex(pattern, flags, at) => {
                self.vm.here = *at;
                self.regex(pattern, flags)
            }
            Expression::Array(items) => {
                let mut values = Vec::new();
                for item in items {
                    match item {
                        None => values.push(Value::Undefined),
                        Some(Expression::Spread(inner)) => {
                            let inner = self.evaluate(inner, scope)?;
                            values.extend(self.items(&inner)?);
                        }
                        Some(item) => values.push(self.evaluate(item, scope)?),
                    }
                }
                Ok(self.array(values))
            }
            Expression::Object(properties) => self.object_literal(properties, scope),
            Expression::New(callee, arguments, at) => {
                let constructor = self.evaluate(callee, scope)?;
                let arguments = self.arguments(arguments, scope)?;
                self.vm.here = *at;
                if !self.is_callable(&constructor) {
                    return self.type_error(&format!("{} is not a constructor", shown(callee)));
                }
                self.construct(&constructor, &arguments)
            }
            Expression::Super(at) => {
                self.vm.here = *at;
                self.throw("SyntaxError", "'super' keyword unexpected here")
            }
            _ => self.not_simulated("this expression"),
        }
    }

    fn object_literal(&mut self, properties: &[Property], scope: Id) -> Outcome {
        let object = self.plain();
        for property in properties {
            match property {
                Property::Value(key, value) => {
                    let key = self.key(key, scope)?;
                    let value = self.evaluate(value, scope)?;
                    if key.as_ref() == "__proto__" {
                        self.vm.heap.object_mut(object).proto = value.id();
                    } else {
                        self.set_own(object, &key, value);
                    }
                }
                Property::Spread(inner) => {
                    let inner = self.evaluate(inner, scope)?;
                    for key in self.keys(&inner) {
                        let value = self.get(&inner, &key)?;
                        self.set_own(object, &key, value);
                    }
                }
                Property::Accessor(is_getter, key, function) => {
                    let key = self.key(key, scope)?;
                    let function = self.closure(function, scope, None).id();
                    let properties = &mut self.vm.heap.object_mut(object).properties;
                    let index = properties.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                        properties.push((key, Slot::of(Value::Undefined)));
                        properties.len() - 1
                    });
                    match is_getter {
                        true => properties[index].1.getter = function,
                        false => properties[index].1.setter = function,
                    }
                }
            }
        }
        Ok(Value::Object(object))
    }

    fn name(&mut self, name: &Name, at: Pos, scope: Id) -> Outcome {
        if let Some(found) = self.scope_of(scope, name) {
            let variable = self.vm.heap.scope(found).variables.iter().find(|(known, _)| known == name);
            return match variable.and_then(|(_, variable)| variable.value.clone()) {
                Some(value) => Ok(value),
                None => {
                    self.vm.here = at;
                    let message = match self.vm.version.major < 12 {
                        true => format!("{name} is not defined"),
                        false => format!("Cannot access '{name}' before initialization"),
                    };
                    self.throw("ReferenceError", &message)
                }
            };
        }
        let global = Value::Object(self.vm.global_object);
        if self.has_own(&global, name) {
            return self.get(&global, name);
        }
        self.vm.here = at;
        if KNOWN_AND_ABSENT.contains(&name.as_ref()) {
            return self.not_simulated(name);
        }
        self.throw("ReferenceError", &format!("{name} is not defined"))
    }

    fn unary(&mut self, operator: Unary, operand: &Expression, scope: Id) -> Outcome {
        if operator == Unary::Delete {
            return self.delete(operand, scope);
        }
        if let (Unary::TypeOf, Expression::Name(name, _)) = (operator, operand)
            && self.scope_of(scope, name).is_none()
            && !self.has_own(&Value::Object(self.vm.global_object), name)
        {
            return Ok("undefined".into());
        }
        let value = self.evaluate(operand, scope)?;
        Ok(match operator {
            Unary::Not => Value::Bool(!value.truthy()),
            Unary::Minus => Value::Number(-self.number(&value)?),
            Unary::Plus => Value::Number(self.number(&value)?),
            Unary::Complement => Value::Number(f64::from(!to_int32(self.number(&value)?))),
            Unary::Void | Unary::Delete => Value::Undefined,
            Unary::TypeOf => match &value {
                Value::Undefined => "undefined",
                Value::Null => "object",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::Text(_) => "string",
                value if self.is_callable(value) => "function",
                Value::Object(_) => "object",
            }
            .into(),
        })
    }

    fn delete(&mut self, operand: &Expression, scope: Id) -> Outcome {
        let Expression::Member(of, key, ..) = operand else { return Ok(Value::Bool(true)) };
        let of = self.evaluate(of, scope)?;
        let key = self.key(key, scope)?;
        if let Some(id) = of.id() {
            let object = self.vm.heap.object_mut(id);
            if object.frozen {
                return Ok(Value::Bool(false));
            }
            object.properties.retain(|(known, _)| *known != key);
            if let (Class_::Array(items), Some(index)) = (&mut object.class, super::run::index_of(&key))
                && let Some(item) = items.get_mut(index)
            {
                *item = Value::Undefined;
            }
        }
        Ok(Value::Bool(true))
    }

    fn update(&mut self, by: f64, before: bool, place: &Expression, scope: Id) -> Outcome {
        let (old, new, target) = match place {
            Expression::Member(of, key, at, _) => {
                let of = self.evaluate(of, scope)?;
                let key = self.key(key, scope)?;
                self.vm.here = *at;
                let old = self.get(&of, &key)?;
                let old = self.number(&old)?;
                (old, old + by, Some((of, key)))
            }
            place => {
                let old = self.evaluate(place, scope)?;
                let old = self.number(&old)?;
                (old, old + by, None)
            }
        };
        match (target, place) {
            (Some((of, key)), _) => self.set(&of, &key, Value::Number(new))?,
            (None, Expression::Name(name, _)) => self.assign_name(name, Value::Number(new), scope)?,
            _ => {}
        }
        Ok(Value::Number(if before { new } else { old }))
    }

    fn assign(&mut self, operator: Assign, place: &Pattern, value: &Expression, scope: Id) -> Outcome {
        if operator == Assign::Plain {
            // The object is looked at before the value is computed.
            if let Pattern::Place(place) = place
                && let Expression::Member(of, key, at, _) = place.as_ref()
            {
                let of = self.evaluate(of, scope)?;
                let key = self.key(key, scope)?;
                let value = self.evaluate(value, scope)?;
                self.vm.here = *at;
                self.set(&of, &key, value.clone())?;
                return Ok(value);
            }
            let value = self.evaluate(value, scope)?;
            self.bind(place, value.clone(), scope, None)?;
            return Ok(value);
        }
        let (old, target) = match place {
            Pattern::Name(name, at) => (self.name(name, *at, scope)?, None),
            Pattern::Place(place) => match place.as_ref() {
                Expression::Member(of, key, at, _) => {
                    let of = self.evaluate(of, scope)?;
                    let key = self.key(key, scope)?;
                    self.vm.here = *at;
                    (self.get(&of, &key)?, Some((of, key)))
                }
                _ => return self.not_simulated("this assignment"),
            },
            _ => return self.throw("SyntaxError", "Invalid left-hand side in assignment"),
        };
        let new = match operator {
            Assign::Logical(operator) if decides(operator, &old) => return Ok(old),
            Assign::Binary(operator) => {
                let right = self.evaluate(value, scope)?;
                self.binary(operator, &old, &right)?
            }
            _ => self.evaluate(value, scope)?,
        };
        match (target, place) {
            (Some((of, key)), _) => self.set(&of, &key, new.clone())?,
            (None, Pattern::Name(name, _)) => self.assign_name(name, new.clone(), scope)?,
            _ => {}
        }
        Ok(new)
    }

    pub fn assign_place(&mut self, place: &Expression, value: Value, scope: Id) -> Result<(), Abrupt> {
        let Expression::Member(of, key, at, _) = place else { return self.not_simulated("this assignment") };
        let of = self.evaluate(of, scope)?;
        let key = self.key(key, scope)?;
        self.vm.here = *at;
        self.set(&of, &key, value)
    }

    fn member(&mut self, of: &Value, key: &Key, at: Pos, optional: bool, scope: Id) -> Outcome {
        if optional && of.is_missing() {
            return Err(Abrupt::Throw(MISSING.into()));
        }
        // Items of arrays are found without writing their numbers down.
        if let (Value::Object(id), Key::Computed(inner)) = (of, key) {
            let index = self.evaluate(inner, scope)?;
            if let (Class_::Array(items), Value::Number(number)) = (&self.object(*id).class, &index)
                && *number >= 0.0
                && number.fract() == 0.0
            {
                return Ok(items.get(*number as usize).cloned().unwrap_or_default());
            }
            let key = self.text(&index)?;
            self.vm.here = at;
            return self.get(of, &key);
        }
        let key = self.key(key, scope)?;
        self.vm.here = at;
        if self.vm.version.is_old() && of.is_missing() {
            // It pointed at the dot.
            self.vm.here.column -= 1;
        }
        self.get(of, &key)
    }

    fn arguments(&mut self, arguments: &[Expression], scope: Id) -> Result<Vec<Value>, Abrupt> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Expression::Spread(inner) => {
                    let inner = self.evaluate(inner, scope)?;
                    values.extend(self.items(&inner)?);
                }
                argument => values.push(self.evaluate(argument, scope)?),
            }
        }
        Ok(values)
    }

    fn call_expression(&mut self, callee: &Expression, arguments: &[Expression], at: Pos, optional: bool, scope: Id) -> Outcome {
        let (function, this) = match callee {
            Expression::Super(_) => return self.call_super(arguments, at, scope),
            Expression::Member(of, key, member_at, optional) => match of.as_ref() {
                Expression::Super(_) => {
                    let home = self.variable(scope, "\0home").unwrap_or_default();
                    let proto = home.id().and_then(|id| self.object(id).proto).map_or(Value::Undefined, Value::Object);
                    let key = self.key(key, scope)?;
                    (self.get(&proto, &key)?, self.variable(scope, "this").unwrap_or_default())
                }
                of => {
                    let of = self.evaluate(of, scope)?;
                    (self.member(&of, key, *member_at, *optional, scope)?, of)
                }
            },
            callee => (self.evaluate(callee, scope)?, Value::Undefined),
        };
        if optional && function.is_missing() {
            return Err(Abrupt::Throw(MISSING.into()));
        }
        let arguments = self.arguments(arguments, scope)?;
        self.vm.here = at;
        if !self.is_callable(&function) {
            if let (Expression::Member(_, key, ..), Value::Undefined) = (callee, &function)
                && let Key::Fixed(key) = key.as_ref()
                && self.is_absent(&this, key)
            {
                return self.not_simulated(&shown(callee));
            }
            return self.type_error(&format!("{} is not a function", shown(callee)));
        }
        self.call(&function, this, &arguments)
    }

    fn call_super(&mut self, arguments: &[Expression], at: Pos, scope: Id) -> Outcome {
        let arguments = self.arguments(arguments, scope)?;
        self.vm.here = at;
        let holder = self.variable(scope, "this").unwrap_or_default();
        let (Some(class), Some(proto)) = (self.look(&holder, "\0class"), self.look(&holder, "\0proto")) else {
            return self.throw("ReferenceError", "Super constructor may only be called once");
        };
        let parent = class.id().and_then(|id| self.object(id).proto).map_or(Value::Null, Value::Object);
        let made = self.construct(&parent, &arguments)?;
        if let Some(id) = made.id() {
            self.vm.heap.object_mut(id).proto = proto.id();
        }
        if let Some(found) = self.scope_of(scope, "this") {
            self.define(found, &"this".into(), made.clone(), false);
        }
        Ok(made)
    }

    pub fn binary(&mut self, operator: Binary, left: &Value, right: &Value) -> Outcome {
        match operator {
            Binary::Add => return self.add_values(left, right),
            Binary::Same => return Ok(left.same(right).into()),
            Binary::NotSame => return Ok((!left.same(right)).into()),
            Binary::Equal => return Ok(self.equal(left, right)?.into()),
            Binary::NotEqual => return Ok((!self.equal(left, right)?).into()),
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => return self.compare(operator, left, right),
            Binary::In => {
                if right.id().is_none() {
                    let (key, what) = (self.plain_text(left), self.plain_text(right));
                    return self.type_error(&format!("Cannot use 'in' operator to search for '{key}' in {what}"));
                }
                let key = self.text(left)?;
                return Ok(self.has(right, &key).into());
            }
            Binary::InstanceOf => {
                if !self.is_callable(right) {
                    return self.type_error("Right-hand side of 'instanceof' is not callable");
                }
                let proto = self.get(right, "prototype")?.id();
                let mut next = left.id().and_then(|id| self.object(id).proto);
                while let Some(id) = next {
                    if Some(id) == proto {
                        return Ok(true.into());
                    }
                    next = self.object(id).proto;
                }
                return Ok(false.into());
            }
            _ => {}
        }
        let (a, b) = (self.number(left)?, self.number(right)?);
        let shift = to_int32(b) as u32 & 31;
        Ok(Value::Number(match operator {
            Binary::Subtract => a - b,
            Binary::Multiply => a * b,
            Binary::Divide => a / b,
            Binary::Remainder => a % b,
            Binary::Power => a.powf(b),
            Binary::And => f64::from(to_int32(a) & to_int32(b)),
            Binary::Or => f64::from(to_int32(a) | to_int32(b)),
            Binary::Xor => f64::from(to_int32(a) ^ to_int32(b)),
            Binary::ShiftLeft => f64::from(to_int32(a).wrapping_shl(shift)),
            Binary::ShiftRight => f64::from(to_int32(a).wrapping_shr(shift)),
            _ => f64::from((to_int32(a) as u32).wrapping_shr(shift)),
        }))
    }

    fn add_values(&mut self, left: &Value, right: &Value) -> Outcome {
        let (left, right) = (self.primitive(left, false)?, self.primitive(right, false)?);
        if matches!(left, Value::Text(_)) || matches!(right, Value::Text(_)) {
            let (left, right) = (self.text(&left)?, self.text(&right)?);
            if left.len() + right.len() > 16 << 20 {
                return self.not_simulated("strings that long");
            }
            return Ok(Value::Text(Arc::from(format!("{left}{right}"))));
        }
        Ok(Value::Number(self.number(&left)? + self.number(&right)?))
    }

    fn compare(&mut self, operator: Binary, left: &Value, right: &Value) -> Outcome {
        let (left, right) = (self.primitive(left, false)?, self.primitive(right, false)?);
        let ordering = match (&left, &right) {
            (Value::Text(a), Value::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            (a, b) => self.number(a)?.partial_cmp(&self.number(b)?),
        };
        Ok(ordering
            .is_some_and(|ordering| match operator {
                Binary::Less => ordering.is_lt(),
                Binary::LessOrEqual => ordering.is_le(),
                Binary::Greater => ordering.is_gt(),
                _ => ordering.is_ge(),
            })
            .into())
    }

    /// `==`
    fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Abrupt> {
        Ok(match (left, right) {
            (left, right) if left.is_missing() || right.is_missing() => left.is_missing() && right.is_missing(),
            (Value::Object(_), Value::Object(_)) | (Value::Text(_), Value::Text(_)) => left.same(right),
            (Value::Object(_), other) => {
                let primitive = self.primitive(left, false)?;
                self.equal(&primitive, other)?
            }
            (_, Value::Object(_)) => self.equal(right, left)?,
            (Value::Text(text), other) | (other, Value::Text(text)) => text_number(text) == self.number(other)?,
            (a, b) => self.number(a)? == self.number(b)?,
        })
    }
}

/// Stands for the end of a chain with `?.` on its way out.
const MISSING: &str = "\0missing";

/// What Node has as a global and we do not.
const KNOWN_AND_ABSENT: [&str; 22] = [
    "Symbol", "Proxy", "Reflect", "WeakMap", "WeakSet", "WeakRef", "BigInt", "Intl", "WebAssembly", "fetch", "URL", "URLSearchParams", "TextEncoder",
    "TextDecoder", "AbortController", "Uint8Array", "Int32Array", "Float64Array", "ArrayBuffer", "DataView", "structuredClone", "performance",
];

fn decides(operator: Logical, left: &Value) -> bool {
    match operator {
        Logical::And => !left.truthy(),
        Logical::Or => left.truthy(),
        Logical::Coalesce => !left.is_missing(),
    }
}

/// An expression as V8 writes it in `x is not a function`.
fn shown(expression: &Expression) -> String {
    match expression {
        Expression::Name(name, _) => name.to_string(),
        Expression::This => "this".to_owned(),
        Expression::Text(text) => format!("\"{text}\""),
        Expression::Member(of, key, ..) => match key.as_ref() {
            Key::Fixed(name) => format!("{}.{name}", shown(of)),
            Key::Computed(inner) => match inner.as_ref() {
                Expression::Name(..) | Expression::Number(_) => format!("{}[{}]", shown(of), shown(inner)),
                _ => format!("{}[...]", shown(of)),
            },
        },
        Expression::Number(number) => super::value::number_text(*number),
        Expression::Call(callee, ..) => format!("{}(...)", shown(callee)),
        Expression::Object(properties) => format!("{{{}}}", "(intermediate value)".repeat(properties.len())),
        _ => "(intermediate value)".to_owned(),
    }
}

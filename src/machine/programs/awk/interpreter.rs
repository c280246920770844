//! Runs an awk program: variables, fields, statements.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Stream;
use regex::Regex;

use super::parser::regex;
use super::syntax::{Comparison, Expression, Kind, Pattern, Program, Redirect, Statement};
use super::value::{Value, text_of};

/// Why a statement does not go on to the next.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    Next,
    NextFile,
    Exit,
    Break,
    Continue,
    Return(Value),
    Failed(String),
}

pub(super) type Run<T> = Result<T, Stop>;

/// Statements that a record may run before the program is taken for an endless loop. Virtual time cannot pass inside it.
const MOST_STEPS: u64 = 50_000_000;

/// What a name stands for inside a function.
#[derive(Clone, Debug)]
pub(super) enum Local {
    Value(Value),
    Array(BTreeMap<String, Value>),
    /// The caller's array by this name, as that is known one level further out.
    Alias(String),
}

#[derive(Clone)]
pub(super) struct Interpreter {
    program: Arc<Program>,
    pub(super) variables: BTreeMap<String, Value>,
    pub(super) arrays: BTreeMap<String, BTreeMap<String, Value>>,
    /// The parameters of the functions that run, the innermost last.
    pub(super) frames: Vec<BTreeMap<String, Local>>,
    record: String,
    /// The fields, once somebody has asked.
    fields: Option<Vec<Value>>,
    /// Which range patterns are open.
    open: Vec<bool>,
    out: Vec<u8>,
    /// Output that goes elsewhere, in the order in which the places were first named.
    files: Vec<(String, Kind, Vec<u8>)>,
    pub(super) random: Stream,
    pub(super) seed: f64,
    pub now_seconds: i64,
    pub status: i32,
    steps: u64,
}

impl Interpreter {
    pub fn new(program: Arc<Program>, seed: u64) -> Self {
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [
            ("FS", text(" ")), ("OFS", text(" ")), ("ORS", text("\n")), ("RS", text("\n")), ("OFMT", text("%.6g")), ("CONVFMT", text("%.6g")),
            ("SUBSEP", text("\u{1c}")), ("NR", Value::Number(0.0)), ("FNR", Value::Number(0.0)), ("FILENAME", text("")),
            ("RSTART", Value::Number(0.0)), ("RLENGTH", Value::Number(-1.0)),
        ];
        let open = vec![false; program.rules.len()];
        Interpreter {
            program,
            variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            arrays: BTreeMap::new(),
            frames: Vec::new(),
            record: String::new(),
            fields: None,
            open,
            out: Vec::new(),
            files: Vec::new(),
            random: Stream::new(seed, "awk"),
            seed: 0.0,
            now_seconds: 0,
            status: 0,
            steps: 0,
        }
    }

    pub fn set_environment(&mut self, environment: &[(String, String)]) {
        let array = self.arrays.entry("ENVIRON".to_owned()).or_default();
        array.extend(environment.iter().map(|(name, value)| (name.clone(), Value::Input(value.clone()))));
    }

    pub fn set_arguments(&mut self, arguments: impl Iterator<Item = String>) {
        let array: BTreeMap<String, Value> = arguments.enumerate().map(|(index, word)| (index.to_string(), Value::Input(word))).collect();
        self.variables.insert("ARGC".to_owned(), Value::Number(array.len() as f64));
        self.arrays.insert("ARGV".to_owned(), array);
    }

    /// `-v name=value`: the value is read like a text of the program.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        let value = Value::Input(super::lexer::unescape(value));
        // Only setting NF can fail, and only when it is negative.
        let _ = self.assign_variable(name, value);
    }

    pub fn start_file(&mut self, path: &str) {
        self.variables.insert("FILENAME".to_owned(), Value::Text(path.to_owned()));
        self.variables.insert("FNR".to_owned(), Value::Number(0.0));
    }

    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// The files and commands that were written to.
    pub fn take_files(&mut self) -> Vec<(String, Kind, Vec<u8>)> {
        std::mem::take(&mut self.files)
    }

    pub fn reads_input(&self) -> bool {
        !self.program.rules.is_empty() || !self.program.end.is_empty()
    }

    pub fn begin(&mut self) -> Run<()> {
        let program = self.program.clone();
        program.begin.iter().try_for_each(|statement| self.top(statement))
    }

    pub fn end(&mut self) -> Run<()> {
        // `exit` in an action still runs END; in END it ends everything. Without input there is none to run it for.
        let program = self.program.clone();
        program.end.iter().try_for_each(|statement| self.top(statement))
    }

    fn top(&mut self, statement: &Statement) -> Run<()> {
        self.steps = 0;
        match self.statement(statement) {
            Err(Stop::Next | Stop::Break | Stop::Continue | Stop::Return(_)) => Ok(()),
            result => result,
        }
    }

    /// Takes whole records out of what was read. At the end, the rest is one.
    pub fn split_records(&mut self, carry: &mut Vec<u8>, at_end: bool) -> Vec<String> {
        let separator = self.variable("RS").text("%.6g");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut records = Vec::new();
        if separator.is_empty() {
            // Paragraphs are split when everything is there.
            if at_end {
                let all = text(&std::mem::take(carry));
                records.extend(all.split("\n\n").map(|part| part.trim_matches('\n').to_owned()).filter(|part| !part.is_empty()));
            }
            return records;
        }
        if separator.chars().count() == 1 {
            let byte = separator.as_bytes();
            let mut start = 0;
            while let Some(at) = carry[start..].windows(byte.len()).position(|window| window == byte) {
                records.push(text(&carry[start..start + at]));
                start += at + byte.len();
            }
            carry.drain(..start);
        } else if at_end && let Ok(regex) = regex(&separator) {
            let all = text(&std::mem::take(carry));
            let mut start = 0;
            for found in regex.find_iter(&all) {
                records.push(all[start..found.start()].to_owned());
                start = found.end();
            }
            let rest = all[start..].trim_end_matches('\n');
            records.extend((!rest.is_empty()).then(|| rest.to_owned()));
        }
        if at_end && !carry.is_empty() {
            let rest = text(&std::mem::take(carry));
            records.push(rest);
        }
        records
    }

    /// Runs the rules on a record.
    pub fn record(&mut self, record: &str) -> Run<()> {
        for name in ["NR", "FNR"] {
            let count = self.variable(name).number() + 1.0;
            self.variables.insert(name.to_owned(), Value::Number(count));
        }
        record.clone_into(&mut self.record);
        self.fields = None;
        self.steps = 0;
        let program = self.program.clone();
        for (index, rule) in program.rules.iter().enumerate() {
            let runs = match &rule.pattern {
                Pattern::Always => true,
                Pattern::When(condition) => self.value(condition)?.is_true(),
                Pattern::Range(first, last) => {
                    if self.open[index] || self.value(first)?.is_true() {
                        self.open[index] = !self.value(last)?.is_true();
                        true
                    } else {
                        false
                    }
                }
            };
            if !runs {
                continue;
            }
            let result = match &rule.action {
                Some(action) => self.statement(action),
                None => self.print(&[], None),
            };
            match result {
                Err(Stop::Next) => return Ok(()),
                result => result?,
            }
        }
        Ok(())
    }

    fn conversion(&self) -> String {
        self.variables.get("CONVFMT").map_or_else(|| "%.6g".to_owned(), |value| value.text("%.6g"))
    }

    pub(super) fn text(&mut self, expression: &Expression) -> Run<String> {
        let value = self.value(expression)?;
        Ok(self.text_of(&value))
    }

    fn text_of(&self, value: &Value) -> String {
        match value {
            Value::Number(number) if *number != number.trunc() => text_of(*number, &self.conversion()),
            value => value.text("%.6g"),
        }
    }

    pub(super) fn number(&mut self, expression: &Expression) -> Run<f64> {
        Ok(self.value(expression)?.number())
    }

    fn statement(&mut self, statement: &Statement) -> Run<()> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Stop::Failed("not simulated: a loop without end".to_owned()));
        }
        match statement {
            Statement::Block(statements) => statements.iter().try_for_each(|statement| self.statement(statement)),
            Statement::Expression(expression) => self.value(expression).map(|_| ()),
            Statement::Print { arguments, to } => self.print(arguments, to.as_ref()),
            Statement::Printf { arguments, to } => {
                let values = arguments.iter().map(|argument| self.value(argument)).collect::<Run<Vec<Value>>>()?;
                let text = self.formatted(&values, "printf")?;
                self.write(text.as_bytes(), to.as_ref())
            }
            Statement::If(condition, then, otherwise) => match (self.value(condition)?.is_true(), otherwise) {
                (true, _) => self.statement(then),
                (false, Some(otherwise)) => self.statement(otherwise),
                (false, None) => Ok(()),
            },
            Statement::While(condition, body) => {
                while self.value(condition)?.is_true() {
                    if self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Statement::DoWhile(body, condition) => {
                while !self.turn(body)? && self.value(condition)?.is_true() {}
                Ok(())
            }
            Statement::For(start, condition, step, body) => {
                if let Some(start) = start {
                    self.statement(start)?;
                }
                loop {
                    if let Some(condition) = condition
                        && !self.value(condition)?.is_true()
                    {
                        return Ok(());
                    }
                    if self.turn(body)? {
                        return Ok(());
                    }
                    if let Some(step) = step {
                        self.statement(step)?;
                    }
                }
            }
            Statement::ForIn(variable, array, body) => {
                let mut keys: Vec<String> = self.array(array).keys().cloned().collect();
                // The real order follows no rule that one could rely on; numbers in order are the least surprising.
                keys.sort_by(|a, b| match (a.parse::<i64>(), b.parse::<i64>()) {
                    (Ok(a), Ok(b)) => a.cmp(&b),
                    _ => a.cmp(b),
                });
                for key in keys {
                    self.assign_variable(variable, Value::Input(key))?;
                    if self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Statement::Delete(array, None) => {
                self.array(array).clear();
                Ok(())
            }
            Statement::Delete(array, Some(index)) => {
                let key = self.key(index)?;
                self.array(array).remove(&key);
                Ok(())
            }
            Statement::Next => Err(Stop::Next),
            Statement::NextFile => Err(Stop::NextFile),
            Statement::Exit(value) => {
                if let Some(value) = value {
                    self.status = self.number(value)? as i32 & 0xff;
                }
                Err(Stop::Exit)
            }
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::Unset), |value| self.value(value))?;
                Err(Stop::Return(value))
            }
            Statement::Break => Err(Stop::Break),
            Statement::Continue => Err(Stop::Continue),
        }
    }

    /// One turn of a loop; whether it was the last.
    fn turn(&mut self, body: &Statement) -> Run<bool> {
        match self.statement(body) {
            Ok(()) | Err(Stop::Continue) => Ok(false),
            Err(Stop::Break) => Ok(true),
            Err(stop) => Err(stop),
        }
    }

    fn print(&mut self, arguments: &[Expression], to: Option<&Redirect>) -> Run<()> {
        let format = self.variable("OFMT").text("%.6g");
        let mut texts = Vec::new();
        for argument in arguments {
            texts.push(self.value(argument)?.text(&format));
        }
        let line = if arguments.is_empty() { self.whole() } else { texts.join(&self.variable("OFS").text("%.6g")) };
        let line = line + &self.variable("ORS").text("%.6g");
        self.write(line.as_bytes(), to)
    }

    fn write(&mut self, bytes: &[u8], to: Option<&Redirect>) -> Run<()> {
        match to {
            None => self.out.extend_from_slice(bytes),
            Some(redirect) => {
                let path = self.text(&redirect.path)?;
                if path == "/dev/stdout" {
                    self.out.extend_from_slice(bytes);
                } else {
                    match self.files.iter_mut().find(|(known, ..)| *known == path) {
                        Some((_, _, written)) => written.extend_from_slice(bytes),
                        None => self.files.push((path, redirect.kind, bytes.to_vec())),
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn formatted(&mut self, values: &[Value], function: &str) -> Run<String> {
        let Some((format, rest)) = values.split_first() else {
            return Err(Stop::Failed(format!("line 1: syntax error at or near {function}")));
        };
        let format = self.text_of(format);
        super::format::format(&format, rest)
            .map_err(|()| Stop::Failed(format!("run time error: not enough arguments passed to {function}(\"{format}\")")))
    }

    /// The record as it is now: put together from its fields if one of them was changed.
    pub(super) fn whole(&self) -> String {
        self.record.clone()
    }

    fn split_fields(&mut self) -> &mut Vec<Value> {
        if self.fields.is_none() {
            let separator = self.variable("FS").text("%.6g");
            let parts = split(&self.record, &separator, self.variable("RS").text("%.6g").is_empty());
            self.fields = Some(parts.into_iter().map(Value::Input).collect());
        }
        self.fields.get_or_insert_default()
    }

    fn field(&mut self, number: f64) -> Run<Value> {
        let index = field_index(number)?;
        if index == 0 {
            return Ok(Value::Input(self.whole()));
        }
        Ok(self.split_fields().get(index - 1).cloned().unwrap_or(Value::Unset))
    }

    fn set_field(&mut self, number: f64, value: Value) -> Run<()> {
        let index = field_index(number)?;
        if index == 0 {
            self.record = self.text_of(&value);
            self.fields = None;
            return Ok(());
        }
        let fields = self.split_fields();
        if fields.len() < index {
            fields.resize(index, Value::Input(String::new()));
        }
        fields[index - 1] = value;
        self.rebuild();
        Ok(())
    }

    fn rebuild(&mut self) {
        let between = self.variable("OFS").text("%.6g");
        let fields = self.fields.clone().unwrap_or_default();
        let texts: Vec<String> = fields.iter().map(|field| self.text_of(field)).collect();
        self.record = texts.join(&between);
    }

    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        self.frames.last().and_then(|frame| frame.get(name))
    }

    pub(super) fn variable(&self, name: &str) -> Value {
        match self.local(name) {
            Some(Local::Value(value)) => return value.clone(),
            Some(_) => return Value::Unset,
            None => {}
        }
        self.variables.get(name).cloned().unwrap_or(Value::Unset)
    }

    fn assign_variable(&mut self, name: &str, value: Value) -> Run<()> {
        if let Some(local) = self.frames.last_mut().and_then(|frame| frame.get_mut(name)) {
            *local = Local::Value(value);
            return Ok(());
        }
        if name == "NF" {
            let count = field_index(value.number())?;
            self.split_fields().resize(count, Value::Input(String::new()));
            self.rebuild();
            return Ok(());
        }
        self.variables.insert(name.to_owned(), value);
        Ok(())
    }

    /// The array that a name stands for, made if it is not there.
    pub(super) fn array(&mut self, name: &str) -> &mut BTreeMap<String, Value> {
        let (mut name, mut depth) = (name.to_owned(), self.frames.len());
        // A parameter may be the caller's array, and so on outwards.
        while depth > 0 {
            match self.frames[depth - 1].get(&name) {
                Some(Local::Alias(outer)) => {
                    name.clone_from(outer);
                    depth -= 1;
                }
                Some(_) => break,
                None => depth = 0,
            }
        }
        if depth > 0 {
            let local = self.frames[depth - 1].entry(name).or_insert_with(|| Local::Array(BTreeMap::new()));
            if !matches!(local, Local::Array(_)) {
                *local = Local::Array(BTreeMap::new());
            }
            if let Local::Array(array) = local {
                return array;
            }
            unreachable!("it was just made an array");
        }
        self.arrays.entry(name).or_default()
    }

    fn key(&mut self, index: &[Expression]) -> Run<String> {
        let mut parts = Vec::new();
        for expression in index {
            parts.push(self.text(expression)?);
        }
        Ok(parts.join(&self.variable("SUBSEP").text("%.6g")))
    }

    pub(super) fn assign(&mut self, target: &Expression, value: Value) -> Run<()> {
        match target {
            Expression::Variable(name) => self.assign_variable(name, value),
            Expression::Element(array, index) => {
                let key = self.key(index)?;
                self.array(array).insert(key, value);
                Ok(())
            }
            Expression::Field(number) => {
                let number = self.number(number)?;
                self.set_field(number, value)
            }
            _ => Err(Stop::Failed("line 1: syntax error at or near =".to_owned())),
        }
    }

    pub(super) fn value(&mut self, expression: &Expression) -> Run<Value> {
        let truth = |holds: bool| Value::Number(f64::from(u8::from(holds)));
        Ok(match expression {
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Regex(regex) => truth(regex.is_match(&self.whole())),
            Expression::Variable(name) if name == "NF" && self.local(name).is_none() => Value::Number(self.split_fields().len() as f64),
            Expression::Variable(name) => self.variable(name),
            Expression::Element(array, index) => {
                let key = self.key(index)?;
                self.array(array).entry(key).or_insert(Value::Unset).clone()
            }
            Expression::Field(number) => {
                let number = self.number(number)?;
                self.field(number)?
            }
            Expression::Assign(target, operator, value) => {
                let mut value = self.value(value)?;
                if let Some(operator) = operator {
                    let before = self.number(target)?;
                    value = Value::Number(arithmetic(before, *operator, value.number()));
                }
                self.assign(target, value.clone())?;
                value
            }
            Expression::Conditional(condition, then, otherwise) => match self.value(condition)?.is_true() {
                true => self.value(then)?,
                false => self.value(otherwise)?,
            },
            Expression::And(left, right) => truth(self.value(left)?.is_true() && self.value(right)?.is_true()),
            Expression::Or(left, right) => truth(self.value(left)?.is_true() || self.value(right)?.is_true()),
            Expression::In(index, array) => {
                let key = self.key(index)?;
                truth(self.array(array).contains_key(&key))
            }
            Expression::Match(left, right, wanted) => {
                let text = self.text(left)?;
                let regex = self.regex(right)?;
                truth(regex.is_match(&text) == *wanted)
            }
            Expression::Compare(left, comparison, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                truth(self.holds(&left, *comparison, &right))
            }
            Expression::Join(left, right) => Value::Text(self.text(left)? + &self.text(right)?),
            Expression::Arithmetic(left, operator, right) => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                Value::Number(arithmetic(left, *operator, right))
            }
            Expression::Not(inner) => truth(!self.value(inner)?.is_true()),
            Expression::Negative(inner) => Value::Number(-self.number(inner)?),
            Expression::Positive(inner) => Value::Number(self.number(inner)?),
            Expression::Step { target, by, before } => {
                let old = self.number(target)?;
                self.assign(target, Value::Number(old + by))?;
                Value::Number(if *before { old + by } else { old })
            }
            Expression::Call(name, arguments) => self.call(name, arguments)?,
            Expression::Builtin(name, arguments) => self.builtin(name, arguments)?,
        })
    }

    fn holds(&self, left: &Value, comparison: Comparison, right: &Value) -> bool {
        let order = match left.is_numeric() && right.is_numeric() {
            true => left.number().partial_cmp(&right.number()),
            false => Some(self.text_of(left).cmp(&self.text_of(right))),
        };
        let Some(order) = order else { return comparison == Comparison::NotEqual };
        match comparison {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }

    /// A regular expression as it stands, or as a text says it.
    pub(super) fn regex(&mut self, expression: &Expression) -> Run<Regex> {
        match expression {
            Expression::Regex(regex) => Ok(regex.as_ref().clone()),
            expression => {
                let text = self.text(expression)?;
                regex(&text).map_err(Stop::Failed)
            }
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Run<Value> {
        let program = self.program.clone();
        let Some(function) = program.functions.get(name) else {
            return Err(Stop::Failed(format!("line 1: function {name} never defined")));
        };
        if self.frames.len() > 500 {
            return Err(Stop::Failed("function call nesting too deep".to_owned()));
        }
        let mut frame = BTreeMap::new();
        for (index, parameter) in function.parameters.iter().enumerate() {
            let local = match arguments.get(index) {
                None => Local::Value(Value::Unset),
                Some(Expression::Variable(outer)) => match self.local(outer) {
                    Some(Local::Array(_) | Local::Alias(_)) => Local::Alias(outer.clone()),
                    Some(Local::Value(Value::Unset)) => Local::Alias(outer.clone()),
                    Some(Local::Value(value)) => Local::Value(value.clone()),
                    // A name that is no value yet may become an array in there.
                    None if self.variables.contains_key(outer) || outer == "NF" => Local::Value(self.value(&arguments[index])?),
                    None => Local::Alias(outer.clone()),
                },
                Some(argument) => Local::Value(self.value(argument)?),
            };
            frame.insert(parameter.clone(), local);
        }
        self.frames.push(frame);
        let result = self.statement(&function.body);
        self.frames.pop();
        match result {
            Ok(()) => Ok(Value::Unset),
            Err(Stop::Return(value)) => Ok(value),
            Err(stop) => Err(stop),
        }
    }
}

fn field_index(number: f64) -> Run<usize> {
    match number {
        negative if negative < 0.0 => Err(Stop::Failed(format!("negative field index ${}", negative as i64))),
        large if large > 1e6 => Err(Stop::Failed("field index exceeds limit".to_owned())),
        number => Ok(number as usize),
    }
}

/// Splits as `FS` does: a blank stands for any white space, one character for itself, more for an expression.
pub(super) fn split(text: &str, separator: &str, lines_too: bool) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut chars = separator.chars();
    match (chars.next(), chars.next()) {
        (Some(' '), None) => text.split_whitespace().map(str::to_owned).collect(),
        (None, _) => text.chars().map(|c| c.to_string()).collect(),
        (Some(one), None) if one != '\\' => text.split(|c| c == one || lines_too && c == '\n').map(str::to_owned).collect(),
        _ => match regex(separator) {
            Ok(regex) => split_at(text, &regex),
            Err(_) => vec![text.to_owned()],
        },
    }
}

pub(super) fn split_at(text: &str, regex: &Regex) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { regex.split(text).map(str::to_owned).collect() }
}

fn arithmetic(left: f64, operator: char, right: f64) -> f64 {
    match operator {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        '%' => left % right,
        _ => left.powf(right),
    }
}

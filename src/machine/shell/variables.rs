//! Shell variables: text or indexed arrays, exported or not, read-only or not.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use imbl::OrdMap;

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub value: Value,
    pub exported: bool,
    pub readonly: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Declared, without a value.
    Unset,
    Scalar(String),
    Array(BTreeMap<i64, String>),
}

impl Value {
    /// The value as text; of an array, its first element.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Unset => None,
            Value::Scalar(text) => Some(text),
            Value::Array(elements) => elements.get(&0).map(String::as_str),
        }
    }
}

/// All variables of a shell. A copy, as every subshell takes one, costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    all: OrdMap<String, Variable>,
    /// What programs get of them, once one has been started since the last change.
    environment: OnceLock<Arc<BTreeMap<String, String>>>,
}

/// Someone wrote to a read-only variable.
#[derive(Debug)]
pub(super) struct ReadOnly(pub String);

impl Variables {
    pub fn from_environment(env: &BTreeMap<String, String>) -> Self {
        let variable = |text: &String| Variable { value: Value::Scalar(text.clone()), exported: true, readonly: false };
        Variables { all: env.iter().map(|(name, text)| (name.clone(), variable(text))).collect(), ..Self::default() }
    }

    fn change(&mut self) -> &mut OrdMap<String, Variable> {
        self.environment.take();
        &mut self.all
    }

    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.all.get(name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(|variable| variable.value.text())
    }

    pub fn elements(&self, name: &str) -> BTreeMap<i64, String> {
        match self.all.get(name).map(|variable| &variable.value) {
            Some(Value::Array(elements)) => elements.clone(),
            Some(Value::Scalar(text)) => BTreeMap::from([(0, text.clone())]),
            _ => BTreeMap::new(),
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.all.keys()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.all.iter()
    }

    /// The variable, made if it is not there.
    pub fn writable(&mut self, name: &str) -> Result<&mut Variable, ReadOnly> {
        let fresh = Variable { value: Value::Unset, exported: false, readonly: false };
        let variable = self.change().entry(name.to_owned()).or_insert(fresh);
        match variable.readonly {
            true => Err(ReadOnly(name.to_owned())),
            false => Ok(variable),
        }
    }

    pub fn set(&mut self, name: &str, text: impl Into<String>) -> Result<(), ReadOnly> {
        let variable = self.writable(name)?;
        match &mut variable.value {
            Value::Array(elements) => {
                elements.insert(0, text.into());
            }
            value => *value = Value::Scalar(text.into()),
        }
        Ok(())
    }

    pub fn set_element(&mut self, name: &str, index: i64, text: String) -> Result<(), ReadOnly> {
        let mut elements = self.elements(name);
        elements.insert(index, text);
        self.writable(name)?.value = Value::Array(elements);
        Ok(())
    }

    pub fn set_array(&mut self, name: &str, elements: BTreeMap<i64, String>) -> Result<(), ReadOnly> {
        self.writable(name)?.value = Value::Array(elements);
        Ok(())
    }

    pub fn export(&mut self, name: &str) {
        let fresh = Variable { value: Value::Unset, exported: false, readonly: false };
        self.change().entry(name.to_owned()).or_insert(fresh).exported = true;
    }

    /// Puts a variable back as it was, at the end of the function that had it as its own.
    pub fn restore(&mut self, name: &str, before: Option<Variable>) {
        match before {
            Some(variable) => self.change().insert(name.to_owned(), variable),
            None => self.change().remove(name),
        };
    }

    pub fn unset(&mut self, name: &str) -> Result<(), ReadOnly> {
        match self.all.get(name) {
            Some(variable) if variable.readonly => Err(ReadOnly(name.to_owned())),
            _ => {
                self.change().remove(name);
                Ok(())
            }
        }
    }

    /// Forgets what is no name of a variable.
    pub fn retain_names(&mut self) {
        let nameless: Vec<String> = self.all.keys().filter(|name| !is_name(name)).cloned().collect();
        for name in nameless {
            self.change().remove(&name);
        }
    }

    pub fn environment(&self) -> Arc<BTreeMap<String, String>> {
        let made = || {
            let exported = self.all.iter().filter(|(_, variable)| variable.exported);
            exported.filter_map(|(name, variable)| Some((name.clone(), variable.value.text()?.to_owned()))).collect()
        };
        self.environment.get_or_init(|| Arc::new(made())).clone()
    }
}

pub(super) fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

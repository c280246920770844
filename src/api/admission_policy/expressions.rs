//! The expressions of a policy, and what they may name: `object`, `oldObject`, `request`, `namespaceObject`, `params`,
//! `variables`, `authorizer`.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/cel/{compile.go,composition.go}, v1.36.
//! Simplified: nothing.

use crate::cel::{AUTHORIZER, JSON_PATCH, MAKES_OBJECTS, OBJECT, Program, RESOURCE_CHECK, Type, Variables};

#[derive(Clone, Debug)]
pub(crate) struct Expressions {
    names: Variables,
    /// The policy's own variables, in their order, if it has any.
    variables: Option<Vec<(String, Type)>>,
}

fn object(name: &str, fields: &[(&str, Type)]) -> Type {
    Type::object(name, fields.iter().map(|(field, of)| ((*field).to_owned(), of.clone())))
}

fn request_type() -> Type {
    let text = Type::Text;
    let kind = object("kubernetes.GroupVersionKind", &[("group", text.clone()), ("version", text.clone()), ("kind", text.clone())]);
    let resource = object("kubernetes.GroupVersionResource", &[("group", text.clone()), ("version", text.clone()), ("resource", text.clone())]);
    let texts = Type::list(Type::Text);
    let user = object("kubernetes.UserInfo", &[
        ("username", text.clone()), ("uid", text.clone()), ("groups", texts.clone()), ("extra", Type::map(Type::Text, texts)),
    ]);
    object("kubernetes.AdmissionRequest", &[
        ("kind", kind.clone()), ("resource", resource.clone()), ("subResource", text.clone()), ("requestKind", kind), ("requestResource", resource),
        ("requestSubResource", text.clone()), ("name", text.clone()), ("namespace", text.clone()), ("operation", text), ("userInfo", user),
        ("dryRun", Type::Bool), ("options", Type::Dyn),
    ])
}

fn namespace_type() -> Type {
    let (text, time, texts) = (Type::Text, Type::Timestamp, Type::list(Type::Text));
    let map = Type::map(Type::Text, Type::Text);
    let condition = object("kubernetes.NamespaceCondition", &[
        ("status", text.clone()), ("type", text.clone()), ("lastTransitionTime", time.clone()), ("message", text.clone()), ("reason", text.clone()),
    ]);
    let metadata = object("kubernetes.NamespaceMetadata", &[
        ("name", text.clone()), ("generateName", text.clone()), ("namespace", text.clone()), ("labels", map.clone()), ("annotations", map),
        ("UID", text.clone()), ("creationTimestamp", time.clone()), ("deletionGracePeriodSeconds", Type::Int), ("deletionTimestamp", time),
        ("generation", Type::Int), ("resourceVersion", text.clone()), ("finalizers", texts.clone()),
    ]);
    object("kubernetes.Namespace", &[
        ("metadata", metadata),
        ("spec", object("kubernetes.NamespaceSpec", &[("finalizers", texts)])),
        ("status", object("kubernetes.NamespaceStatus", &[("conditions", Type::list(condition)), ("phase", text)])),
    ])
}

/// The type that a variable has for the expressions after it: an object may have any field.
fn composed(of: &Type) -> Type {
    match of {
        Type::List(items) => Type::list(composed(items)),
        Type::Map(key, value) => Type::map(composed(key), composed(value)),
        Type::Object(_) | Type::Opaque(_) | Type::Optional(_) | Type::Type(_) => Type::Dyn,
        plain => plain.clone(),
    }
}

impl Expressions {
    pub fn new(with_params: bool) -> Self {
        let mut expressions = Self::about(&Type::Dyn, with_params.then_some(Type::Dyn));
        expressions.names.insert("authorizer.requestResource".to_owned(), Type::Opaque(RESOURCE_CHECK));
        expressions
    }

    /// Expressions about objects and parameters of these types, for a check of types alone: it does not know that one can ask
    /// about the resource of the request.
    pub fn about(object: &Type, params: Option<Type>) -> Self {
        let mut names = Variables::from([
            ("object".to_owned(), object.clone()),
            ("oldObject".to_owned(), object.clone()),
            ("request".to_owned(), request_type()),
            ("namespaceObject".to_owned(), namespace_type()),
            ("authorizer".to_owned(), Type::Opaque(AUTHORIZER)),
        ]);
        names.extend(params.map(|params| ("params".to_owned(), params)));
        Expressions { names, variables: None }
    }

    /// From now on expressions may name `variables`.
    pub fn compose(&mut self) {
        self.variables.get_or_insert_default();
    }

    /// Compiles an expression that makes a configuration to lay over the object.
    pub fn compile_configuration(&self, text: &str) -> Result<Program, String> {
        self.making().compile(text, &[OBJECT])
    }

    /// Compiles an expression that makes the operations of a JSON patch.
    pub fn compile_patch(&self, text: &str) -> Result<Program, String> {
        self.making().compile(text, &[&format!("list({JSON_PATCH})")])
    }

    fn making(&self) -> Self {
        let mut with = self.clone();
        with.names.insert(MAKES_OBJECTS.to_owned(), Type::Dyn);
        with
    }

    /// Compiles an expression that must give one of these types. The error is the detail that the server tells.
    pub fn compile(&self, text: &str, wanted: &[&str]) -> Result<Program, String> {
        let program = self.compile_any(text).map_err(|report| format!("compilation failed: {report}"))?;
        let found = match program.result() {
            Type::Null => "null_type".to_owned(),
            other => other.to_string(),
        };
        if wanted.contains(&found.as_str()) {
            return Ok(program);
        }
        let reason = match wanted {
            [only] => format!("must evaluate to {only} but got {found}"),
            several => format!("must evaluate to one of [{}] but got {found}", several.join(" ")),
        };
        Err(reason)
    }

    /// Compiles an expression, whatever it gives. The error is the compiler's report.
    pub fn compile_any(&self, text: &str) -> Result<Program, String> {
        let mut names = self.names.clone();
        if let Some(variables) = &self.variables {
            names.insert("variables".to_owned(), Type::object("kubernetes.variables", variables.iter().cloned()));
        }
        Program::compile(text, &names)
    }

    /// Compiles a variable, which later expressions may name. They may even if it does not compile, so that its own fault
    /// is the only one that is told.
    pub fn add_variable(&mut self, name: &str, text: &str) -> Result<Program, String> {
        let program = self.compile_any(text).map_err(|report| format!("compilation failed: {report}"));
        let of = program.as_ref().map_or(Type::Dyn, |program| composed(program.result()));
        self.variables.get_or_insert_default().push((name.to_owned(), of));
        program
    }
}

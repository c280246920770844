//! The errors that the API server answers with, as data.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go, v1.36.
//! Simplified: nothing of what is here; further errors come with what causes them.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{self as meta, StatusCause, StatusDetails};

use crate::field::FieldError;
use crate::{Kind, ResourceInfo};

/// An error answer: HTTP code, machine-readable reason, text and details.
#[derive(Clone, Debug, PartialEq)]
pub struct Status(Box<meta::Status>);

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Status {}

impl Status {
    pub fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Status(Box::new(meta::Status {
            code: Some(i32::from(code)),
            message: Some(message.into()),
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
            status: Some("Failure".to_owned()),
            ..Default::default()
        }))
    }

    pub fn from_meta(status: meta::Status) -> Self {
        Status(Box::new(status))
    }

    pub fn code(&self) -> u16 {
        self.0.code.and_then(|code| u16::try_from(code).ok()).unwrap_or(500)
    }

    pub fn reason(&self) -> &str {
        self.0.reason.as_deref().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.0.message.as_deref().unwrap_or_default()
    }

    pub fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    pub fn is_already_exists(&self) -> bool {
        self.reason() == "AlreadyExists"
    }

    pub fn is_conflict(&self) -> bool {
        self.reason() == "Conflict"
    }

    /// A 403 because the namespace is going away: retrying cannot help.
    pub fn is_namespace_terminating(&self) -> bool {
        self.reason() == "Forbidden"
            && self.0.details.as_ref().and_then(|details| details.causes.as_ref()).is_some_and(|causes| {
                causes.iter().any(|cause| cause.reason.as_deref() == Some("NamespaceTerminating"))
            })
    }

    /// The object of `meta/v1` as it travels.
    pub fn as_meta(&self) -> &meta::Status {
        &self.0
    }

    pub fn with_details(mut self, info: &ResourceInfo, name: &str) -> Self {
        let details = self.0.details.get_or_insert_default();
        details.group = (!info.group.is_empty()).then(|| info.group.to_owned());
        details.kind = Some(info.plural.to_owned());
        details.name = (!name.is_empty()).then(|| name.to_owned());
        self
    }

    /// The same about the resource of another group.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        let Some(details) = &mut self.0.details else { return self };
        let (Some(plural), own) = (details.kind.clone(), details.group.clone().unwrap_or_default()) else { return self };
        if own == group || plural.contains(char::is_uppercase) {
            return self;
        }
        let named = |group: &str| if group.is_empty() { format!("{plural} \"") } else { format!("{plural}.{group} \"") };
        if let Some(rest) = self.0.message.as_deref().and_then(|message| message.strip_prefix(&named(&own))) {
            self.0.message = Some(format!("{}{rest}", named(group)));
        }
        details.group = (!group.is_empty()).then(|| group.to_owned());
        self
    }

    pub fn with_cause(mut self, field: &str, reason: &str, message: impl Into<String>) -> Self {
        let cause = StatusCause {
            field: (!field.is_empty()).then(|| field.to_owned()),
            message: Some(message.into()),
            reason: Some(reason.to_owned()),
        };
        self.0.details.get_or_insert_default().causes.get_or_insert_default().push(cause);
        self
    }

    pub fn with_retry_after(mut self, seconds: i32) -> Self {
        self.0.details.get_or_insert_default().retry_after_seconds = Some(seconds);
        self
    }

    pub fn not_found(kind: Kind, name: &str) -> Self {
        let info = kind.info();
        let message = format!("{} {name:?} not found", info.group_resource());
        Self::new(404, "NotFound", message).with_details(&info, name)
    }

    /// A path that nothing serves.
    pub fn no_such_path() -> Self {
        Self::refused_route(404, "NotFound", "the server could not find the requested resource")
    }

    /// A method that the path does not have.
    pub fn no_such_method() -> Self {
        Self::refused_route(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    /// An answer from before the handler of any kind was found: its details are there and say nothing.
    pub fn refused_route(code: u16, reason: &str, message: impl Into<String>) -> Self {
        let mut status = Self::new(code, reason, message);
        status.0.details = Some(StatusDetails::default());
        status
    }

    /// The body, or something in it, is more than the server takes.
    pub fn too_large(why: &str) -> Self {
        Self::new(413, "RequestEntityTooLarge", format!("Request entity too large: {why}"))
    }

    /// A resourceVersion that does not exist yet; the server has waited for it in vain.
    pub fn version_too_large(wanted: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        Self::new(504, "Timeout", message).with_cause("", "ResourceVersionTooLarge", "Too large resource version").with_retry_after(1)
    }

    /// The same of a list at exactly this version, which is not waited for.
    pub fn exact_version_too_large(wanted: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        Self::new(504, "Timeout", message).with_cause("", "ResourceVersionTooLarge", "Too large resource version")
    }

    /// The options of a request are wrong; `kind` names them, e.g. `DeleteOptions`.
    pub fn invalid_options(kind: &str, errors: &[FieldError]) -> Self {
        Self::invalid_kind("meta.k8s.io", kind, "", errors)
    }

    pub fn already_exists(kind: Kind, name: &str) -> Self {
        let info = kind.info();
        let message = format!("{} {name:?} already exists", info.group_resource());
        Self::new(409, "AlreadyExists", message).with_details(&info, name)
    }

    pub fn conflict(kind: Kind, name: &str, why: &str) -> Self {
        let info = kind.info();
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", info.group_resource());
        Self::new(409, "Conflict", message).with_details(&info, name)
    }

    /// Something went wrong inside the server.
    pub fn internal(why: &str) -> Self {
        let mut status = Self::new(500, "InternalError", format!("Internal error occurred: {why}"));
        status.0.details.get_or_insert_default().causes = Some(vec![meta::StatusCause { message: Some(why.to_owned()), ..Default::default() }]);
        status
    }

    /// The same of a resource of the core group by its own name, as `pods/binding`.
    pub fn conflict_of(resource: &str, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
        let mut status = Self::new(409, "Conflict", message);
        let details = status.0.details.get_or_insert_default();
        (details.name, details.kind) = (Some(name.to_owned()), Some(resource.to_owned()));
        status
    }

    /// The same, where the reference names the kind and not the resource.
    pub fn conflict_of_kind(kind: Kind, name: &str, why: &str) -> Self {
        let info = kind.info();
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", info.group_kind());
        let mut status = Self::new(409, "Conflict", message).with_details(&info, name);
        status.0.details.get_or_insert_default().kind = Some(info.kind.to_owned());
        status
    }

    /// The resourceVersion of an update is not the stored one.
    pub fn modified(kind: Kind, name: &str) -> Self {
        Self::conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// The server made up a name, and it is taken.
    pub fn generated_name_taken(kind: Kind, name: &str) -> Self {
        let info = kind.info();
        let message = format!("{} {name:?} already exists, the server was not able to generate a unique name for the object", info.group_resource());
        Self::new(409, "AlreadyExists", message).with_details(&info, name).with_retry_after(1)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn forbidden(kind: Kind, name: &str, why: impl std::fmt::Display) -> Self {
        let info = kind.info();
        let resource = info.group_resource();
        let message = if name.is_empty() {
            format!("{resource} is forbidden: {why}")
        } else {
            format!("{resource} {name:?} is forbidden: {why}")
        };
        Self::new(403, "Forbidden", message).with_details(&info, name)
    }

    /// The same for a resource that need not exist; a path that is none has an empty name.
    pub fn forbidden_resource(group: &str, resource: &str, name: &str, why: &str) -> Self {
        let qualified = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
        let message = match (qualified.as_str(), name) {
            ("", _) => format!("forbidden: {why}"),
            (resource, "") => format!("{resource} is forbidden: {why}"),
            (resource, name) => format!("{resource} {name:?} is forbidden: {why}"),
        };
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut status = Self::new(403, "Forbidden", message);
        status.0.details = Some(StatusDetails { group: text(group), kind: text(resource), name: text(name), ..StatusDetails::default() });
        status
    }

    pub fn method_not_allowed(kind: Kind, verb: &str) -> Self {
        let info = kind.info();
        let message = format!("{verb} is not supported on resources of kind {:?}", info.group_resource());
        Self::new(405, "MethodNotAllowed", message).with_details(&info, "")
    }

    /// The revision that a watch or a list asks for is no longer kept.
    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// Validation failed. One error is written after the name, several in brackets.
    pub fn invalid(kind: Kind, name: &str, errors: &[FieldError]) -> Self {
        let info = kind.info();
        Self::invalid_kind(info.group, info.kind, name, errors)
    }

    /// The same for something that is not a stored kind: a Scale, the options of a request.
    pub fn invalid_kind(group: &str, kind: &str, name: &str, errors: &[FieldError]) -> Self {
        // What is wrong twice is said once; the causes list it twice.
        let mut texts: Vec<String> = Vec::new();
        for error in errors {
            let text = error.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let text = if let [only] = texts.as_slice() { only.clone() } else { format!("[{}]", texts.join(", ")) };
        let group_kind = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let mut status = Self::new(422, "Invalid", format!("{group_kind} {name:?} is invalid: {text}"));
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        status.0.details = Some(StatusDetails { group: some(group), kind: some(kind), name: some(name), ..StatusDetails::default() });
        for error in errors {
            status = status.with_cause(&error.field, error.error_type.reason(), error.body());
        }
        status
    }

    /// The general answer 422 to a request whose content cannot be processed, such as a JSON patch that does not fit.
    pub fn rejected() -> Self {
        Self::refused_route(422, "Invalid", "the server rejected our request due to an error in our request")
    }

    /// Something that Kubernetes does and this simulator does not do yet, said openly.
    pub fn not_simulated(what: &str) -> Self {
        Self::new(501, "NotImplemented", format!("not simulated: {what}"))
    }
}

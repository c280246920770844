//! What a request wants, as authorization sees it: words alone, so that it can be asked about kinds that do not exist.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{authorization/authorizer/interfaces.go,
//! endpoints/handlers/responsewriters/errors.go}, v1.36.
//! Simplified: label selectors are no part of it; of field selectors only exact matches are.

use std::borrow::Cow;

use podarium_api::Status;
use podarium_api::selector::FieldSelector;

use crate::apiserver::{Request, Subresource, User};

/// One question to authorization. A request for a path that is no resource has an empty resource.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    pub user: &'a User,
    pub verb: Cow<'a, str>,
    pub namespace: Cow<'a, str>,
    pub group: Cow<'a, str>,
    pub resource: Cow<'a, str>,
    pub subresource: Cow<'a, str>,
    pub name: Cow<'a, str>,
    /// The path of a request that is about no resource.
    pub path: Cow<'a, str>,
    pub fields: Option<&'a FieldSelector>,
}

impl<'a> Attributes<'a> {
    /// A question about a resource, as yet without a name or subresource.
    pub fn resource(user: &'a User, verb: &'a str, group: &'a str, resource: &'a str, namespace: &'a str) -> Self {
        Attributes {
            user,
            verb: verb.into(),
            namespace: namespace.into(),
            group: group.into(),
            resource: resource.into(),
            subresource: "".into(),
            name: "".into(),
            path: "".into(),
            fields: None,
        }
    }

    /// A question about a path that is no resource.
    pub fn path(user: &'a User, verb: &'a str, path: &'a str) -> Self {
        Attributes { path: path.into(), ..Self::resource(user, verb, "", "", "") }
    }

    /// What a request of a component asks for.
    pub fn of(request: &'a Request) -> Self {
        let info = request.kind.info();
        let mut attributes = Self::resource(&request.user, request.verb.name(), info.group, info.plural, &request.namespace);
        attributes.name = Cow::Borrowed(&request.name);
        attributes.subresource = request.subresource.map_or("", Subresource::name).into();
        if request.kind == podarium_api::Kind::Namespace {
            // A namespace's own requests count as being in it.
            attributes.namespace = attributes.name.clone();
        }
        if request.name.is_empty() && !request.filter.fields.is_empty() {
            attributes.fields = Some(&request.filter.fields);
            // A list of one object by its name is a request for that object.
            attributes.name = request.filter.fields.required("metadata.name").unwrap_or_default().into();
        }
        attributes
    }

    pub fn named(mut self, name: &'a str) -> Self {
        self.name = name.into();
        self
    }

    pub fn of_subresource(mut self, subresource: &'a str) -> Self {
        self.subresource = subresource.into();
        self
    }

    pub fn is_resource(&self) -> bool {
        !self.resource.is_empty()
    }

    /// `pods` or `pods/log`.
    pub fn combined_resource(&self) -> Cow<'_, str> {
        if self.subresource.is_empty() { Cow::Borrowed(&self.resource) } else { format!("{}/{}", self.resource, self.subresource).into() }
    }

    /// The answer to a request that is not allowed.
    pub fn forbidden(&self, reason: &str) -> Status {
        let user = self.user.name();
        let what = if !self.is_resource() {
            format!("User {user:?} cannot {} path {:?}", self.verb, self.path)
        } else {
            let resource = self.combined_resource();
            let what = format!("User {user:?} cannot {} resource {resource:?} in API group {:?}", self.verb, self.group);
            if self.namespace.is_empty() { format!("{what} at the cluster scope") } else { format!("{what} in the namespace {:?}", self.namespace) }
        };
        let what = what.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let why = if reason.is_empty() { what } else { format!("{what}: {reason}") };
        Status::forbidden_resource(&self.group, &self.resource, &self.name, &why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_who_cannot_do_what_where() {
        let jane = User::named("jane");
        let cases = [
            (Attributes::resource(&jane, "list", "", "nodes", ""), r#"nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope"#),
            (
                Attributes::resource(&jane, "get", "apps", "deployments", "shop").named("web").of_subresource("scale"),
                r#"deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "shop""#,
            ),
            (Attributes::path(&jane, "get", "/metrics"), r#"forbidden: User "jane" cannot get path "/metrics""#),
        ];
        for (attributes, text) in cases {
            assert_eq!(attributes.forbidden("").message(), text);
        }
        let why = Attributes::path(&jane, "get", "/x").forbidden("because");
        assert_eq!(why.message(), r#"forbidden: User "jane" cannot get path "/x": because"#);
    }
}

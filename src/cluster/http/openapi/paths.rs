//! The paths of one group and version, with the operations of each.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/{installer.go,openapi/openapi.go}, v1.36.
//! Simplified: paths below `proxy` are left out.

use podarium_api::ResourceInfo;
use podarium_api::openapi::definition_name;

use super::super::resources::{self, Subresource};
use super::operations::{Answer, Body, Operation, PathItem, parameters};
use crate::apiserver::returns_deleted;

const STATUS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
const EVENT: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent";

/// `rbac.authorization.k8s.io` and `v1` become `RbacAuthorizationV1`.
pub(super) fn camel(group: &str, version: &str) -> String {
    let words = if group.is_empty() { "core" } else { group.strip_suffix(".k8s.io").unwrap_or(group) };
    words.split('.').chain([version]).map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A resource as one version serves it.
pub(super) struct Served<'a> {
    pub group: &'a str,
    pub version: &'a str,
    pub info: &'a ResourceInfo,
}

impl Served<'_> {
    pub fn paths(&self) -> Vec<PathItem> {
        let verbs = resources::verbs(self.info);
        let base = if self.group.is_empty() { format!("/api/{}", self.version) } else { format!("/apis/{}/{}", self.group, self.version) };
        let (namespaced, plural) = (self.info.namespaced, self.info.plural);
        let inside = if namespaced { format!("{base}/namespaces/{{namespace}}/{plural}") } else { format!("{base}/{plural}") };
        let mut items = vec![self.item(inside.clone(), false, self.collection(verbs)), self.item(format!("{inside}/{{name}}"), true, self.object(verbs))];
        for part in resources::subresources(self.info) {
            let operations = if matches!(part.name, "attach" | "exec" | "portforward" | "proxy") { self.connected(part) } else { self.part(part) };
            items.push(self.item(format!("{inside}/{{name}}/{}", part.name), true, operations));
        }
        if namespaced && verbs.contains(&"list") {
            let list = self.list("ForAllNamespaces");
            items.push(self.item(format!("{base}/{plural}"), false, vec![list]));
        }
        if verbs.contains(&"watch") {
            let watched = inside.replacen(&base, &format!("{base}/watch"), 1);
            items.push(self.item(watched.clone(), false, vec![self.watch_list("")]));
            items.push(self.item(format!("{watched}/{{name}}"), true, vec![self.watch()]));
            if namespaced {
                items.push(self.item(format!("{base}/watch/{plural}"), false, vec![self.watch_list("ForAllNamespaces")]));
            }
        }
        items.retain(|item| !item.operations.is_empty());
        items
    }

    fn item(&self, path: String, named: bool, operations: Vec<Operation>) -> PathItem {
        let mut variables = Vec::new();
        if named {
            variables.push(("name", format!("name of the {}", self.info.kind)));
        }
        if path.contains("{namespace}") {
            variables.push(("namespace", "object name and auth scope, such as for teams and projects".to_owned()));
        }
        PathItem { path, variables, operations }
    }

    fn definition(&self) -> String {
        definition_name(self.group, self.version, self.info.kind)
    }

    /// `createAppsV1NamespacedDeploymentScale`, with what stands before and after.
    fn id(&self, verb: &str, after: &str) -> String {
        let scope = if self.info.namespaced { "Namespaced" } else { "" };
        format!("{verb}{}{scope}{}{after}", camel(self.group, self.version), self.info.kind)
    }

    fn operation(&self, method: &'static str, action: &'static str, verb: &str, description: String) -> Operation {
        let text = str::to_owned;
        Operation {
            method,
            id: self.id(verb, ""),
            description,
            action,
            of: (text(self.group), text(self.version), text(self.info.kind)),
            parameters: Vec::new(),
            body: Body::None,
            answer: Answer::Object(self.definition()),
            codes: &[200],
            deprecated: false,
        }
    }

    fn list(&self, after: &str) -> Operation {
        let mut list = self.operation("get", "list", "list", format!("list or watch objects of kind {}", self.info.kind));
        list.id = if after.is_empty() { self.id("list", "") } else { format!("list{}{}{after}", camel(self.group, self.version), self.info.kind) };
        list.parameters = parameters("list").iter().collect();
        list.answer = Answer::List(format!("{}List", self.definition()));
        list
    }

    fn collection(&self, verbs: &[&str]) -> Vec<Operation> {
        let kind = self.info.kind;
        let mut operations = Vec::new();
        if verbs.contains(&"list") {
            operations.push(self.list(""));
        }
        if verbs.contains(&"create") {
            let article = if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            let mut create = self.operation("post", "post", "create", format!("create {article} {kind}"));
            create.parameters = parameters("write").iter().collect();
            create.body = Body::Object(self.definition());
            create.codes = &[200, 201, 202];
            operations.push(create);
        }
        if verbs.contains(&"deletecollection") {
            let mut delete = self.operation("delete", "deletecollection", "delete", format!("delete collection of {kind}"));
            let scope = if self.info.namespaced { "Namespaced" } else { "" };
            delete.id = format!("delete{}Collection{scope}{kind}", camel(self.group, self.version));
            let lists = parameters("list").iter().filter(|parameter| !matches!(parameter.name.as_str(), "watch" | "allowWatchBookmarks"));
            delete.parameters = lists.chain(parameters("delete")).collect();
            delete.body = Body::DeleteOptions;
            delete.answer = Answer::Object(STATUS.to_owned());
            operations.push(delete);
        }
        operations
    }

    fn object(&self, verbs: &[&str]) -> Vec<Operation> {
        let kind = self.info.kind;
        let mut operations = self.changes(verbs, None);
        if verbs.contains(&"delete") {
            let article = if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            let mut delete = self.operation("delete", "delete", "delete", format!("delete {article} {kind}"));
            delete.parameters = parameters("delete").iter().collect();
            delete.body = Body::DeleteOptions;
            delete.codes = &[200, 202];
            if !returns_deleted(self.info) {
                delete.answer = Answer::Object(STATUS.to_owned());
            }
            operations.push(delete);
        }
        operations
    }

    /// Reading, replacing and patching an object or a part of it.
    fn changes(&self, verbs: &[&str], part: Option<&Subresource>) -> Vec<Operation> {
        let kind = self.info.kind;
        let (of, after) = part.map_or((String::new(), String::new()), |part| (format!("{} of ", part.name), part_name(part)));
        let travels = self.travels(part);
        let definition = definition_name(&travels.0, &travels.1, &travels.2);
        let mut operations = Vec::new();
        for (verb, method, word, what) in [("get", "get", "read", "read"), ("update", "put", "replace", "replace"), ("patch", "patch", "patch", "partially update")] {
            if !verbs.contains(&verb) {
                continue;
            }
            let mut operation = self.operation(method, if verb == "update" { "put" } else { verb_action(verb) }, word, format!("{what} {of}the specified {kind}"));
            operation.id = self.id(word, &after);
            operation.of = travels.clone();
            operation.answer = if part.is_some_and(|part| part.name == "log") { Answer::Text } else { Answer::Object(definition.clone()) };
            match verb {
                "update" => {
                    operation.parameters = parameters("write").iter().collect();
                    operation.body = Body::Object(definition.clone());
                    operation.codes = &[200, 201];
                }
                "patch" => {
                    operation.parameters = parameters("patch").iter().collect();
                    operation.body = Body::Patch;
                    operation.codes = &[200, 201];
                }
                _ => {}
            }
            operations.push(operation);
        }
        operations
    }

    /// Group, version and kind of what travels at a subresource.
    fn travels(&self, part: Option<&Subresource>) -> (String, String, String) {
        let (group, version) = part.and_then(|part| part.of).unwrap_or((self.group, self.version));
        let kind = part.map(|part| part.kind).filter(|kind| !kind.is_empty()).unwrap_or(self.info.kind);
        (group.to_owned(), version.to_owned(), kind.to_owned())
    }

    fn part(&self, part: &Subresource) -> Vec<Operation> {
        let mut operations = self.changes(part.verbs, Some(part));
        if part.verbs.contains(&"create") {
            let travels = self.travels(Some(part));
            let definition = definition_name(&travels.0, &travels.1, &travels.2);
            let mut create = self.operation("post", "post", "create", format!("create {} of a {}", part.name, self.info.kind));
            create.id = self.id("create", &part_name(part));
            create.of = travels;
            create.parameters = parameters("write").iter().collect();
            create.body = Body::Object(definition.clone());
            create.answer = Answer::Object(definition);
            create.codes = &[200, 201, 202];
            operations.push(create);
        }
        operations
    }

    fn connected(&self, part: &Subresource) -> Vec<Operation> {
        let methods = [("get", "get"), ("create", "post"), ("update", "put"), ("patch", "patch"), ("delete", "delete")];
        let methods = methods.into_iter().filter(|(verb, _)| part.verbs.contains(verb));
        methods
            .map(|(_, method)| {
                let mut connect = self.operation(method, "connect", "connect", format!("connect {} requests to {} of {}", method.to_uppercase(), part.name, self.info.kind));
                let scope = if self.info.namespaced { "Namespaced" } else { "" };
                connect.id = format!("connect{}{}{scope}{}{}", camel(self.group, self.version), capital(method), self.info.kind, part_name(part));
                connect.of = self.travels(Some(part));
                connect.answer = Answer::Text;
                connect
            })
            .collect()
    }

    fn watch(&self) -> Operation {
        let text = "deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.";
        let mut watch = self.operation("get", "watch", "watch", format!("watch changes to an object of kind {}. {text}", self.info.kind));
        watch.parameters = parameters("list").iter().collect();
        watch.answer = Answer::List(EVENT.to_owned());
        watch.deprecated = true;
        watch
    }

    fn watch_list(&self, after: &str) -> Operation {
        let text = "deprecated: use the 'watch' parameter with a list operation instead.";
        let mut watch = self.operation("get", "watchlist", "watch", format!("watch individual changes to a list of {}. {text}", self.info.kind));
        watch.id = match after {
            "" => self.id("watch", "List"),
            after => format!("watch{}{}List{after}", camel(self.group, self.version), self.info.kind),
        };
        watch.parameters = parameters("list").iter().collect();
        watch.answer = Answer::List(EVENT.to_owned());
        watch.deprecated = true;
        watch
    }
}

fn verb_action(verb: &str) -> &'static str {
    if verb == "patch" { "patch" } else { "get" }
}

fn part_name(part: &Subresource) -> String {
    match part.name {
        "ephemeralcontainers" => "Ephemeralcontainers".to_owned(),
        name => capital(name),
    }
}

#[cfg(test)]
mod tests {
    use podarium_api::Kind;

    use super::*;

    #[test]
    fn operations_have_the_names_of_the_reference() {
        let ids = |kind: Kind| -> Vec<String> {
            let info = kind.info();
            let served = Served { group: info.group, version: info.version, info: &info };
            served.paths().into_iter().flat_map(|item| item.operations).map(|operation| operation.id).collect()
        };
        let deployments = ids(Kind::Deployment);
        for id in [
            "listAppsV1NamespacedDeployment", "createAppsV1NamespacedDeployment", "deleteAppsV1CollectionNamespacedDeployment", "readAppsV1NamespacedDeployment",
            "replaceAppsV1NamespacedDeploymentScale", "patchAppsV1NamespacedDeploymentStatus", "listAppsV1DeploymentForAllNamespaces",
            "watchAppsV1NamespacedDeploymentList", "watchAppsV1NamespacedDeployment", "watchAppsV1DeploymentListForAllNamespaces",
        ] {
            assert!(deployments.contains(&id.to_owned()), "{id} is not in {deployments:?}");
        }
        assert!(ids(Kind::Pod).contains(&"connectCoreV1GetNamespacedPodExec".to_owned()));
        assert!(ids(Kind::Namespace).contains(&"replaceCoreV1NamespaceFinalize".to_owned()));
        assert!(!ids(Kind::Namespace).contains(&"deleteCoreV1CollectionNamespace".to_owned()));
        assert_eq!(camel("rbac.authorization.k8s.io", "v1"), "RbacAuthorizationV1");
    }
}

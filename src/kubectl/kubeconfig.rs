//! The kubeconfig: clusters, users, and the contexts that pair them with a namespace.
//!
//! Models: staging/src/k8s.io/client-go/tools/clientcmd, v1.36.
//! Simplified: paths of several files are all read from where the first one lies.

use podarium_api::decode::go_kind;
use serde_json::{Map, Value, json};

use crate::exec_plugin::{Credentials, Plugin};
use crate::failure::{Failure, Outcome, fail, not_simulated};
use crate::manifest::first_document;
use crate::printers::yaml;
use crate::unstructured::{items, text};

/// The fields of the entries of each list, by the names of Go's types; all but a few are texts.
const ENTRIES: &[(&str, &str, &str, &str, &[&str])] = &[
    ("clusters", "cluster", "NamedCluster", "Cluster", &["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data", "proxy-url", "disable-compression"]),
    ("contexts", "context", "NamedContext", "Context", &["cluster", "user", "namespace"]),
    ("users", "user", "NamedAuthInfo", "AuthInfo", &["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile", "as", "as-uid", "username", "password"]),
];

/// The data if its fields have the types that they must have, or Go's complaint.
fn checked(mut data: Value) -> Result<Value, String> {
    let wrong = |value: &Value, field: String, wanted: &str| Err(format!("json: cannot unmarshal {} into Go {field} of type {wanted}", go_kind(value)));
    let structure = |value: &Value, field: String, wanted: &str| if value.is_object() || value.is_null() { Ok(()) } else { wrong(value, field, wanted) };
    if !data.is_object() {
        let typed = r#"value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
        return Err(format!("couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go {typed}", go_kind(&data)));
    }
    for field in ["apiVersion", "kind", "current-context"] {
        if !matches!(data[field], Value::Null | Value::String(_)) {
            wrong(&data[field], format!("struct field Config.{field}"), "string")?;
        }
    }
    for (list, entry, named, kind, fields) in ENTRIES {
        if !matches!(data[*list], Value::Null | Value::Array(_)) {
            wrong(&data[*list], format!("struct field Config.{list}"), &format!("[]v1.{named}"))?;
        }
        for one in items(&data, &format!("/{list}")) {
            structure(one, format!("struct field Config.{list}"), &format!("v1.{named}"))?;
            if !matches!(one["name"], Value::Null | Value::String(_)) {
                wrong(&one["name"], format!("struct field {named}.{list}.name"), "string")?;
            }
            let inner = &one[*entry];
            structure(inner, format!("struct field {named}.{list}.{entry}"), &format!("v1.{kind}"))?;
            for field in *fields {
                let wanted = match *field {
                    "insecure-skip-tls-verify" | "disable-compression" => "bool",
                    field if field.ends_with("-data") => "[]uint8",
                    _ => "string",
                };
                let fits = match &inner[*field] {
                    Value::Null => true,
                    Value::Bool(_) => wanted == "bool",
                    Value::String(_) => wanted != "bool",
                    _ => false,
                };
                if !fits {
                    wrong(&inner[*field], format!("struct field {kind}.{list}.{entry}.{field}"), wanted)?;
                }
            }
        }
    }
    let (version, kind) = (text(&data, "/apiVersion"), text(&data, "/kind"));
    if !matches!((version, kind), ("" | "v1", "" | "Config")) {
        return Err(format!("no kind {kind:?} is registered for version {version:?} in scheme \"k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50\""));
    }
    complete_plugins(&mut data);
    // What is false is not written.
    for entry in data["clusters"].as_array_mut().into_iter().flatten() {
        if let Some(cluster) = entry["cluster"].as_object_mut() {
            cluster.retain(|_, value| *value != Value::Bool(false));
        }
    }
    Ok(data)
}

/// The file, as data. Lists of named entries keep their order.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    pub path: String,
    pub data: Value,
    /// The files that it was put together from, if `$KUBECONFIG` names several.
    files: Vec<Kubeconfig>,
}

/// What is listed in a kubeconfig.
const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// Where and as whom requests go.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    pub server: String,
    pub namespace: String,
    pub credentials: Credentials,
    /// The program that gives credentials.
    pub plugin: Option<Plugin>,
    /// The user's entry in the kubeconfig, its name, and the folder of the kubeconfig.
    pub user: Value,
    pub user_name: String,
    pub folder: String,
    /// `-n` was given: what names another namespace is refused.
    pub enforce_namespace: bool,
}

/// A path of a kubeconfig, as seen from where that file lies.
pub fn beside(folder: &str, path: &str) -> String {
    if path.is_empty() || path.starts_with('/') || folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Complains of what is wrong with a kubeconfig.
pub fn invalid(faults: Vec<String>) -> Outcome<()> {
    match &faults[..] {
        [] => Ok(()),
        [fault] => fail(fault.clone()),
        _ => {
            let list: Vec<String> = faults.iter().map(|fault| format!("* {fault}")).collect();
            Err(Failure::Plain(format!("Error in configuration: \n{}", list.join("\n"))).into())
        }
    }
}

impl Kubeconfig {
    pub fn parse(path: &str, bytes: &[u8]) -> Outcome<Self> {
        let read = first_document(&String::from_utf8_lossy(bytes)).and_then(|data| if data.is_null() { Ok(json!({})) } else { checked(data) });
        match read {
            Ok(data) => Ok(Kubeconfig { path: path.to_owned(), data, files: Vec::new() }),
            Err(error) => fail(format!("error loading config file {path:?}: {error}")),
        }
    }

    /// Several files as one. Of two that say the same, the first counts. `path` is the file to which new entries go.
    pub fn merged(path: &str, files: Vec<Kubeconfig>) -> Self {
        let mut data = json!({});
        for file in &files {
            for (field, value) in file.data.as_object().into_iter().flatten() {
                if let (true, Some(more)) = (LISTS.contains(&field.as_str()), value.as_array()) {
                    let mut all = items(&data, &format!("/{field}")).to_vec();
                    for entry in more {
                        if !all.iter().any(|known| text(known, "/name") == text(entry, "/name")) {
                            all.push(entry.clone());
                        }
                    }
                    data[field] = all.into();
                } else if matches!(&data[field], Value::Null) || data[field] == json!("") {
                    data[field] = value.clone();
                }
            }
        }
        Kubeconfig { path: path.to_owned(), data, files }
    }

    /// The files that have to be written so that they say together what this one says.
    pub fn to_write(&self) -> Vec<Kubeconfig> {
        if self.files.is_empty() {
            return vec![self.clone()];
        }
        let origin = |list: &str, name: &str| self.files.iter().find(|file| file.entry(list, name).is_some()).map_or(&self.path, |file| &file.path);
        let before = Kubeconfig::merged(&self.path, self.files.clone());
        let mut written = Vec::new();
        for file in &self.files {
            let mut now = file.clone();
            for list in LISTS {
                let own = |entry: &&Value| origin(list, text(entry, "/name")) == &file.path;
                let hidden = items(&file.data, &format!("/{list}")).iter().filter(|entry| !own(entry));
                let entries: Vec<Value> = items(&self.data, &format!("/{list}")).iter().filter(own).chain(hidden).cloned().collect();
                if !(entries.is_empty() && now.data[list].is_null()) {
                    now.data[list] = entries.into();
                }
            }
            let (old, new) = (before.current(), self.current());
            let takes_it = if new.is_empty() { file.current() == old } else { file.path == self.path };
            if old != new && takes_it {
                now.data["current-context"] = new.into();
            }
            if now.complete() != file.complete() {
                written.push(now);
            }
        }
        written
    }

    /// The file as kubectl writes it.
    pub fn to_yaml(&self) -> String {
        yaml::document(&self.complete())
    }

    /// With every field that the file form has.
    pub fn complete(&self) -> Value {
        let list = |name: &str| {
            let mut all = items(&self.data, &format!("/{name}")).to_vec();
            all.sort_by(|a, b| text(a, "/name").cmp(text(b, "/name")));
            if all.is_empty() { Value::Null } else { Value::Array(all) }
        };
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": list("clusters"),
            "contexts": list("contexts"),
            "users": list("users"),
            "current-context": self.current(),
        })
    }

    pub fn current(&self) -> &str {
        text(&self.data, "/current-context")
    }

    /// The contents of a named entry: `entry("contexts", "dev")` is `{cluster, user, namespace}`.
    pub fn entry(&self, list: &str, name: &str) -> Option<&Value> {
        let entry = items(&self.data, &format!("/{list}")).iter().find(|entry| text(entry, "/name") == name)?;
        entry.get(&list[..list.len() - 1])
    }

    pub fn names(&self, list: &str) -> Vec<String> {
        let mut names: Vec<String> = items(&self.data, &format!("/{list}")).iter().map(|entry| text(entry, "/name").to_owned()).collect();
        names.sort();
        names
    }

    /// The contents of an entry, made if it is not there. The second value says that it was there.
    pub fn entry_mut(&mut self, list: &str, name: &str) -> (&mut Value, bool) {
        let field = &list[..list.len() - 1];
        if !self.data[list].is_array() {
            self.data[list] = json!([]);
        }
        let known = self.entry(list, name).is_some();
        let all = self.data[list].as_array_mut().expect("it was just made a list");
        let at = all.iter().position(|entry| text(entry, "/name") == name).unwrap_or_else(|| {
            all.push(json!({"name": name, field: {}}));
            all.len() - 1
        });
        if !all[at][field].is_object() {
            all[at][field] = Value::Object(Map::new());
        }
        (&mut all[at][field], known)
    }

    pub fn remove(&mut self, list: &str, name: &str) -> bool {
        let Some(Value::Array(all)) = self.data.get_mut(list) else { return false };
        let before = all.len();
        all.retain(|entry| text(entry, "/name") != name);
        all.len() != before
    }

    /// Where requests go, with what the command line overrides.
    pub fn connection(&self, overrides: &Overrides<'_>) -> Outcome<Connection> {
        let name = if overrides.context.is_empty() { self.current() } else { overrides.context };
        let empty = json!({});
        let context = match self.entry("contexts", name) {
            Some(context) => context,
            None if name.is_empty() => &empty,
            None => return Err(Failure::Plain(format!("Error in configuration: context was not found for specified context: {name}")).into()),
        };
        let chosen = |given: &str, field: &str| if given.is_empty() { text(context, field).to_owned() } else { given.to_owned() };
        let (cluster, user) = (chosen(overrides.cluster, "/cluster"), chosen(overrides.user, "/user"));
        let server = match overrides.server {
            "" => self.entry("clusters", &cluster).map_or("", |cluster| text(cluster, "/server")),
            server => server,
        };
        if server.is_empty() && !cluster.is_empty() && self.entry("clusters", &cluster).is_none() {
            return fail(format!("no server found for cluster {cluster:?}"));
        }
        if !overrides.user.is_empty() && self.entry("users", &user).is_none() {
            return fail(format!("auth info {user:?} does not exist"));
        }
        let entry = self.entry("users", &user).cloned().unwrap_or_default();
        let token = match overrides.token {
            "" => text(&entry, "/token"),
            token => token,
        };
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let described = self.entry("clusters", &cluster).cloned().unwrap_or_default();
        let plugin = self.plugin(&user, &entry, &described, &folder)?.filter(|_| token.is_empty());
        let with_token = Credentials { token: (!token.is_empty()).then(|| token.to_owned()), ..Credentials::default() };
        let namespace = match overrides.namespace {
            "" => text(context, "/namespace"),
            namespace => namespace,
        };
        Ok(Connection {
            server: if server.is_empty() { "http://localhost:8080" } else { server.trim_end_matches('/') }.to_owned(),
            namespace: if namespace.is_empty() { "default" } else { namespace }.to_owned(),
            credentials: with_token,
            plugin,
            user: entry,
            user_name: user,
            folder,
            enforce_namespace: !overrides.namespace.is_empty(),
        })
    }
}

impl Kubeconfig {
    /// The plugin of a user, with what it may be told of the cluster.
    fn plugin(&self, name: &str, user: &Value, cluster: &Value, folder: &str) -> Outcome<Option<Plugin>> {
        match text(user, "/auth-provider/name") {
            "" => {}
            "gcp" => return fail(format!("The gcp auth plugin has been removed.\n{}", replaced("\"gke-gcloud-auth-plugin\"", "https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke"))),
            "azure" => return fail(format!("The azure auth plugin has been removed.\n{}", replaced("https://github.com/Azure/kubelogin", "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"))),
            "oidc" if text(user, "/auth-provider/config/idp-issuer-url").is_empty() => return fail("Must provide idp-issuer-url"),
            "oidc" => return not_simulated("the auth-provider oidc of a kubeconfig"),
            other => return fail(format!("no Auth Provider found for name {other:?}")),
        }
        let Some(config) = user.get("exec").filter(|config| config.is_object()) else { return Ok(None) };
        invalid(Plugin::faults(name, config))?;
        let mut config = config.clone();
        let command = text(&config, "/command");
        if command.contains('/') {
            config["command"] = beside(folder, command).into();
        }
        let mut told = json!({"server": text(cluster, "/server")});
        for field in ["tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url"] {
            if let Some(value) = cluster.get(field) {
                told[field] = value.clone();
            }
        }
        told["config"] = Value::Null;
        Ok(Some(Plugin { config, cluster: told }))
    }
}

fn replaced(plugin: &str, page: &str) -> String {
    format!("Please use the {plugin} kubectl/client-go credential plugin instead.\nSee {page} for further details")
}

/// Every plugin with all the fields that the file form has, and with the mode that older versions mean when they say none.
fn complete_plugins(data: &mut Value) {
    for user in data["users"].as_array_mut().into_iter().flatten() {
        if let Some(provider) = user["user"].get_mut("auth-provider").and_then(Value::as_object_mut) {
            provider.entry("config").or_insert(Value::Null);
        }
        let Some(exec) = user["user"].get_mut("exec").and_then(Value::as_object_mut) else { continue };
        let old = exec.get("apiVersion").and_then(Value::as_str).is_some_and(|version| version.ends_with("beta1") || version.ends_with("alpha1"));
        if old && exec.get("interactiveMode").is_none_or(|mode| mode == "") {
            exec.insert("interactiveMode".to_owned(), "IfAvailable".into());
        }
        exec.retain(|name, value| *value != Value::String(String::new()) || name == "command");
        for (field, value) in [("command", Value::from("")), ("args", Value::Null), ("env", Value::Null), ("provideClusterInfo", false.into())] {
            exec.entry(field).or_insert(value);
        }
    }
}

/// What the command line says about where to go.
#[derive(Clone, Debug, Default)]
pub struct Overrides<'a> {
    pub context: &'a str,
    pub cluster: &'a str,
    pub user: &'a str,
    pub server: &'a str,
    pub token: &'a str,
    pub namespace: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_files_are_read_as_one_and_written_where_they_came_from() {
        let first = Kubeconfig::parse("first", b"contexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://one'}}]\n").unwrap();
        let second = Kubeconfig::parse("second", b"current-context: b\ncontexts: [{name: b, context: {cluster: d}}]\nclusters: [{name: c, cluster: {server: 'https://two'}}, {name: d, cluster: {}}]\n").unwrap();
        let mut both = Kubeconfig::merged("first", vec![first, second]);
        assert_eq!((both.current(), both.names("contexts"), both.names("clusters")), ("b", vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned(), "d".to_owned()]));
        assert_eq!(both.entry("clusters", "c").unwrap()["server"], "https://one");
        assert!(both.to_write().is_empty());
        both.entry_mut("contexts", "b").0["namespace"] = json!("shop");
        both.data["current-context"] = json!("a");
        both.entry_mut("users", "new");
        let written = both.to_write();
        assert_eq!(written.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        assert_eq!((written[0].current(), written[0].names("users"), written[0].names("contexts")), ("a", vec!["new".to_owned()], vec!["a".to_owned()]));
        assert_eq!((written[1].current(), written[1].entry("contexts", "b").unwrap()["namespace"].as_str()), ("b", Some("shop")));
        assert_eq!(written[1].entry("clusters", "c").unwrap()["server"], "https://two", "what is hidden stays");
    }

    #[test]
    fn the_context_says_where_to_go() {
        let file = b"current-context: a\nclusters: [{name: c, cluster: {server: 'https://podarium.local:6443'}}]\nusers: [{name: u, user: {token: t}}]\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}]\n";
        let config = Kubeconfig::parse("config", file).unwrap();
        let connection = config.connection(&Overrides::default()).unwrap();
        assert_eq!((connection.server.as_str(), connection.namespace.as_str()), ("https://podarium.local:6443", "shop"));
        assert_eq!(connection.credentials.token.as_deref(), Some("t"));
        let other = config.connection(&Overrides { namespace: "dev", ..Overrides::default() }).unwrap();
        assert!(other.enforce_namespace && other.namespace == "dev");
    }
}

//! A running kubectl: its process, its flags, and what it has found out about the server.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/factory_client_access.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::Timestamp;
use podarium_machine::{ExchangeId, Process, StreamItem};

use crate::discovery::Discovered;
use crate::exec_plugin::{Credentials, PluginPolicy};
use crate::failure::{Failure, Outcome, fail};
use crate::flags::Flags;
use crate::base64;
use crate::kubeconfig::{Connection, Kubeconfig, Overrides};
use crate::unstructured::text;

pub struct Kubectl<'k, 'p> {
    pub process: &'k mut Process<'p>,
    pub flags: Flags,
    pub(crate) warned: BTreeSet<String>,
    connection: Option<Connection>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) plugin_policy: PluginPolicy,
    pub(crate) mapper: Option<Discovered>,
    now: Option<Timestamp>,
    /// Whether the log has named the client's features, and whether there is a connection already.
    pub(crate) told_features: bool,
    pub(crate) connected: bool,
    /// Whether a document of YAML has been printed, which the next one is separated from.
    pub(crate) printed_yaml: bool,
}

impl<'k, 'p> Kubectl<'k, 'p> {
    pub fn new(process: &'k mut Process<'p>, flags: Flags) -> Self {
        Kubectl { process, flags, warned: BTreeSet::new(), connection: None, credentials: None, plugin_policy: PluginPolicy::default(), mapper: None, now: None, told_features: false, connected: false, printed_yaml: false }
    }

    pub fn print(&mut self, text: &str) -> Outcome<()> {
        if !text.is_empty() {
            self.process.print(text)?;
        }
        Ok(())
    }

    pub fn eprint(&mut self, text: &str) -> Outcome<()> {
        if !text.is_empty() {
            self.process.eprint(text)?;
        }
        Ok(())
    }

    pub fn now(&mut self) -> Outcome<Timestamp> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let nanos = self.process.unix_nanos()?;
        let now = Timestamp::from_nanosecond(nanos.into()).or_else(|error| fail(error.to_string()))?;
        self.now = Some(now);
        Ok(now)
    }

    /// The paths of the kubeconfigs, of which some may not exist.
    fn kubeconfig_paths(&self) -> Vec<String> {
        let given = self.flags.text("kubeconfig");
        if !given.is_empty() {
            return vec![given.to_owned()];
        }
        let listed = self.process.env("KUBECONFIG").unwrap_or_default();
        let mut paths: Vec<String> = Vec::new();
        for path in listed.split(':').filter(|path| !path.is_empty()) {
            if !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
        if paths.is_empty() {
            paths.push(format!("{}/.kube/config", self.process.env("HOME").unwrap_or_default()));
        }
        paths
    }

    pub fn kubeconfig(&mut self) -> Outcome<Kubeconfig> {
        let paths = self.kubeconfig_paths();
        let mut files = Vec::new();
        for path in &paths {
            match self.process.read_file(path)? {
                Ok(bytes) => {
                    self.log_info(6, "loader.go:407", &format!("Config loaded from file:  {path}"))?;
                    files.push(Kubeconfig::parse(path, &bytes)?);
                }
                Err(_) if !self.flags.text("kubeconfig").is_empty() => return fail(format!("stat {path}: no such file or directory")),
                Err(_) => {}
            }
        }
        match files.len() {
            0 => Kubeconfig::parse(paths.last().map_or("", String::as_str), b""),
            1 if paths.len() == 1 => Ok(files.swap_remove(0)),
            _ => Ok(Kubeconfig::merged(&files[0].path.clone(), files)),
        }
    }

    pub fn connection(&mut self) -> Outcome<Connection> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let config = self.kubeconfig()?;
        let flags = &self.flags;
        let mut connection = config.connection(&Overrides {
            context: flags.text("context"),
            cluster: flags.text("cluster"),
            user: flags.global_text("user"),
            server: flags.text("server"),
            token: flags.text("token"),
            namespace: flags.text("namespace"),
        })?;
        let flags = &self.flags;
        let about_nobody = ["as-uid", "as-group", "as-user-extra"].iter().any(|flag| !flags.list(flag).is_empty());
        if about_nobody && flags.text("as").is_empty() {
            return fail(format!("requesting uid, groups or user-extra for {} without impersonating a user", connection.user_name));
        }
        let patience = flags.text("request-timeout");
        let seconds = patience.parse::<i64>().is_ok_and(|seconds| seconds >= 0);
        if flags.is_set("request-timeout") && !seconds && crate::duration::parse_duration(patience).is_err() {
            return fail("Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)");
        }
        if connection.plugin.is_none() {
            connection.credentials.certificate = self.client_certificate(&connection)?;
        }
        if let Some(plugin) = &connection.plugin {
            plugin.check_version()?;
        }
        self.connection = Some(connection.clone());
        Ok(connection)
    }

    /// The certificate of the user, in PEM. A file of it is looked for where the kubeconfig lies.
    fn client_certificate(&mut self, connection: &Connection) -> Outcome<Vec<u8>> {
        let user = &connection.user;
        let field = |name: &str| text(user, &format!("/{name}"));
        if field("client-certificate").is_empty() && field("client-certificate-data").is_empty() {
            return Ok(Vec::new());
        }
        let mut faults = Vec::new();
        if field("client-key").is_empty() && field("client-key-data").is_empty() {
            faults.push(format!("client-key-data or client-key must be specified for {} to use the clientCert authentication method.", connection.user_name));
        }
        let mut pem = base64::decode(field("client-certificate-data")).unwrap_or_default();
        for (name, what) in [("client-certificate", "client-cert"), ("client-key", "client-key")] {
            let path = crate::kubeconfig::beside(&connection.folder, field(name));
            if path.is_empty() {
                continue;
            }
            match self.process.read_file(&path)? {
                Ok(bytes) if name == "client-certificate" => pem = bytes,
                Ok(_) => {}
                Err(error) => faults.push(format!("unable to read {what} {path} for {} due to open {path}: {}", connection.user_name, error.to_string().to_lowercase())),
            }
        }
        crate::kubeconfig::invalid(faults)?;
        Ok(pem)
    }

    pub fn namespace(&mut self) -> Outcome<String> {
        Ok(self.connection()?.namespace)
    }

    pub fn read_file(&mut self, path: &str) -> Outcome<Result<Vec<u8>, String>> {
        Ok(self.process.read_file(path)?.map_err(|error| format!("open {path}: {}", error.to_string().to_lowercase())))
    }

    /// What is left of a stream.
    pub fn rest_of(&mut self, stream: ExchangeId) -> Outcome<Vec<u8>> {
        Ok(self.process.repeat(Vec::new(), |process, bytes: &mut Vec<u8>| match process.http_next(stream, None)? {
            StreamItem::Chunk(chunk) => {
                bytes.extend(chunk);
                Ok(ControlFlow::Continue(()))
            }
            _ => Ok(ControlFlow::Break(std::mem::take(bytes))),
        })?)
    }

    /// A failure that concerns no single object is shown, the command goes on.
    pub fn report(&mut self, failure: &Failure) -> Outcome<()> {
        let (message, _) = failure.report();
        self.eprint(&message)
    }
}

//! A running kubectl: its process, its flags, and what it has found out about the server.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/factory_client_access.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::Timestamp;
use podarium_machine::{ExchangeId, Process, StreamItem};

use crate::discovery::Discovered;
use crate::failure::{Failure, Outcome, fail};
use crate::flags::Flags;
use crate::kubeconfig::{Connection, Kubeconfig, Overrides};

pub struct Kubectl<'k, 'p> {
    pub process: &'k mut Process<'p>,
    pub flags: Flags,
    pub(crate) warned: BTreeSet<String>,
    connection: Option<Connection>,
    pub(crate) mapper: Option<Discovered>,
    now: Option<Timestamp>,
    /// Whether a document of YAML has been printed, which the next one is separated from.
    pub(crate) printed_yaml: bool,
}

impl<'k, 'p> Kubectl<'k, 'p> {
    pub fn new(process: &'k mut Process<'p>, flags: Flags) -> Self {
        Kubectl { process, flags, warned: BTreeSet::new(), connection: None, mapper: None, now: None, printed_yaml: false }
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

    /// The path of the kubeconfig.
    pub fn kubeconfig_path(&self) -> String {
        let given = self.flags.text("kubeconfig");
        if !given.is_empty() {
            return given.to_owned();
        }
        match self.process.env("KUBECONFIG").filter(|path| !path.is_empty()) {
            Some(path) => path.split(':').find(|part| !part.is_empty()).unwrap_or_default().to_owned(),
            None => format!("{}/.kube/config", self.process.env("HOME").unwrap_or_default()),
        }
    }

    pub fn kubeconfig(&mut self) -> Outcome<Kubeconfig> {
        let path = self.kubeconfig_path();
        match self.process.read_file(&path)? {
            Ok(bytes) => Kubeconfig::parse(&path, &bytes),
            Err(_) if !self.flags.text("kubeconfig").is_empty() => fail(format!("stat {path}: no such file or directory")),
            Err(_) => Kubeconfig::parse(&path, b""),
        }
    }

    pub fn connection(&mut self) -> Outcome<Connection> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let config = self.kubeconfig()?;
        let flags = &self.flags;
        let connection = config.connection(&Overrides {
            context: flags.text("context"),
            cluster: flags.text("cluster"),
            user: flags.global_text("user"),
            server: flags.text("server"),
            token: flags.text("token"),
            namespace: flags.text("namespace"),
        })?;
        self.connection = Some(connection.clone());
        Ok(connection)
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

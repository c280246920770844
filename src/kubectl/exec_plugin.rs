//! Exec plugins: a program that the kubeconfig names is run for credentials, and writes them to its standard output.
//!
//! Models: staging/src/k8s.io/client-go/plugin/pkg/client/auth/exec/exec.go, v1.36.
//! Simplified: credentials that expire while kubectl runs are not renewed; a key is not held against its certificate.

use std::collections::BTreeMap;

use podarium_machine::{Errno, OpenMode, Spawn};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::local::clean_path;
use crate::manifest::first_document;
use crate::printers::json as json_printer;
use crate::unstructured::{flag, items, text};

const GROUP: &str = "client.authentication.k8s.io";
const HINT: &str = "

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";

/// What a request is sent with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Credentials {
    pub token: Option<String>,
    /// In PEM.
    pub certificate: Vec<u8>,
}

/// Which programs may be run, as the kuberc says: a policy and its list.
#[derive(Clone, Debug, Default)]
pub struct PluginPolicy {
    pub policy: String,
    pub allowed: Vec<String>,
}

/// A plugin as the kubeconfig describes it, with what it is told of the cluster.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The `exec` of a user. A command with a slash is already where the kubeconfig lies.
    pub config: Value,
    pub cluster: Value,
}

impl Plugin {
    /// What is wrong with the `exec` of a user.
    pub fn faults(user: &str, config: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        for field in ["command", "apiVersion"] {
            if text(config, &format!("/{field}")).is_empty() {
                faults.push(format!("{field} must be specified for {user} to use exec authentication plugin"));
            }
        }
        if items(config, "/env").iter().any(|variable| text(variable, "/name").is_empty()) {
            faults.push(format!("env variable name must be specified for {user} to use exec authentication plugin"));
        }
        match text(config, "/interactiveMode") {
            "" => faults.push(format!("interactiveMode must be specified for {user} to use exec authentication plugin")),
            "Never" | "IfAvailable" | "Always" => {}
            mode => faults.push(format!("invalid interactiveMode for {user}: {mode:?}")),
        }
        faults
    }

    /// Only these versions are spoken; it is complained of before anything is run.
    pub fn check_version(&self) -> Outcome<()> {
        let version = text(&self.config, "/apiVersion");
        match version.strip_prefix(GROUP) {
            Some("/v1" | "/v1beta1") => Ok(()),
            _ => fail(format!("exec plugin: invalid apiVersion {version:?}")),
        }
    }

    /// Runs the plugin.
    pub fn run(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<Credentials> {
        let version = text(&self.config, "/apiVersion");
        let interactive = self.is_interactive(kubectl)?;
        let command = clean_path(text(&self.config, "/command"));
        allow(kubectl, &command)?;
        let mut spec = json!({"interactive": interactive});
        if flag(&self.config, "/provideClusterInfo") {
            spec = json!({"cluster": self.cluster, "interactive": interactive});
        }
        let info = format!("{{\"kind\":\"ExecCredential\",\"apiVersion\":{},\"spec\":{}}}\n", json_printer::compact(&version.into()), json_printer::compact(&spec));
        let mut env: BTreeMap<String, String> = kubectl.process.all_env().into_iter().collect();
        for variable in items(&self.config, "/env") {
            env.insert(text(variable, "/name").to_owned(), text(variable, "/value").to_owned());
        }
        env.insert("KUBERNETES_EXEC_INFO".to_owned(), info);
        let mut argv = vec![command.clone()];
        argv.extend(items(&self.config, "/args").iter().filter_map(Value::as_str).map(str::to_owned));
        let output = match run_for_output(kubectl, argv, env, interactive)? {
            Ok((0, output)) => output,
            Ok((code, _)) => return fail(format!("exec: executable {command} failed with exit code {code}")),
            Err(error) if command.contains('/') => {
                let why = if error == Errno::NoEntry { "no such file or directory".to_owned() } else { error.to_string().to_lowercase() };
                return fail(format!("exec: fork/exec {command}: {why}"));
            }
            Err(_) => {
                let hint = text(&self.config, "/installHint");
                let hint = if hint.is_empty() { String::new() } else { format!("\n\n{hint}") };
                return fail(format!("exec: executable {command} not found{HINT}{hint}"));
            }
        };
        read(version, &output).or_else(fail)
    }

    fn is_interactive(&self, kubectl: &Kubectl<'_, '_>) -> Outcome<bool> {
        let is_terminal = kubectl.process.is_tty(0);
        match text(&self.config, "/interactiveMode") {
            "Never" => Ok(false),
            "Always" if !is_terminal => fail("exec plugin cannot support interactive mode: standard input is not a terminal"),
            _ => Ok(is_terminal),
        }
    }
}

fn allow(kubectl: &mut Kubectl<'_, '_>, command: &str) -> Outcome<()> {
    let policy = kubectl.plugin_policy.clone();
    match policy.policy.as_str() {
        "DenyAll" => fail(format!("plugin {command:?} not allowed: policy set to \"DenyAll\"")),
        "Allowlist" if !policy.allowed.iter().any(|allowed| allowed == command) => {
            fail(format!("plugin path {command:?} is not permitted by the credential plugin allowlist"))
        }
        _ => Ok(()),
    }
}

/// Runs a program; its exit code, and what it wrote to standard output.
fn run_for_output(kubectl: &mut Kubectl<'_, '_>, argv: Vec<String>, env: BTreeMap<String, String>, interactive: bool) -> Outcome<Result<(i32, Vec<u8>), Errno>> {
    let process = &mut *kubectl.process;
    let (read, write) = process.pipe()?;
    let input = if interactive { 0 } else { process.open("/dev/null", OpenMode::Read)?.unwrap_or(0) };
    let spawn = Spawn { env: Some(env.into()), ..Spawn::new(&argv).fd(0, input).fd(1, write) };
    let spawned = process.spawn(spawn)?;
    process.close(write)?;
    if input != 0 {
        process.close(input)?;
    }
    let outcome = match spawned {
        Ok(child) => {
            let output = process.read_to_end(read)?;
            Ok((process.wait(child)?.map_or(-1, |status| status.code), output))
        }
        Err(error) => Err(error),
    };
    process.close(read)?;
    Ok(outcome)
}

/// The credentials that a plugin wrote.
fn read(version: &str, output: &[u8]) -> Result<Credentials, String> {
    let written = String::from_utf8_lossy(output);
    let answer = match first_document(&written).map_err(|error| format!("decoding stdout: {error}"))? {
        Value::Null => json!({}),
        answer => answer,
    };
    if !answer.is_object() {
        let typed = r#"value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
        return Err(format!("decoding stdout: couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go {typed}", podarium_api::decode::go_kind(&answer)));
    }
    let (kind, returned) = (text(&answer, "/kind"), text(&answer, "/apiVersion"));
    let known = matches!((kind, returned.strip_prefix(GROUP)), ("ExecCredential", Some("/v1" | "/v1beta1")));
    // Who says nothing of a version means that of the program's own form.
    if !known && !(matches!(kind, "" | "ExecCredential") && returned.is_empty()) {
        return Err(format!("decoding stdout: no kind {kind:?} is registered for version {returned:?} in scheme \"pkg/client/auth/exec/exec.go:64\""));
    }
    if returned != version {
        let returned = if returned.is_empty() { format!("{GROUP}/__internal") } else { returned.to_owned() };
        return Err(format!("exec plugin is configured to use API version {version}, plugin returned version {returned}"));
    }
    let Some(status) = answer.get("status").filter(|status| status.is_object()) else { return Err("exec plugin didn't return a status field".to_owned()) };
    let [token, certificate, key] = ["token", "clientCertificateData", "clientKeyData"].map(|field| text(status, &format!("/{field}")));
    if token.is_empty() && certificate.is_empty() && key.is_empty() {
        return Err("exec plugin didn't return a token or cert/key pair".to_owned());
    }
    if certificate.is_empty() != key.is_empty() {
        return Err("exec plugin returned only certificate or key, not both".to_owned());
    }
    for (what, pem) in [("certificate", certificate), ("key", key)] {
        if !pem.is_empty() && !pem.contains("-----BEGIN ") {
            return Err(format!("failed parsing client key/certificate: tls: failed to find any PEM data in {what} input"));
        }
    }
    Ok(Credentials { token: (!token.is_empty()).then(|| token.to_owned()), certificate: certificate.as_bytes().to_vec() })
}

impl Kubectl<'_, '_> {
    /// With what the next request goes; a plugin is run once for all of them.
    pub(crate) fn credentials(&mut self, method: &str, url: &str) -> Outcome<Credentials> {
        if let Some(credentials) = &self.credentials {
            return Ok(credentials.clone());
        }
        let connection = self.connection()?;
        let credentials = match &connection.plugin {
            None => connection.credentials.clone(),
            Some(plugin) => match caught(plugin.run(self))? {
                Ok(credentials) => credentials,
                Err(failure) => {
                    return Err(Failure::Credentials { method: method.to_owned(), url: url.to_owned(), why: failure.to_string() }.into());
                }
            },
        };
        self.credentials = Some(credentials.clone());
        Ok(credentials)
    }

    /// The server takes these credentials for nobody's: the plugin is asked for others, for the next request.
    pub(crate) fn refresh_credentials(&mut self) -> Outcome<()> {
        let Some(plugin) = self.connection()?.plugin else { return Ok(()) };
        match caught(plugin.run(self))? {
            Ok(credentials) => self.credentials = Some(credentials),
            Err(failure) => self.log_error("exec.go:380", &format!("refreshing credentials: {failure}"))?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_answers_in_the_version_in_which_it_is_asked() {
        let version = "client.authentication.k8s.io/v1";
        let answer = |status: &str| format!(r#"{{"kind": "ExecCredential", "apiVersion": "{version}", "status": {status}}}"#);
        assert_eq!(read(version, answer(r#"{"token": "t"}"#).as_bytes()).unwrap().token.as_deref(), Some("t"));
        for (output, why) in [
            (answer("{}"), "exec plugin didn't return a token or cert/key pair".to_owned()),
            (answer(r#"{"clientKeyData": "k"}"#), "exec plugin returned only certificate or key, not both".to_owned()),
            (answer("{}").replace("/v1", "/v1beta1"), format!("exec plugin is configured to use API version {version}, plugin returned version {version}beta1")),
        ] {
            assert_eq!(read(version, output.as_bytes()), Err(why));
        }
    }

    #[test]
    fn what_a_plugin_needs_is_said_by_field() {
        assert_eq!(Plugin::faults("u", &json!({"command": "c", "apiVersion": "v", "interactiveMode": "Never"})), Vec::<String>::new());
        assert_eq!(Plugin::faults("u", &json!({})).len(), 3);
    }
}

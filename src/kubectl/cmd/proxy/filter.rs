//! Which requests `kubectl proxy` lets through.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go (FilterServer), v1.36.
//! Simplified: nothing.

use podarium_api::custom::pattern_error;
use regex::Regex;

use crate::flags::Flags;

/// Which requests are passed on.
pub(super) struct Filter {
    accept_paths: Vec<Regex>,
    reject_paths: Vec<Regex>,
    accept_hosts: Vec<Regex>,
    reject_methods: Vec<Regex>,
}

impl Filter {
    /// Reads the expressions. An error is that of the first which cannot be read.
    pub fn of(flags: &Flags) -> Result<Self, String> {
        let list = |name: &str| -> Result<Vec<Regex>, String> {
            let parts = flags.text(name).split(',').filter(|_| !flags.text(name).is_empty());
            parts.map(|part| pattern_error(part).map_or_else(|| Regex::new(part).map_err(|error| error.to_string()), Err)).collect()
        };
        Ok(Filter { accept_paths: list("accept-paths")?, reject_paths: list("reject-paths")?, accept_hosts: list("accept-hosts")?, reject_methods: list("reject-methods")? })
    }

    pub fn accepts(&self, method: &str, path: &str, host: &str) -> bool {
        let any = |list: &[Regex], text: &str| list.iter().any(|regex| regex.is_match(text));
        !any(&self.reject_paths, path) && !any(&self.reject_methods, method) && any(&self.accept_paths, path) && any(&self.accept_hosts, host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::proxy::command::OWN;

    #[test]
    fn what_is_dangerous_is_rejected() {
        let flags = Flags::parse(&OWN.iter().collect::<Vec<_>>(), &[]).unwrap();
        let Ok(filter) = Filter::of(&flags) else { panic!("the defaults are expressions") };
        let cases = [
            ("/api/v1/namespaces", "127.0.0.1", true),
            ("/api/v1/namespaces/default/pods/web/exec", "127.0.0.1", false),
            ("/api/v1/namespaces/default/pods/web/attach", "localhost", false),
            ("/api/v1/namespaces/default/pods/web/log", "localhost", true),
            ("/version", "evil.example", false),
        ];
        for (path, host, passes) in cases {
            assert_eq!(filter.accepts("GET", path, host), passes, "{path} of {host}");
        }
    }
}

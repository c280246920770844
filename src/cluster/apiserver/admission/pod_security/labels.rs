//! The labels of a namespace that say which level it wants, and for what.
//!
//! Models: staging/src/k8s.io/pod-security-admission/api/{helpers,constants}.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt;

use podarium_api::field::FieldError;

const PREFIX: &str = "pod-security.kubernetes.io/";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Privileged,
    Baseline,
    Restricted,
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "privileged" => Some(Level::Privileged),
            "baseline" => Some(Level::Baseline),
            "restricted" => Some(Level::Restricted),
            _ => None,
        }
    }
}

/// A level in the form of a version of Kubernetes; without one it is the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub level: Level,
    /// The minor version.
    pub version: Option<u32>,
}

impl fmt::Display for Policy {
    /// `restricted:latest`, `baseline:v1.30`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        match self.version {
            None => write!(f, "{level}:latest"),
            Some(minor) => write!(f, "{level}:v1.{minor}"),
        }
    }
}

/// What a namespace wants enforced, noted and warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policies {
    pub enforce: Policy,
    pub audit: Policy,
    pub warn: Policy,
}

impl Policies {
    pub fn are_privileged(&self) -> bool {
        [self.enforce, self.audit, self.warn].iter().all(|policy| policy.level == Level::Privileged)
    }

    /// Reads the labels. What cannot be read is enforced at its strictest, and neither noted nor warned of.
    pub fn of(labels: Option<&BTreeMap<String, String>>) -> (Self, Vec<FieldError>) {
        let nothing = Policy { level: Level::Privileged, version: None };
        let mut policies = Policies { enforce: nothing, audit: nothing, warn: nothing };
        let mut errors = Vec::new();
        if !labels.is_some_and(|labels| labels.keys().any(|name| name.starts_with(PREFIX))) {
            return (policies, errors);
        }
        let label = |name: &str| labels.and_then(|labels| labels.get(&format!("{PREFIX}{name}"))).map(String::as_str);
        let mut fault = |name: &str, value: &str, why: &str| {
            errors.push(FieldError::invalid(format!("metadata.labels[{PREFIX}{name}]"), value, why));
        };
        let mut enforced = false;
        for (mode, policy, otherwise) in [
            ("enforce", &mut policies.enforce, Level::Restricted),
            ("audit", &mut policies.audit, Level::Privileged),
            ("warn", &mut policies.warn, Level::Privileged),
        ] {
            if let Some(text) = label(mode) {
                let level = Level::parse(text);
                enforced |= mode == "enforce" && level.is_some();
                policy.level = level.unwrap_or_else(|| {
                    fault(mode, text, "must be one of privileged, baseline, restricted");
                    otherwise
                });
            }
            let name = format!("{mode}-version");
            if let Some(text) = label(&name) {
                policy.version = version(text).unwrap_or_else(|| {
                    fault(&name, text, "must be \"latest\" or \"v1.x\"");
                    None
                });
            }
        }
        // What is enforced is also warned of, so that who writes a Deployment hears of it at once.
        if label("warn").is_none() && enforced && policies.enforce.level > policies.warn.level {
            policies.warn.level = policies.enforce.level;
            if label("warn-version").is_none() {
                policies.warn.version = policies.enforce.version;
            }
        }
        (policies, errors)
    }
}

/// `latest`, or the minor version of `v1.x`; `None` for anything else.
fn version(text: &str) -> Option<Option<u32>> {
    if text == "latest" {
        return Some(None);
    }
    let digits = text.strip_prefix("v1.")?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    plain.then(|| digits.parse().ok()).flatten().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_the_level_and_what_it_is_for() {
        let cases: [(&[(&str, &str)], &str, usize); 6] = [
            (&[], "privileged:latest privileged:latest privileged:latest", 0),
            (&[("enforce", "restricted")], "restricted:latest privileged:latest restricted:latest", 0),
            (&[("enforce", "restricted"), ("enforce-version", "v1.30")], "restricted:v1.30 privileged:latest restricted:v1.30", 0),
            (&[("enforce", "restricted"), ("warn", "baseline")], "restricted:latest privileged:latest baseline:latest", 0),
            (&[("enforce", "strict"), ("audit", "strict")], "restricted:latest privileged:latest privileged:latest", 2),
            (&[("warn-version", "1.30")], "privileged:latest privileged:latest privileged:latest", 1),
        ];
        for (labels, expected, faults) in cases {
            let labels = labels.iter().map(|(name, value)| (format!("{PREFIX}{name}"), (*value).to_owned())).collect();
            let (policies, errors) = Policies::of(Some(&labels));
            assert_eq!(format!("{} {} {}", policies.enforce, policies.audit, policies.warn), expected, "{labels:?}");
            assert_eq!(errors.len(), faults, "{labels:?} {errors:?}");
        }
    }
}

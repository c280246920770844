//! The kinds whose types a policy is checked against: those that its rules name without a wildcard.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go (typesToCheck),
//! staging/src/k8s.io/apimachinery/pkg/api/meta/restmapper.go (KindsFor), v1.36.
//! Simplified: the mapper knows of a new definition at once, not when it next asks; parameters of kinds in alpha and beta that
//! are not served may have any field; lists of custom kinds are not looked at.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{ParamKind, ValidatingAdmissionPolicySpec};

use crate::cel::Type;
use crate::custom::Definition;
use crate::{Kind, openapi, versions};

/// How many kinds one rule adds at most.
const MOST: usize = 10;

/// A kind in one of its versions. They are ordered by group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VersionedKind {
    pub group: String,
    pub version: String,
    pub kind: String,
}

impl fmt::Display for VersionedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// The kinds that a cluster serves: the built-in ones, and those of these definitions.
pub(super) struct Served<'a>(pub &'a [Arc<Definition>]);

impl Served<'_> {
    /// The kinds that the rules name. When one rule has named ten, all that follow are left out, those of later rules too.
    pub fn named_by(&self, spec: &ValidatingAdmissionPolicySpec) -> BTreeSet<VersionedKind> {
        let mut found = BTreeSet::new();
        let rules = spec.match_constraints.iter().flat_map(|constraints| constraints.resource_rules.iter().flatten());
        for rule in rules {
            let (groups, versions, resources) = (sorted(rule.api_groups.as_ref()), sorted(rule.api_versions.as_ref()), sorted(rule.resources.as_ref()));
            if groups.iter().chain(&versions).any(|name| name.contains('*')) {
                continue;
            }
            let mut count = 0;
            for group in &groups {
                for version in &versions {
                    for resource in resources.iter().filter(|resource| !resource.contains(['*', '/'])) {
                        for kind in self.kinds_of(group, version, resource) {
                            found.insert(kind);
                            count += 1;
                            if count == MOST {
                                return found;
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// The kinds behind a resource. The group without a name stands for any group, and a resource has a singular too.
    fn kinds_of(&self, group: &str, version: &str, resource: &str) -> Vec<VersionedKind> {
        let resource = resource.to_lowercase();
        let mut found: Vec<VersionedKind> = Vec::new();
        let mut add = |own: (&str, &str, &str), names: (&str, &str)| {
            if (!group.is_empty() && own.0 != group) || own.1 != version {
                return;
            }
            let list = format!("{}list", own.2.to_lowercase());
            let kind = if resource == names.0 || resource == names.1 {
                own.2.to_owned()
            } else if resource.strip_suffix('s').unwrap_or(&resource) == list {
                format!("{}List", own.2)
            } else {
                return;
            };
            let kind = VersionedKind { group: own.0.to_owned(), version: version.to_owned(), kind };
            if !found.contains(&kind) {
                found.push(kind);
            }
        };
        for info in Kind::ALL.iter().map(|kind| kind.info()) {
            add((info.group, info.version, info.kind), (info.plural, info.singular));
            for other in versions::of(&info, false) {
                add((other.group, other.version, other.kind), (info.plural, info.singular));
            }
        }
        // What can be made and is not kept.
        add(("", "v1", "Binding"), ("bindings", "binding"));
        for info in self.0.iter().map(|definition| definition.info()) {
            add((info.group, info.version, info.kind), (info.plural, info.singular));
        }
        found
    }

    /// The type of a kind's objects, called by this name; `None` if nobody describes it.
    pub fn type_of(&self, kind: &VersionedKind, name: &str) -> Option<Type> {
        let VersionedKind { group, version, kind } = kind;
        let custom = self.0.iter().find(|definition| {
            let info = definition.info();
            (info.group, info.version, info.kind) == (group.as_str(), version.as_str(), kind.as_str())
        });
        match custom {
            Some(definition) => Some(openapi::type_of_custom(definition.schema_value(), name)),
            None => openapi::type_of_built_in(group, version, kind, name),
        }
    }
}

/// The kind of a policy's parameters; `None` if it names none in a way that can be read.
pub(super) fn kind_of_params(kind: &ParamKind) -> Option<VersionedKind> {
    let api_version = kind.api_version.as_deref().unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let of = |text: &str| text.to_owned();
    (!version.contains('/')).then(|| VersionedKind { group: of(group), version: of(version), kind: kind.kind.clone().unwrap_or_default() })
}

fn sorted(names: Option<&Vec<String>>) -> Vec<&str> {
    let mut names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn named(rules: &Value) -> String {
        let spec = serde_json::from_value(json!({"matchConstraints": {"resourceRules": rules}})).unwrap();
        Served(&[]).named_by(&spec).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn rule(group: &str, version: &str, resources: &[&str]) -> Value {
        json!({"apiGroups": [group], "apiVersions": [version], "operations": ["*"], "resources": resources})
    }

    #[test]
    fn rules_name_kinds() {
        let nine = ["configmaps", "endpoints", "limitranges", "namespaces", "nodes", "persistentvolumes", "pods", "secrets", "services"];
        let core = "/v1, Kind=ConfigMap; /v1, Kind=Endpoints; /v1, Kind=LimitRange; /v1, Kind=Namespace; /v1, Kind=Node; /v1, Kind=PersistentVolume; /v1, Kind=Pod; /v1, Kind=Secret; /v1, Kind=Service";
        let cases = [
            (json!([]), String::new()),
            (json!([rule("apps", "v1", &["deployments"])]), "apps/v1, Kind=Deployment".to_owned()),
            (json!([rule("apps", "v1", &["deployments"]), rule("", "v1", &["pods"])]), "/v1, Kind=Pod; apps/v1, Kind=Deployment".to_owned()),
            (json!([rule("apps", "v1", &["*"])]), String::new()),
            (json!([rule("*", "v1", &["deployments"]), rule("apps", "*", &["deployments"])]), String::new()),
            (json!([rule("apps", "v1", &["pods/*", "deployments/scale", "*/scale"])]), String::new()),
            (json!([rule("apps", "v1", &["deployments", "*/scale", "deployments"]), rule("apps", "*", &["deployments"])]), "apps/v1, Kind=Deployment".to_owned()),
            (json!([rule("apps", "v1", &["gadgets"]), rule("", "v2", &["pods"]), rule("batch", "v1", &["deployments"])]), String::new()),
            // What a mapper makes of names that nobody should write.
            (json!([rule("", "v1", &["deployments"])]), "apps/v1, Kind=Deployment".to_owned()),
            (json!([rule("apps", "v1", &["Deployment"]), rule("apps", "v1", &["replicasetlists"])]), "apps/v1, Kind=Deployment; apps/v1, Kind=ReplicaSetList".to_owned()),
            (json!([rule("apps", "v1", &["deploy"])]), String::new()),
            (json!([rule("", "v1", &["events"])]), "/v1, Kind=Event; events.k8s.io/v1, Kind=Event".to_owned()),
            (json!([{"apiGroups": ["autoscaling"], "apiVersions": ["v2", "v1"], "resources": ["horizontalpodautoscalers"]}]), "autoscaling/v1, Kind=HorizontalPodAutoscaler; autoscaling/v2, Kind=HorizontalPodAutoscaler".to_owned()),
            // Ten of one rule are the last; nine are not.
            (json!([rule("", "v1", &nine), rule("apps", "v1", &["deployments"])]), format!("{core}; apps/v1, Kind=Deployment")),
            (json!([rule("", "v1", &[&nine[..], &["resourcequotas", "serviceaccounts"]].concat()), rule("apps", "v1", &["deployments"])]), core.replace("Kind=Secret; /v1, Kind=Service", "Kind=ResourceQuota; /v1, Kind=Secret; /v1, Kind=ServiceAccount")),
        ];
        for (rules, kinds) in cases {
            assert_eq!(named(&rules), kinds, "{rules}");
        }
    }

    #[test]
    fn every_kind_that_is_served_has_a_type() {
        let without: Vec<&str> = Kind::ALL
            .iter()
            .map(|kind| kind.info())
            // What add-ons serve they describe themselves.
            .filter(|info| info.group != "metrics.k8s.io")
            .filter(|info| openapi::type_of_built_in(info.group, info.version, info.kind, "T").is_none_or(|found| found == Type::Dyn))
            .map(|info| info.kind)
            .collect();
        assert_eq!(without, Vec::<&str>::new());
    }
}

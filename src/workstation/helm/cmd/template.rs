//! `helm template`.

use podarium_kubectl::failure::{Outcome, caught, fail};
use podarium_kubectl::flags::{Flag, Takes};
use serde_json::Value;

use super::super::command::Helm;
use super::super::engine::Context;
use super::super::manifest;

pub(super) const FLAGS: &[Flag] = &[
    Flag::new("show-only", Takes::Repeated, "").short('s'),
    Flag::text("output-dir"),
    Flag::bool("validate"),
    Flag::bool("include-crds"),
    Flag::bool("skip-tests"),
    Flag::bool("is-upgrade"),
    Flag::text("kube-version"),
    Flag::new("api-versions", Takes::List, "").short('a'),
    Flag::bool("release-name"),
];

/// The cluster that helm imagines when it asks none.
pub(super) const KUBE_VERSION: &str = "v1.36.0";

/// The versions of the API that helm knows by itself.
pub(super) fn known_versions() -> Vec<String> {
    [
        "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1", "admissionregistration.k8s.io/v1beta1", "internal.apiserver.k8s.io/v1alpha1", "apps/v1", "apps/v1beta1", "apps/v1beta2",
        "authentication.k8s.io/v1", "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1", "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2",
        "batch/v1", "batch/v1beta1", "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1", "coordination.k8s.io/v1alpha2", "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1",
        "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1",
        "flowcontrol.apiserver.k8s.io/v1beta2", "flowcontrol.apiserver.k8s.io/v1beta3", "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1",
        "policy/v1", "policy/v1beta1", "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1", "resource.k8s.io/v1beta2",
        "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3", "scheduling.k8s.io/v1alpha1", "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "storage.k8s.io/v1beta1", "storage.k8s.io/v1",
        "storage.k8s.io/v1alpha1", "apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1",
    ]
    .map(str::to_owned)
    .into()
}

const HINT: &str = "\n\nUse --debug flag to render out invalid YAML";

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    for name in ["output-dir", "name-template"] {
        if !helm.flags().text(name).is_empty() {
            return fail(format!("not simulated: --{name}"));
        }
    }
    let (name, reference) = super::install::name_and_chart(helm)?;
    let mut chart = helm.locate(&reference)?;
    let given = helm.given_values()?;
    match chart.metadata["type"].as_str().unwrap_or_default() {
        "" | "application" => {}
        other => return fail(format!("{other} charts are not installable")),
    }
    helm.check_dependencies(&chart)?;
    let online = helm.flags().text("dry-run") == "server" || helm.flags().bool("validate");
    let (kube_version, api_versions) = if online {
        helm.capabilities()?
    } else {
        let given = helm.flags().text("kube-version").to_owned();
        let version = match given.as_str() {
            "" => KUBE_VERSION.to_owned(),
            text => match super::super::functions::Version::parse(text) {
                Some(version) => format!("v{}.{}.{}", version.major, version.minor, version.patch),
                None => return fail(format!("invalid kube version '{text}': could not parse {text:?} as version")),
            },
        };
        (version, [known_versions(), helm.flags().list("api-versions")].concat())
    };
    let namespace = {
        let given = helm.flags().text("namespace").to_owned();
        if given.is_empty() { helm.namespace()? } else { given }
    };
    if let Err(why) = super::super::release::check_name(&name) {
        return super::install::name_refused(helm, &format!("release name {name:?}: {why}"));
    }
    let context = Context { name, namespace, revision: 1, is_upgrade: helm.flags().bool("is-upgrade"), kube_version, api_versions };
    let rendered = match caught(helm.render(&mut chart, &given, &context, online))? {
        Ok(rendered) => rendered,
        // Values that do not fit were found before anything was rendered.
        Err(failure) if failure.text().starts_with("values don't meet") => return fail(failure.text()),
        Err(failure) => return fail(format!("{}{HINT}", failure.text())),
    };
    let mut text = format!("{}\n", rendered.manifest.trim());
    if !helm.flags().bool("no-hooks") {
        let skip_tests = helm.flags().bool("skip-tests");
        let is_test = |hook: &Value| hook["events"].as_array().is_some_and(|events| events.iter().any(|event| event == "test"));
        for hook in rendered.hooks.iter().filter(|hook| !(skip_tests && is_test(hook))) {
            text.push_str(&format!("---\n# Source: {}\n{}\n", hook["path"].as_str().unwrap_or_default(), hook["manifest"].as_str().unwrap_or_default()));
        }
    }
    let wanted = helm.flags().list("show-only");
    if wanted.is_empty() {
        return helm.print(&text);
    }
    let documents = manifest::split(&text);
    let mut out = String::new();
    for pattern in wanted {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let source = |document: &String| document.lines().next().and_then(|line| line.strip_prefix("# Source: ")).and_then(|path| path.split_once('/')).map(|(_, rest)| rest.to_owned());
        let found: Vec<&String> = documents.iter().filter(|document| source(document).is_some_and(|path| crate::git::glob(&chars(&pattern), &chars(&path)))).collect();
        if found.is_empty() {
            return fail(format!("could not find template {pattern} in chart"));
        }
        found.iter().for_each(|document| out.push_str(&format!("---\n{document}\n")));
    }
    helm.print(&out)
}

//! What each command and each flag takes, as far as it can be completed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd (ValidArgsFunction, RegisterFlagCompletionFunc), v1.36.
//! Simplified: nothing.

/// What can stand in a place of a command line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The shell completes files.
    Files,
    /// One of these.
    Words(&'static [&'static str]),
    /// A type and then names, or `TYPE/NAME`; of these types if there are any, and more than once if `repeats`.
    Objects { types: &'static [&'static str], repeats: bool },
    /// The name of one object of this type.
    Name(&'static str),
    /// The same for a flag, at any place.
    Names(&'static str),
    Pod,
    PodAndContainer,
    PodAndPort,
    /// A container of the pod that was named first.
    Container,
    Context { anywhere: bool },
    Cluster { anywhere: bool },
    User { anywhere: bool },
    Copy,
    /// These whatever has been typed.
    AllOf(&'static [&'static str]),
}

const ROLLABLE: &[&str] = &["deployment", "daemonset", "statefulset"];
const SCALABLE: &[&str] = &["deployment", "replicaset", "replicationcontroller", "statefulset"];
const FORMATS: &[&str] = &[
    "json", "yaml", "kyaml", "name", "go-template", "go-template-file", "template", "templatefile", "jsonpath", "jsonpath-as-json", "jsonpath-file",
    "custom-columns", "custom-columns-file", "wide",
];

const COMMANDS: &[(&str, Kind)] = &[
    ("annotate", Kind::Objects { types: &[], repeats: true }),
    ("apply edit-last-applied", Kind::Objects { types: &[], repeats: true }),
    ("apply view-last-applied", Kind::Objects { types: &[], repeats: true }),
    ("attach", Kind::Pod),
    ("autoscale", Kind::Objects { types: SCALABLE, repeats: true }),
    ("completion", Kind::Words(&["bash", "fish", "powershell", "zsh"])),
    ("config delete-cluster", Kind::Cluster { anywhere: false }),
    ("config delete-context", Kind::Context { anywhere: false }),
    ("config delete-user", Kind::User { anywhere: false }),
    ("config rename-context", Kind::Context { anywhere: false }),
    ("config set-context", Kind::Context { anywhere: false }),
    ("config use-context", Kind::Context { anywhere: false }),
    ("cordon", Kind::Name("node")),
    ("cp", Kind::Copy),
    ("create token", Kind::Name("serviceaccount")),
    ("debug", Kind::Objects { types: &[], repeats: true }),
    ("delete", Kind::Objects { types: &[], repeats: true }),
    ("describe", Kind::Objects { types: &[], repeats: true }),
    ("drain", Kind::Name("node")),
    ("edit", Kind::Objects { types: &[], repeats: true }),
    ("exec", Kind::Pod),
    ("expose", Kind::Objects { types: &["pod", "service", "replicationcontroller", "deployment", "replicaset"], repeats: true }),
    ("get", Kind::Objects { types: &[], repeats: true }),
    ("label", Kind::Objects { types: &[], repeats: true }),
    ("logs", Kind::PodAndContainer),
    ("patch", Kind::Objects { types: &[], repeats: true }),
    ("port-forward", Kind::PodAndPort),
    ("rollout history", Kind::Objects { types: ROLLABLE, repeats: true }),
    ("rollout pause", Kind::Objects { types: &["deployment"], repeats: true }),
    ("rollout restart", Kind::Objects { types: ROLLABLE, repeats: true }),
    ("rollout resume", Kind::Objects { types: &["deployment"], repeats: true }),
    ("rollout status", Kind::Objects { types: ROLLABLE, repeats: false }),
    ("rollout undo", Kind::Objects { types: ROLLABLE, repeats: true }),
    ("scale", Kind::Objects { types: SCALABLE, repeats: true }),
    ("set image", Kind::Objects { types: &["daemonsets", "deployments", "pods", "cronjobs", "replicasets", "replicationcontrollers", "statefulsets"], repeats: false }),
    ("taint", Kind::Objects { types: &["node"], repeats: true }),
    ("top node", Kind::Name("node")),
    ("top pod", Kind::Name("pod")),
    ("uncordon", Kind::Name("node")),
];

pub(super) fn of_command(name: &str) -> Kind {
    let name = name.strip_prefix("kubectl ").unwrap_or_default();
    COMMANDS.iter().find(|(command, _)| *command == name).map_or(Kind::Files, |(_, kind)| *kind)
}

pub(super) fn of_flag(command: &str, flag: &str) -> Kind {
    match (command, flag) {
        ("kubectl config set-context", "cluster") | (_, "cluster") => Kind::Cluster { anywhere: true },
        (_, "namespace") => Kind::Names("namespace"),
        (_, "context") => Kind::Context { anywhere: true },
        ("kubectl create clusterrolebinding", "clusterrole") => Kind::Names("clusterrole"),
        ("kubectl create clusterrolebinding" | "kubectl create rolebinding", "user") => Kind::Files,
        (_, "user") => Kind::User { anywhere: true },
        ("kubectl get", "output") => Kind::Words(FORMATS),
        ("kubectl exec", "container") => Kind::Container,
        (_, "subresource") if !command.starts_with("kubectl auth") => Kind::AllOf(&["status", "scale", "resize"]),
        _ => Kind::Files,
    }
}

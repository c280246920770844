//! The commands of helm, one line each.

mod create;
mod get;
mod history;
mod install;
mod lint;
mod list;
mod package;
mod render;
mod repo;
mod rollback;
mod search;
mod show;
mod status;
mod template;
mod test;
mod uninstall;
mod upgrade;

use podarium_kubectl::flags::{Flag, Takes};

use super::command::{Arguments, Command};

const VALUES: &[Flag] = &[
    Flag::new("values", Takes::List, "").short('f'),
    Flag::new("set", Takes::Repeated, ""),
    Flag::new("set-string", Takes::Repeated, ""),
    Flag::new("set-json", Takes::Repeated, ""),
    Flag::new("set-file", Takes::Repeated, ""),
];

/// Where a chart comes from.
const CHART: &[Flag] = &[Flag::text("version"), Flag::text("repo"), Flag::bool("devel"), Flag::bool("verify"), Flag::bool("dependency-update"), Flag::bool("pass-credentials")];

const APPLY: &[Flag] = &[
    Flag::new("wait", Takes::Optional("watcher"), "hookOnly"),
    Flag::bool("wait-for-jobs"),
    Flag::new("timeout", Takes::Duration, "5m0s"),
    Flag::new("dry-run", Takes::Optional("client"), "none"),
    Flag::bool("no-hooks"),
    Flag::text("description"),
    Flag::bool("rollback-on-failure"),
    Flag::bool("atomic"),
    Flag::bool("force-conflicts"),
    Flag::bool("force"),
    Flag::bool("force-replace"),
    Flag::new("server-side", Takes::Optional("true"), "true"),
    Flag::bool("skip-crds"),
    Flag::bool("hide-notes"),
    Flag::bool("render-subchart-notes"),
    Flag::bool("create-namespace"),
    Flag::bool("take-ownership"),
    Flag::bool("disable-openapi-validation"),
    Flag::bool("skip-schema-validation"),
    Flag::new("output", Takes::Text, "table").short('o'),
    Flag::bool("hide-secret"),
];

const INSTALL: &[Flag] = &[Flag::bool("generate-name").short('g'), Flag::bool("replace"), Flag::text("name-template")];
const UPGRADE: &[Flag] = &[
    Flag::bool("install").short('i'),
    Flag::bool("reuse-values"),
    Flag::bool("reset-values"),
    Flag::bool("reset-then-reuse-values"),
    Flag::bool("cleanup-on-fail"),
    Flag::new("history-max", Takes::Int, "10"),
];
const OUTPUT: &[Flag] = &[Flag::new("output", Takes::Text, "table").short('o')];
const REVISION: &[Flag] = &[Flag::new("revision", Takes::Int, "0")];

pub const COMMANDS: &[Command] = &[
    Command { name: "create", aliases: &[], usage: "helm create NAME [flags]", arguments: Arguments::Exactly(1), flags: &[&[Flag::text("starter").short('p')]], run: create::run },
    Command { name: "dependency list", aliases: &["dependency ls", "dep list", "dep ls"], usage: "helm dependency list CHART [flags]", arguments: Arguments::Between(0, 1), flags: &[], run: package::dependencies },
    Command { name: "env", aliases: &[], usage: "helm env [flags]", arguments: Arguments::Between(0, 1), flags: &[], run: repo::env },
    Command { name: "get all", aliases: &[], usage: "helm get all RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION, &[Flag::text("template")]], run: get::all },
    Command { name: "get hooks", aliases: &[], usage: "helm get hooks RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION], run: get::hooks },
    Command { name: "get manifest", aliases: &[], usage: "helm get manifest RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION], run: get::manifest },
    Command { name: "get metadata", aliases: &[], usage: "helm get metadata RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION, OUTPUT], run: get::metadata },
    Command { name: "get notes", aliases: &[], usage: "helm get notes RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION], run: get::notes },
    Command { name: "get values", aliases: &[], usage: "helm get values RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION, OUTPUT, &[Flag::bool("all").short('a')]], run: get::values },
    Command { name: "history", aliases: &["hist"], usage: "helm history RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[OUTPUT, &[Flag::new("max", Takes::Int, "256")]], run: history::run },
    Command { name: "install", aliases: &[], usage: "helm install [NAME] [CHART] [flags]", arguments: Arguments::AtLeast(1), flags: &[VALUES, CHART, APPLY, INSTALL], run: install::run },
    Command { name: "lint", aliases: &[], usage: "helm lint PATH [flags]", arguments: Arguments::AtLeast(0), flags: &[VALUES, &[Flag::bool("strict"), Flag::bool("quiet"), Flag::bool("with-subcharts")]], run: lint::run },
    Command { name: "list", aliases: &["ls"], usage: "helm list [flags]", arguments: Arguments::None, flags: &[OUTPUT, list::FLAGS], run: list::run },
    Command { name: "package", aliases: &[], usage: "helm package [CHART_PATH] [...] [flags]", arguments: Arguments::AtLeast(1), flags: &[&[Flag::new("destination", Takes::Text, ".").short('d'), Flag::text("version"), Flag::text("app-version")]], run: package::run },
    Command { name: "pull", aliases: &["fetch"], usage: "helm pull [chart URL | repo/chartname] [...] [flags]", arguments: Arguments::AtLeast(1), flags: &[CHART, &[Flag::bool("untar"), Flag::new("untardir", Takes::Text, "."), Flag::new("destination", Takes::Text, ".").short('d')]], run: package::pull },
    Command { name: "repo add", aliases: &[], usage: "helm repo add [NAME] [URL] [flags]", arguments: Arguments::Exactly(2), flags: &[&[Flag::bool("force-update"), Flag::bool("no-update"), Flag::text("username"), Flag::text("password")]], run: repo::add },
    Command { name: "repo list", aliases: &["repo ls"], usage: "helm repo list [flags]", arguments: Arguments::None, flags: &[OUTPUT], run: repo::list },
    Command { name: "repo remove", aliases: &["repo rm"], usage: "helm repo remove [REPO1 [REPO2 ...]] [flags]", arguments: Arguments::AtLeast(1), flags: &[], run: repo::remove },
    Command { name: "repo update", aliases: &["repo up"], usage: "helm repo update [REPO1 [REPO2 ...]] [flags]", arguments: Arguments::AtLeast(0), flags: &[], run: repo::update },
    Command { name: "rollback", aliases: &[], usage: "helm rollback <RELEASE> [REVISION] [flags]", arguments: Arguments::Between(1, 2), flags: &[APPLY, &[Flag::bool("cleanup-on-fail"), Flag::new("history-max", Takes::Int, "10")]], run: rollback::run },
    Command { name: "search repo", aliases: &[], usage: "helm search repo [keyword] [flags]", arguments: Arguments::AtLeast(0), flags: &[OUTPUT, &[Flag::bool("versions").short('l'), Flag::bool("devel"), Flag::text("version"), Flag::bool("regexp").short('r'), Flag::new("max-col-width", Takes::Int, "50")]], run: search::run },
    Command { name: "show all", aliases: &["inspect all"], usage: "helm show all [CHART] [flags]", arguments: Arguments::Exactly(1), flags: &[CHART], run: show::all },
    Command { name: "show chart", aliases: &["inspect chart"], usage: "helm show chart [CHART] [flags]", arguments: Arguments::Exactly(1), flags: &[CHART], run: show::chart },
    Command { name: "show readme", aliases: &["inspect readme"], usage: "helm show readme [CHART] [flags]", arguments: Arguments::Exactly(1), flags: &[CHART], run: show::readme },
    Command { name: "show values", aliases: &["inspect values"], usage: "helm show values [CHART] [flags]", arguments: Arguments::Exactly(1), flags: &[CHART], run: show::values },
    Command { name: "status", aliases: &[], usage: "helm status RELEASE_NAME [flags]", arguments: Arguments::Exactly(1), flags: &[REVISION, OUTPUT, &[Flag::bool("show-resources"), Flag::bool("show-desc")]], run: status::run },
    Command { name: "template", aliases: &[], usage: "helm template [NAME] [CHART] [flags]", arguments: Arguments::AtLeast(1), flags: &[VALUES, CHART, APPLY, INSTALL, template::FLAGS], run: template::run },
    Command { name: "test", aliases: &[], usage: "helm test [RELEASE] [flags]", arguments: Arguments::Exactly(1), flags: &[APPLY, &[Flag::bool("logs")]], run: test::run },
    Command { name: "uninstall", aliases: &["del", "delete", "un"], usage: "helm uninstall RELEASE_NAME [...] [flags]", arguments: Arguments::AtLeast(1), flags: &[APPLY, &[Flag::bool("keep-history"), Flag::bool("ignore-not-found"), Flag::new("cascade", Takes::Text, "background")]], run: uninstall::run },
    Command { name: "upgrade", aliases: &[], usage: "helm upgrade [RELEASE] [CHART] [flags]", arguments: Arguments::Exactly(2), flags: &[VALUES, CHART, APPLY, UPGRADE], run: upgrade::run },
    Command { name: "version", aliases: &[], usage: "helm version [flags]", arguments: Arguments::None, flags: &[&[Flag::bool("short"), Flag::text("template")]], run: repo::version },
];

/// Commands that helm has and that are not simulated.
pub const ABSENT: &[&str] = &["completion", "dependency", "plugin", "push", "registry", "verify"];

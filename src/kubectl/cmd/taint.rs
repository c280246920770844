//! `kubectl taint nodes node-1 dedicated=x:NoSchedule`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/taint, v1.36.
//! Simplified: nothing.

use podarium_api::name_rules::{label_key, label_value};
use serde_json::{Value, json};

use super::change::{ALL, DRY_RUN, DryRun, PRINT, SELECTOR, VALIDATE};
use crate::builder::{Builder, Info};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, set, text};

pub const COMMAND: Command = Command::new("taint", &[OWN, PRINT, DRY_RUN, SELECTOR, ALL, VALIDATE], run);

const OWN: &[Flag] = &[Flag::bool("overwrite"), Flag::new("field-manager", Takes::Text, "kubectl-taint")];

#[derive(Clone, Debug, PartialEq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    /// `dedicated=x:NoSchedule`, `dedicated:NoSchedule`, `dedicated`.
    fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("invalid taint spec: {text}");
        let parts: Vec<&str> = text.split(':').collect();
        let (key, value, effect) = match parts[..] {
            [key] => (key, "", ""),
            [pair, effect] => {
                if !matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
                    return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
                }
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                if value.contains('=') {
                    return Err(invalid());
                }
                let errors = label_value(value);
                if !errors.is_empty() {
                    return Err(format!("{}, {}", invalid(), errors.join("; ")));
                }
                (key, value, effect)
            }
            _ => return Err(invalid()),
        };
        let errors = label_key(key);
        if !errors.is_empty() {
            return Err(format!("{}, {}", invalid(), errors.join("; ")));
        }
        Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
    }

    fn shown(&self) -> String {
        if self.effect.is_empty() { self.key.clone() } else { format!("{}:{}", self.key, self.effect) }
    }

    fn is(&self, taint: &Value) -> bool {
        text(taint, "/key") == self.key && (self.effect.is_empty() || text(taint, "/effect") == self.effect)
    }
}

struct Changes {
    add: Vec<Taint>,
    remove: Vec<Taint>,
    overwrite: bool,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let (resources, specs) = split(&kubectl.flags.args)?;
    if resources.is_empty() {
        return fail("one or more resources must be specified as <resource> <name>");
    }
    if specs.is_empty() {
        return fail("at least one taint update is required");
    }
    let changes = match parse(&specs, kubectl.flags.bool("overwrite")) {
        Ok(changes) => changes,
        Err(why) => return usage("kubectl taint", why),
    };
    let (all, selector) = (kubectl.flags.bool("all"), kubectl.flags.text("selector").to_owned());
    let mapping = match caught(kubectl.mapping(&resources[0]))? {
        Ok(mapping) => mapping,
        Err(failure) => return Err(Failure::Many(vec![failure]).into()),
    };
    if mapping.kind != "Node" {
        return fail(format!("invalid resource type {}, only node types are supported", resources[0].to_lowercase()));
    }
    let both: Vec<String> = changes
        .add
        .iter()
        .flat_map(|add| changes.remove.iter().filter(move |remove| remove.key == add.key && (remove.effect.is_empty() || remove.effect == add.effect)))
        .map(|remove| format!("{}={}", remove.key, remove.effect))
        .collect();
    if !both.is_empty() {
        return fail(format!("can not both modify and remove the following taint(s) in the same command: {}", both.join(", ")));
    }
    if all && !selector.is_empty() {
        return fail("setting 'all' parameter with a non empty selector is prohibited");
    }
    if !all && selector.is_empty() && resources.len() < 2 {
        return fail("at least one resource name must be specified since 'all' parameter is not set");
    }
    let args = if all || !selector.is_empty() { vec!["nodes".to_owned()] } else { resources };
    let found = Builder::of(kubectl, &args).find(kubectl)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(taint(kubectl, info, &changes, dry_run))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn split(args: &[String]) -> Outcome<(Vec<String>, Vec<String>)> {
    let (mut resources, mut specs) = (Vec::new(), Vec::new());
    for arg in args {
        let is_taint = arg.contains('=') || arg.contains(':') || arg.ends_with('-');
        match (is_taint, specs.is_empty()) {
            (true, _) => specs.push(arg.clone()),
            (false, true) => resources.push(arg.clone()),
            (false, false) => return fail(format!("all resources must be specified before taint changes: {arg}")),
        }
    }
    Ok((resources, specs))
}

fn parse(specs: &[String], overwrite: bool) -> Result<Changes, String> {
    let mut changes = Changes { add: Vec::new(), remove: Vec::new(), overwrite };
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            changes.remove.push(Taint { value: String::new(), ..Taint::parse(spec)? });
            continue;
        }
        let taint = Taint::parse(spec)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if changes.add.iter().any(|known| known.key == taint.key && known.effect == taint.effect) {
            return Err(format!("duplicated taints with the same key and effect: {{{} {} {} <nil>}}", taint.key, taint.value, taint.effect));
        }
        changes.add.push(taint);
    }
    Ok(changes)
}

fn taint(kubectl: &mut Kubectl<'_, '_>, info: Info, changes: &Changes, dry_run: DryRun) -> Outcome<()> {
    let old = items(&info.object, "/spec/taints");
    if !changes.overwrite {
        let taken: Vec<&str> = changes.add.iter().filter(|add| old.iter().any(|taint| add.is(taint))).map(|add| add.key.as_str()).collect();
        if !taken.is_empty() {
            return fail(format!("node {} already has {} taint(s) with same effect(s) and --overwrite is false", info.name, taken.join(",")));
        }
    }
    let mut taints: Vec<Value> = changes.add.iter().map(to_value).collect();
    taints.extend(old.iter().filter(|taint| !changes.add.iter().any(|add| add.is(taint))).cloned());
    let added = taints.len() != old.len();
    let mut removed = false;
    let mut failures = Vec::new();
    for remove in &changes.remove {
        let before = taints.len();
        taints.retain(|taint| !remove.is(taint));
        removed = taints.len() != before;
        if !removed {
            failures.push(Failure::Message(format!("taint {:?} not found", remove.shown())));
        }
    }
    all_of(failures)?;
    let operation = match () {
        () if (added && removed) || changes.overwrite => "modified",
        () if added => "tainted",
        () => "untainted",
    };
    // The reference says nothing of a dry run here.
    let printer = kubectl.change_printer(operation, DryRun::None)?;
    let mut wanted = info.object.clone();
    set(&mut wanted, "/spec/taints", if taints.is_empty() { Value::Null } else { Value::Array(taints) });
    let manager = kubectl.flags.text("field-manager").to_owned();
    let object = kubectl.send_change(&info, &wanted, dry_run, &manager)?.unwrap_or(wanted);
    kubectl.print_object(&printer, &object)
}

fn to_value(taint: &Taint) -> Value {
    let mut value = json!({"key": taint.key, "effect": taint.effect});
    if !taint.value.is_empty() {
        value["value"] = taint.value.clone().into();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taints_are_read_and_refused() {
        let taint = |key: &str, value: &str, effect: &str| Ok(Taint { key: key.into(), value: value.into(), effect: effect.into() });
        assert_eq!(Taint::parse("a=x:NoSchedule"), taint("a", "x", "NoSchedule"));
        assert_eq!(Taint::parse("a:NoExecute"), taint("a", "", "NoExecute"));
        assert_eq!(Taint::parse("a:Never"), Err("invalid taint effect: Never, unsupported taint effect".into()));
        assert_eq!(Taint::parse("a:b:c"), Err("invalid taint spec: a:b:c".into()));
    }
}

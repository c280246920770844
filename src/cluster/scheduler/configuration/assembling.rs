//! Makes the plugins of a profile and puts each where it is to act.
//!
//! Models: pkg/scheduler/framework/runtime/framework.go (NewFramework), pkg/scheduler/profile/profile.go, v1.36.
//! Simplified: nothing.

use super::args::PluginArgs;
use super::args_validation;
use super::plugin_sets::{expanded, names, weight};
use super::types::{Plugins, Profile as Written};
use crate::scheduler::framework::profile::{Member, Point, Profile};
use crate::scheduler::plugins::DEFAULTS;

pub fn profile(written: &Written, plugins: &Plugins, args: &PluginArgs) -> Result<Profile, String> {
    let name = written.scheduler_name.as_deref().unwrap_or_default();
    assembled(name, written, plugins, args).map_err(|why| format!("initializing profiles: creating profile for scheduler name {name}: {why}"))
}

fn assembled(name: &str, written: &Written, plugins: &Plugins, args: &PluginArgs) -> Result<Profile, String> {
    let wanted = names(plugins);
    // The order of the registry is that of the defaults, and so of the members' bits in every profile.
    let registered: Vec<_> = DEFAULTS.iter().filter(|registration| wanted.contains(&registration.name)).collect();
    if registered.iter().any(|registration| registration.name == "NodeResourcesFit") {
        let errors = args_validation::node_resources_fit(&args.node_resources_fit);
        if !errors.is_empty() {
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            let together = if let [only] = texts.as_slice() { only.clone() } else { format!("[{}]", texts.join(", ")) };
            return Err(format!("initializing plugin \"NodeResourcesFit\": {together}"));
        }
    }
    if !plugins.placement_generate.enabled.is_empty() || !plugins.placement_score.enabled.is_empty() {
        return Err("not simulated: placements of groups of pods".to_owned());
    }
    let make = |registration: &&crate::scheduler::plugins::Registration| Member {
        plugin: (registration.make)(args),
        weight: weight(plugins, registration.name),
    };
    let members: Vec<Member> = registered.iter().map(make).collect();
    let mut at: Vec<Vec<usize>> = Vec::new();
    for point in Point::ALL {
        at.push(expanded(plugins, point, &members)?);
    }
    match at[Point::QueueSort as usize].len() {
        1 => {}
        count => return Err(format!("only one queue sort plugin required for profile with scheduler name {name:?}, but got {count}")),
    }
    if at[Point::Bind as usize].is_empty() {
        return Err(format!("at least one bind plugin is needed for profile with scheduler name {name:?}"));
    }
    let percentage = written.percentage_of_nodes_to_score.and_then(|percentage| usize::try_from(percentage).ok());
    Ok(Profile::new(name, members, percentage, |point| std::mem::take(&mut at[point as usize])))
}

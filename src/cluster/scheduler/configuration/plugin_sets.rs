//! Which plugins a profile has at each point: the defaults, with those that the configuration disables left out and
//! those that it enables put in.
//!
//! `multiPoint` stands for every point at which a plugin can act. What is said about a single point comes before it.
//! Example: `score: {disabled: [{name: "*"}], enabled: [{name: ImageLocality, weight: 5}]}` scores by images alone and
//! leaves all filters as they are.
//!
//! Models: pkg/scheduler/apis/config/v1/default_plugins.go, pkg/scheduler/framework/runtime/framework.go
//! (updatePluginList, expandMultiPointPlugins), v1.36.
//! Simplified: nothing.

use super::types::{Plugin, PluginSet, Plugins};
use crate::scheduler::framework::profile::{Member, Point};
use crate::scheduler::plugins::DEFAULTS;

/// The plugins of a profile with the defaults merged in.
pub fn merged(own: Option<&Plugins>) -> Plugins {
    let named = |registration: &crate::scheduler::plugins::Registration| Plugin {
        name: registration.name.to_owned(),
        weight: (registration.weight > 0).then_some(registration.weight),
    };
    let defaults = PluginSet { enabled: DEFAULTS.iter().map(named).collect(), disabled: Vec::new() };
    let Some(own) = own else { return Plugins { multi_point: defaults, ..Plugins::default() } };
    let nothing = PluginSet::default();
    let merge = |set: &PluginSet| merge(&nothing, set);
    Plugins {
        multi_point: self::merge(&defaults, &own.multi_point),
        pre_enqueue: merge(&own.pre_enqueue),
        queue_sort: merge(&own.queue_sort),
        pre_filter: merge(&own.pre_filter),
        filter: merge(&own.filter),
        post_filter: merge(&own.post_filter),
        pre_score: merge(&own.pre_score),
        score: merge(&own.score),
        reserve: merge(&own.reserve),
        permit: merge(&own.permit),
        pre_bind: merge(&own.pre_bind),
        bind: merge(&own.bind),
        post_bind: merge(&own.post_bind),
        placement_generate: merge(&own.placement_generate),
        placement_score: merge(&own.placement_score),
    }
}

/// A default that is enabled anew keeps its place in the order and takes the new weight.
fn merge(defaults: &PluginSet, own: &PluginSet) -> PluginSet {
    let is_disabled = |name: &str| own.disabled.iter().any(|plugin| plugin.name == name);
    let mut replaced = Vec::new();
    let mut enabled = Vec::new();
    if !is_disabled("*") {
        for default in defaults.enabled.iter().filter(|default| !is_disabled(&default.name)) {
            match own.enabled.iter().rposition(|plugin| plugin.name == default.name) {
                Some(index) => {
                    replaced.push(index);
                    enabled.push(own.enabled[index].clone());
                }
                None => enabled.push(default.clone()),
            }
        }
    }
    let others = own.enabled.iter().enumerate().filter(|(index, _)| !replaced.contains(index));
    enabled.extend(others.map(|(_, plugin)| plugin.clone()));
    let disabled = own.disabled.iter().chain(&defaults.disabled).map(|plugin| Plugin { name: plugin.name.clone(), weight: None });
    PluginSet { enabled, disabled: disabled.collect() }
}

pub fn set_of(plugins: &Plugins, point: Point) -> &PluginSet {
    match point {
        Point::PreEnqueue => &plugins.pre_enqueue,
        Point::QueueSort => &plugins.queue_sort,
        Point::PreFilter => &plugins.pre_filter,
        Point::Filter => &plugins.filter,
        Point::PostFilter => &plugins.post_filter,
        Point::PreScore => &plugins.pre_score,
        Point::Score => &plugins.score,
        Point::Reserve => &plugins.reserve,
        Point::Permit => &plugins.permit,
        Point::PreBind => &plugins.pre_bind,
        Point::Bind => &plugins.bind,
        Point::PostBind => &plugins.post_bind,
    }
}

/// The names that a profile enables anywhere, in the order of their first mention.
pub fn names(plugins: &Plugins) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let sets = std::iter::once(&plugins.multi_point).chain(Point::ALL.iter().map(|point| set_of(plugins, *point)));
    for plugin in sets.flat_map(|set| &set.enabled) {
        if !names.contains(&plugin.name.as_str()) {
            names.push(&plugin.name);
        }
    }
    names
}

/// The members that act at a point: those of the point that `multiPoint` has too, then the others of `multiPoint`, then
/// the others of the point.
pub fn expanded(plugins: &Plugins, point: Point, members: &[Member]) -> Result<Vec<usize>, String> {
    let interface = format!("{point:?}Plugin");
    let find = |name: &str| members.iter().position(|member| member.plugin.name() == name).ok_or_else(|| format!("{interface} {name:?} does not exist"));
    let set = set_of(plugins, point);
    let mut specific: Vec<usize> = Vec::new();
    for plugin in &set.enabled {
        let index = find(&plugin.name)?;
        if !point.is_of(&*members[index].plugin) {
            return Err(format!("plugin {:?} does not extend {interface} plugin", plugin.name));
        }
        if specific.contains(&index) {
            return Err(format!("plugin {:?} already registered as {interface:?}", plugin.name));
        }
        specific.push(index);
    }
    let is_disabled = |name: &str| set.disabled.iter().any(|plugin| plugin.name == name);
    if is_disabled("*") {
        return Ok(specific);
    }
    let (mut overriding, mut general): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for plugin in &plugins.multi_point.enabled {
        let index = find(&plugin.name)?;
        if !point.is_of(&*members[index].plugin) || is_disabled(&plugin.name) {
            continue;
        }
        if specific.contains(&index) {
            overriding.push(index);
        } else if general.contains(&index) {
            return Err(format!("plugin {:?} already registered as {interface:?}", plugin.name));
        } else {
            general.push(index);
        }
    }
    let first = specific.iter().filter(|index| overriding.contains(index));
    let last = specific.iter().filter(|index| !overriding.contains(index));
    Ok(first.chain(&general).chain(last).copied().collect())
}

/// How much the score of a plugin counts: as the point says, else as `multiPoint` does, else once.
pub fn weight(plugins: &Plugins, name: &str) -> i64 {
    let mentioned = plugins.score.enabled.iter().chain(&plugins.multi_point.enabled).find(|plugin| plugin.name == name);
    match mentioned.and_then(|plugin| plugin.weight) {
        None | Some(0) => 1,
        Some(weight) => i64::from(weight),
    }
}

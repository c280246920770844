//! Whether the arguments of plugins make sense.
//!
//! Models: pkg/scheduler/apis/config/validation/validation_pluginargs.go, v1.36.
//! Simplified: the values of an added affinity's requirements are not checked, only their operators.

use k8s_openapi::api::core::v1::{NodeAffinity, NodeSelectorTerm, TopologySpreadConstraint};
use podarium_api::field::FieldError;
use podarium_api::name_rules::label_key;

use super::args::{
    DefaultPreemptionArgs, InterPodAffinityArgs, NodeAffinityArgs, NodeResourcesBalancedAllocationArgs, NodeResourcesFitArgs,
    PodTopologySpreadArgs, ShapePoint, VolumeBindingArgs,
};

/// The greatest score of a point of a shape.
const MAX_SHAPE_SCORE: i32 = 10;

pub fn default_preemption(path: &str, args: &DefaultPreemptionArgs) -> Vec<FieldError> {
    let (percentage, absolute) = (args.min_candidate_nodes_percentage, args.min_candidate_nodes_absolute);
    let (percentage_path, absolute_path) = (format!("{path}.minCandidateNodesPercentage"), format!("{path}.minCandidateNodesAbsolute"));
    let mut errors = Vec::new();
    if !(0..=100).contains(&percentage) {
        errors.push(FieldError::invalid(&percentage_path, percentage, "not in valid range [0, 100]"));
    }
    if absolute < 0 {
        errors.push(FieldError::invalid(&absolute_path, absolute, "not in valid range [0, inf)"));
    }
    if percentage == 0 && absolute == 0 {
        errors.push(FieldError::invalid(&percentage_path, percentage, "cannot be zero at the same time as minCandidateNodesAbsolute"));
        errors.push(FieldError::invalid(&absolute_path, absolute, "cannot be zero at the same time as minCandidateNodesPercentage"));
    }
    errors
}

pub fn inter_pod_affinity(path: &str, args: &InterPodAffinityArgs) -> Vec<FieldError> {
    let weight = args.hard_pod_affinity_weight;
    let wrong = !(0..=100).contains(&weight);
    wrong.then(|| FieldError::invalid(format!("{path}.hardPodAffinityWeight"), weight, "not in valid range [0, 100]")).into_iter().collect()
}

pub fn node_affinity(path: &str, args: &NodeAffinityArgs) -> Vec<FieldError> {
    let Some(NodeAffinity { required_during_scheduling_ignored_during_execution: required, preferred_during_scheduling_ignored_during_execution: preferred }) =
        &args.added_affinity
    else {
        return Vec::new();
    };
    let path = format!("{path}.addedAffinity");
    let mut errors = Vec::new();
    for (index, term) in required.iter().flat_map(|required| &required.node_selector_terms).enumerate() {
        selector_term(&format!("{path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[{index}]"), term, &mut errors);
    }
    for (index, term) in preferred.iter().flatten().enumerate().filter(|(_, term)| term.weight != 0) {
        selector_term(&format!("{path}.preferredDuringSchedulingIgnoredDuringExecution[{index}]"), &term.preference, &mut errors);
    }
    errors
}

fn selector_term(path: &str, term: &NodeSelectorTerm, errors: &mut Vec<FieldError>) {
    const OF_LABELS: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
    const OF_FIELDS: &[&str] = &["In", "NotIn"];
    let lists = [("matchExpressions", &term.match_expressions, OF_LABELS), ("matchFields", &term.match_fields, OF_FIELDS)];
    for (name, requirements, operators) in lists {
        for (index, requirement) in requirements.iter().flatten().enumerate() {
            let operator = requirement.operator.as_str();
            if !operators.contains(&operator) {
                let mut sorted = operators.to_vec();
                sorted.sort_unstable();
                errors.push(FieldError::not_supported(format!("{path}.{name}[{index}].operator"), operator, &sorted));
            } else if name == "matchFields" && requirement.values.as_ref().map_or(0, Vec::len) != 1 {
                let values = serde_json::json!(requirement.values);
                errors.push(FieldError::invalid(format!("{path}.{name}[{index}].values"), values, "must have one element"));
            }
        }
    }
}

pub fn balanced_allocation(path: &str, args: &NodeResourcesBalancedAllocationArgs) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, resource) in args.resources.iter().enumerate() {
        let path = format!("{path}.resources[{index}]");
        if args.resources[..index].iter().any(|other| other.name == resource.name) {
            errors.push(FieldError::duplicate(format!("{path}.name"), resource.name.clone()));
        }
        if resource.weight != 1 {
            errors.push(FieldError::invalid(format!("{path}.weight"), resource.weight, "must be 1"));
        }
    }
    errors
}

pub fn pod_topology_spread(path: &str, args: &PodTopologySpreadArgs) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let kind = args.defaulting_type.as_str();
    let kind_path = format!("{path}.defaultingType");
    if !["System", "List"].contains(&kind) {
        errors.push(FieldError::not_supported(kind_path, kind, &["System", "List"]));
    } else if kind == "System" && !args.default_constraints.is_empty() {
        errors.push(FieldError::invalid(kind_path, kind, "when .defaultConstraints are not empty"));
    }
    for (index, constraint) in args.default_constraints.iter().enumerate() {
        let before = &args.default_constraints[..index];
        spread_constraint(&format!("{path}.defaultConstraints[{index}]"), constraint, before, &mut errors);
    }
    errors
}

fn spread_constraint(path: &str, constraint: &TopologySpreadConstraint, before: &[TopologySpreadConstraint], errors: &mut Vec<FieldError>) {
    if constraint.max_skew <= 0 {
        errors.push(FieldError::invalid(format!("{path}.maxSkew"), constraint.max_skew, "not in valid range (0, inf)"));
    }
    let (key, action) = (constraint.topology_key.as_str(), constraint.when_unsatisfiable.as_str());
    if key.is_empty() {
        errors.push(FieldError::required(format!("{path}.topologyKey"), "can not be empty"));
    } else {
        errors.extend(label_key(key).into_iter().map(|why| FieldError::invalid(format!("{path}.topologyKey"), key, why)));
    }
    let action_path = format!("{path}.whenUnsatisfiable");
    match action {
        "" => errors.push(FieldError::required(action_path, "can not be empty")),
        "DoNotSchedule" | "ScheduleAnyway" => {}
        _ => errors.push(FieldError::not_supported(action_path, action, &["DoNotSchedule", "ScheduleAnyway"])),
    }
    if constraint.label_selector.is_some() {
        let why = "constraint must not define a selector, as they deduced for each pod";
        errors.push(FieldError::forbidden(format!("{path}.labelSelector"), why));
    }
    if before.iter().any(|other| other.topology_key == key && other.when_unsatisfiable == action) {
        errors.push(FieldError::duplicate(path, format!("{{{key}, {action}}}")));
    }
}

pub fn volume_binding(path: &str, args: &VolumeBindingArgs) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if args.bind_timeout_seconds < 0 {
        let why = "invalid BindTimeoutSeconds, should not be a negative value";
        errors.push(FieldError::invalid(format!("{path}.bindTimeoutSeconds"), args.bind_timeout_seconds, why));
    }
    if let Some(shape) = &args.shape {
        let why = "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring";
        errors.push(FieldError::invalid(format!("{path}.shape"), serde_json::json!(shape), why));
    }
    errors
}

/// The plugin checks these itself, so its errors have no path before them.
pub fn node_resources_fit(args: &NodeResourcesFitArgs) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, resource) in args.ignored_resources.iter().enumerate() {
        errors.extend(label_key(resource).into_iter().map(|why| FieldError::invalid(format!("ignoredResources[{index}]"), resource.clone(), why)));
    }
    for (index, group) in args.ignored_resource_groups.iter().enumerate() {
        let path = format!("ignoredResourceGroups[{index}]");
        if group.contains('/') {
            errors.push(FieldError::invalid(&path, group.clone(), "resource group name can't contain '/'"));
        }
        errors.extend(label_key(group).into_iter().map(|why| FieldError::invalid(&path, group.clone(), why)));
    }
    let strategy = &args.scoring_strategy;
    let kind = strategy.kind.as_str();
    const KINDS: &[&str] = &["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];
    if !KINDS.contains(&kind) {
        errors.push(FieldError::not_supported("scoringStrategy.type", kind, KINDS));
    }
    for (index, resource) in strategy.resources.iter().enumerate().filter(|(_, resource)| !(1..=100).contains(&resource.weight)) {
        let why = format!("resource weight of {} not in valid range (0, 100]", resource.name);
        errors.push(FieldError::invalid(format!("scoringStrategy.resources[{index}].weight"), resource.weight, why));
    }
    let path = "scoringStrategy.requestedToCapacityRatio";
    match (kind == "RequestedToCapacityRatio", &strategy.requested_to_capacity_ratio) {
        (true, None) => errors.push(FieldError::required(path, "must be specified when type is RequestedToCapacityRatio")),
        (true, Some(ratio)) => shape(&format!("{path}.shape"), &ratio.shape, &mut errors),
        (false, Some(_)) => errors.push(FieldError::forbidden(path, "must be nil when type is not RequestedToCapacityRatio")),
        (false, None) => {}
    }
    errors
}

fn shape(path: &str, points: &[ShapePoint], errors: &mut Vec<FieldError>) {
    if points.is_empty() {
        errors.push(FieldError::required(path, "at least one point must be specified"));
    }
    if let Some(at) = points.windows(2).position(|pair| pair[0].utilization >= pair[1].utilization) {
        let (at, value) = (at + 1, points[at + 1].utilization);
        errors.push(FieldError::invalid(format!("{path}[{at}].utilization"), value, "values must be sorted in increasing order"));
    }
    for (index, point) in points.iter().enumerate() {
        if !(0..=100).contains(&point.utilization) {
            errors.push(FieldError::invalid(format!("{path}[{index}].utilization"), point.utilization, "not in valid range [0, 100]"));
        }
        if !(0..=MAX_SHAPE_SCORE).contains(&point.score) {
            errors.push(FieldError::invalid(format!("{path}[{index}].score"), point.score, "not in valid range [0, 10]"));
        }
    }
}

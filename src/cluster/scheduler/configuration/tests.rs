//! Configurations, from the text to the profiles.

use podarium_sim::Stream;
use serde_json::{Value, json};

use super::SchedulerConfiguration;
use crate::scheduler::algorithm::{Algorithm, Outcome};
use crate::scheduler::framework::plugin::Handle;
use crate::scheduler::framework::profile::{Point, Profile};
use crate::scheduler::plugins::DEFAULTS;
use crate::scheduler::tests::building::{PodBuilder, Scene, node, pod};

fn parse(configuration: Value) -> SchedulerConfiguration {
    SchedulerConfiguration::parse(&configuration).expect("a configuration")
}

fn errors(configuration: Value) -> Vec<String> {
    SchedulerConfiguration::parse(&configuration).expect_err("it is wrong")
}

/// The only profile.
fn profile(profile: Value) -> Profile {
    parse(json!({ "profiles": [profile] })).profiles.first().clone()
}

fn names(profile: &Profile, point: Point) -> Vec<&'static str> {
    profile.at(point).map(|(_, plugin)| plugin.name()).collect()
}

fn weights(profile: &Profile) -> Vec<(&'static str, i64)> {
    profile.scoring().map(|(_, plugin, weight)| (plugin.name(), weight)).collect()
}

const SCORING: [&str; 7] = [
    "TaintToleration", "NodeAffinity", "NodeResourcesFit", "PodTopologySpread", "InterPodAffinity", "NodeResourcesBalancedAllocation", "ImageLocality",
];

#[test]
fn nothing_configured_is_the_default() {
    let configuration = parse(json!({ "apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration" }));
    let default = SchedulerConfiguration::default();
    let (given, default) = (configuration.profiles.first(), default.profiles.first());
    assert_eq!(given.scheduler_name(), "default-scheduler");
    for point in Point::ALL {
        assert_eq!(names(given, point), names(default, point), "{point:?}");
    }
    assert_eq!(weights(given), weights(default));
    assert_eq!(names(given, Point::Score), SCORING);
    assert!(DEFAULTS.iter().all(|registration| given.plugin(registration.name).is_some_and(|plugin| plugin.name() == registration.name)));
}

#[test]
fn plugins_are_enabled_and_disabled_at_their_points() {
    let with = |plugins: Value| profile(json!({ "plugins": plugins }));
    let only_images = with(json!({ "score": { "disabled": [{ "name": "*" }], "enabled": [{ "name": "ImageLocality", "weight": 5 }] } }));
    assert_eq!(weights(&only_images), [("ImageLocality", 5)]);
    assert!(names(&only_images, Point::Filter).contains(&"NodeResourcesFit"), "other points stay as they are");
    let without = with(json!({ "score": { "disabled": [{ "name": "NodeAffinity" }, { "name": "ImageLocality" }] } }));
    assert_eq!(names(&without, Point::Score), ["TaintToleration", "NodeResourcesFit", "PodTopologySpread", "InterPodAffinity", "NodeResourcesBalancedAllocation"]);
    let nowhere = with(json!({ "multiPoint": { "disabled": [{ "name": "TaintToleration" }] } }));
    assert!(nowhere.plugin("TaintToleration").is_none());
    let heavier = with(json!({ "multiPoint": { "enabled": [{ "name": "TaintToleration", "weight": 9 }] } }));
    assert_eq!(weights(&heavier)[0], ("TaintToleration", 9));
    assert_eq!(names(&heavier, Point::Filter), names(SchedulerConfiguration::default().profiles.first(), Point::Filter), "the order stays");
    let first = with(json!({ "score": { "enabled": [{ "name": "ImageLocality", "weight": 7 }] } }));
    assert_eq!(weights(&first)[0], ("ImageLocality", 7), "what a point names comes before what stands for all points");
    let no_preemption = with(json!({ "postFilter": { "disabled": [{ "name": "*" }] } }));
    assert!(!no_preemption.has(Point::PostFilter) && no_preemption.has(Point::PreEnqueue));
}

#[test]
fn wrong_plugin_sets_are_refused_in_the_words_of_kubernetes() {
    let of = |plugins: Value| errors(json!({ "profiles": [{ "plugins": plugins }] })).join("\n");
    let creating = |why: &str| format!("initializing profiles: creating profile for scheduler name default-scheduler: {why}");
    let cases = [
        (json!({ "filter": { "enabled": [{ "name": "Nope" }] } }), creating("FilterPlugin \"Nope\" does not exist")),
        (json!({ "filter": { "enabled": [{ "name": "ImageLocality" }] } }), creating("plugin \"ImageLocality\" does not extend FilterPlugin plugin")),
        (
            json!({ "score": { "enabled": [{ "name": "ImageLocality" }, { "name": "ImageLocality" }] } }),
            creating("plugin \"ImageLocality\" already registered as \"ScorePlugin\""),
        ),
        (
            json!({ "queueSort": { "disabled": [{ "name": "*" }] } }),
            creating("only one queue sort plugin required for profile with scheduler name \"default-scheduler\", but got 0"),
        ),
        (
            json!({ "bind": { "disabled": [{ "name": "*" }] } }),
            creating("at least one bind plugin is needed for profile with scheduler name \"default-scheduler\""),
        ),
        (
            json!({ "filter": { "enabled": [{ "name": "EBSLimits" }] } }),
            "profiles[0].plugins.filter.enabled[0]: Invalid value: \"EBSLimits\": was invalid in version \"kubescheduler.config.k8s.io/v1\" \
             (KubeSchedulerConfiguration is version \"kubescheduler.config.k8s.io/v1\")"
                .to_owned(),
        ),
    ];
    for (plugins, expected) in cases {
        assert_eq!(of(plugins.clone()), expected, "{plugins}");
    }
}

#[test]
fn unknown_fields_and_versions_are_named() {
    assert_eq!(errors(json!({ "profile": [] })), ["strict decoding error: unknown field \"profile\""]);
    assert_eq!(
        errors(json!({ "profiles": [{ "schedulerName": "a", "plugin": {} }], "percentage": 3 })),
        ["strict decoding error: unknown field \"percentage\", unknown field \"profiles[0].plugin\""]
    );
    assert_eq!(
        errors(json!({ "profiles": [{ "pluginConfig": [{ "name": "NodeResourcesFit", "args": { "strategy": "x" } }] }] })),
        ["strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin NodeResourcesFit: \
          strict decoding error: unknown field \"strategy\""]
    );
    assert_eq!(
        errors(json!({ "profiles": [{ "pluginConfig": [{ "name": "NodeAffinity", "args": { "kind": "NodeResourcesFitArgs" } }] }] })),
        ["decoding .profiles[0].pluginConfig[0]: args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io, \
          got NodeResourcesFitArgs.kubescheduler.config.k8s.io"]
    );
    assert!(errors(json!({ "apiVersion": "kubescheduler.config.k8s.io/v1beta3" }))[0].starts_with("no kind \"KubeSchedulerConfiguration\" is registered for version"));
    parse(json!({ "profiles": [{ "pluginConfig": [{ "name": "SomebodyElses", "args": { "any": "thing" } }] }] }));
}

#[test]
fn values_that_make_no_sense_are_named_with_their_fields() {
    let cases = [
        (json!({ "percentageOfNodesToScore": 101 }), "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]"),
        (json!({ "parallelism": 0 }), "parallelism: Invalid value: 0: should be an integer value greater than zero"),
        (json!({ "podInitialBackoffSeconds": 0 }), "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0"),
        (json!({ "podInitialBackoffSeconds": 9, "podMaxBackoffSeconds": 3 }), "podMaxBackoffSeconds: Invalid value: 3: must be greater than or equal to PodInitialBackoffSeconds"),
        (json!({ "profiles": [{ "schedulerName": "a" }, {}] }), "profiles[1].schedulerName: Required value"),
        (json!({ "profiles": [{ "schedulerName": "a" }, { "schedulerName": "a" }] }), "profiles[1].schedulerName: Duplicate value: \"profiles[0].schedulerName\""),
        (json!({ "extenders": [{ "urlPrefix": "http://x" }] }), "extenders: not simulated: servers outside the cluster that have a say in scheduling"),
        (json!({ "clientConnection": { "burst": -1 } }), "clientConnection.burst: Invalid value: -1: must be non-negative"),
    ];
    for (configuration, expected) in cases {
        assert_eq!(errors(configuration.clone()), [expected], "{configuration}");
    }
}

#[test]
fn arguments_that_make_no_sense_are_named_with_their_fields() {
    let of = |name: &str, args: Value| errors(json!({ "profiles": [{ "pluginConfig": [{ "name": name, "args": args }] }] })).join("\n");
    let args = "profiles[0].pluginConfig[0].args";
    let fit = "initializing profiles: creating profile for scheduler name default-scheduler: initializing plugin \"NodeResourcesFit\": ";
    let ratio = |shape: Value| json!({ "scoringStrategy": { "type": "RequestedToCapacityRatio", "requestedToCapacityRatio": { "shape": shape } } });
    let cases = [
        ("InterPodAffinity", json!({ "hardPodAffinityWeight": 101 }), format!("{args}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]")),
        ("DefaultPreemption", json!({ "minCandidateNodesPercentage": -1 }), format!("{args}.minCandidateNodesPercentage: Invalid value: -1: not in valid range [0, 100]")),
        (
            "DefaultPreemption",
            json!({ "minCandidateNodesPercentage": 0, "minCandidateNodesAbsolute": 0 }),
            format!(
                "{args}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute\n\
                 {args}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage"
            ),
        ),
        ("VolumeBinding", json!({ "bindTimeoutSeconds": -5 }), format!("{args}.bindTimeoutSeconds: Invalid value: -5: invalid BindTimeoutSeconds, should not be a negative value")),
        (
            "PodTopologySpread",
            json!({ "defaultConstraints": [{ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule" }] }),
            format!("{args}.defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty"),
        ),
        (
            "PodTopologySpread",
            json!({ "defaultingType": "List", "defaultConstraints": [{ "maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "Soon", "labelSelector": {} }] }),
            format!(
                "{args}.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)\n\
                 {args}.defaultConstraints[0].topologyKey: Required value: can not be empty\n\
                 {args}.defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Soon\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"\n\
                 {args}.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod"
            ),
        ),
        (
            "NodeResourcesBalancedAllocation",
            json!({ "resources": [{ "name": "cpu", "weight": 2 }, { "name": "cpu" }] }),
            format!("{args}.resources[0].weight: Invalid value: 2: must be 1\n{args}.resources[1].name: Duplicate value: \"cpu\""),
        ),
        (
            "NodeAffinity",
            json!({ "addedAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
                { "matchExpressions": [{ "key": "a", "operator": "Near" }] }] } } }),
            format!(
                "{args}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: \
                 Unsupported value: \"Near\": supported values: \"DoesNotExist\", \"Exists\", \"Gt\", \"In\", \"Lt\", \"NotIn\""
            ),
        ),
        (
            "NodeResourcesFit",
            json!({ "scoringStrategy": { "type": "Best" } }),
            format!("{fit}scoringStrategy.type: Unsupported value: \"Best\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\""),
        ),
        (
            "NodeResourcesFit",
            json!({ "scoringStrategy": { "type": "MostAllocated", "resources": [{ "name": "cpu", "weight": 101 }] } }),
            format!("{fit}scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]"),
        ),
        (
            "NodeResourcesFit",
            ratio(json!([{ "utilization": 50, "score": 3 }, { "utilization": 50, "score": 11 }])),
            format!(
                "{fit}[scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order, \
                 scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]]"
            ),
        ),
        ("NodeResourcesFit", ratio(json!([])), format!("{fit}scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified")),
    ];
    for (name, args, expected) in cases {
        assert_eq!(of(name, args.clone()), expected, "{name} {args}");
    }
}

/// Where the pod goes, or the message.
fn goes(configuration: &SchedulerConfiguration, scene: &Scene, waiting: &PodBuilder) -> Result<String, String> {
    let info = waiting.clone().info();
    let profile = configuration.profiles.of(&info.pod).expect("a profile of that name");
    let mut scene = scene.clone();
    scene.snapshot.register_for(&info);
    let handle = Handle { profile, ..scene.handle() };
    Algorithm::new(configuration.percentage_of_nodes_to_score, Stream::new(1, "test")).schedule(handle, &info).node()
}

#[test]
fn each_profile_decides_in_its_own_way() {
    let packing = json!([{ "name": "NodeResourcesFit", "args": { "scoringStrategy": { "type": "MostAllocated" } } }]);
    let configuration = parse(json!({ "profiles": [
        { "schedulerName": "default-scheduler" },
        { "schedulerName": "packing", "pluginConfig": packing, "plugins": { "score": {
            "disabled": [{ "name": "*" }], "enabled": [{ "name": "NodeResourcesFit" }] } } },
        { "schedulerName": "careless", "plugins": { "filter": { "disabled": [{ "name": "NodeResourcesFit" }] } } },
    ] }));
    let small = |name: &str| node(name).capacity("4", "8Gi", 110);
    let scene = Scene::new(vec![small("busy"), small("idle")], vec![pod("there").on("busy").request("cpu", "2").request("memory", "4Gi")]);
    let asking = |scheduler: &str, cpu: &str| pod("p").request("cpu", cpu).request("memory", "1Gi").spec("schedulerName", json!(scheduler));
    assert_eq!(goes(&configuration, &scene, &asking("default-scheduler", "1")), Ok("idle".to_owned()));
    assert_eq!(goes(&configuration, &scene, &asking("packing", "1")), Ok("busy".to_owned()));
    assert!(goes(&configuration, &scene, &asking("packing", "9")).is_err());
    assert!(goes(&configuration, &scene, &asking("careless", "9")).is_ok(), "nobody asks whether it fits");
    assert!(configuration.profiles.of(&asking("elsewhere", "1").info().pod).is_none(), "that is another scheduler's business");
}

#[test]
fn listed_default_constraints_take_the_place_of_the_systems() {
    let constraints = json!([{ "maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule" }]);
    let args = json!({ "defaultingType": "List", "defaultConstraints": constraints });
    let configuration = parse(json!({ "profiles": [{ "pluginConfig": [{ "name": "PodTopologySpread", "args": args }] }] }));
    let nodes = vec![node("a").label("rack", "1"), node("b").label("rack", "2").unschedulable(), node("bare")];
    let mut scene = Scene::new(nodes, vec![pod("there").label("app", "web").on("a")]);
    let plain = pod("p").label("app", "web");
    assert!(goes(&configuration, &scene, &plain).is_ok(), "nothing selects the pod");
    let service = json!({ "metadata": { "name": "s", "namespace": "default" }, "spec": { "selector": { "app": "web" } } });
    scene.listers.set_service(std::sync::Arc::new(serde_json::from_value(service).expect("a service")));
    let message = goes(&configuration, &scene, &plain).expect_err("the only rack that takes pods is ahead by one");
    let expected = "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, \
        1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable.";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn without_scores_the_first_node_that_fits_is_taken() {
    let configuration = parse(json!({ "profiles": [{ "plugins": { "score": { "disabled": [{ "name": "*" }] } } }] }));
    let scene = Scene::new(["a", "b", "c"].map(node).to_vec(), vec![]);
    let handle = Handle { profile: configuration.profiles.first(), ..scene.handle() };
    let mut algorithm = Algorithm::new(0, Stream::new(1, "test"));
    let mut next = || match algorithm.schedule(handle, &pod("p").info()) {
        Outcome::Placed(placement) => placement.node,
        Outcome::Failed(failure) => panic!("{}", failure.message),
    };
    assert_eq!([next(), next(), next(), next()], ["a", "b", "c", "a"], "the search goes on where it stopped");
}

#[test]
fn numbers_reach_the_scheduler() {
    let configuration = parse(json!({ "percentageOfNodesToScore": 30, "podInitialBackoffSeconds": 2, "podMaxBackoffSeconds": 20,
        "clientConnection": { "qps": 5, "burst": 7 }, "profiles": [{ "percentageOfNodesToScore": 70 }] }));
    assert_eq!((configuration.percentage_of_nodes_to_score, configuration.qps, configuration.burst), (30, 5.0, 7));
    assert_eq!((configuration.back_off.initial.as_secs(), configuration.back_off.max.as_secs()), (2, 20));
    assert_eq!(configuration.profiles.first().percentage_of_nodes_to_score(), Some(70));
}

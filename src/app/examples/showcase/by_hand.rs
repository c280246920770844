//! A session made by hand: enough of a cluster to look at and to click on, with no logic of Kubernetes in it.

use std::time::Duration;

use podarium_sim::Time;

use super::Session;
use super::model::*;

pub struct ByHand {
    snapshot: Snapshot,
    traffic: TrafficView,
    revision: u64,
    /// Everything asked of this session.
    pub asked: Vec<Action>,
}

const IMAGES: [(&str, &str, &str); 3] = [
    ("hello", "course/hello:1.0", "6d4cf56db6"),
    ("hello", "course/hello:1.1", "7c9f8b5d4f"),
    ("auth", "course/auth:2.3", "58b6d9c7bd"),
];

impl ByHand {
    pub fn named(name: &str) -> ByHand {
        match name {
            "hundred" => ByHand::with(cluster(100, 30)),
            "rollout" => ByHand::with(rollout()),
            "trouble" => ByHand::with(trouble()),
            "traffic" => ByHand { traffic: traffic(), ..ByHand::with(rollout()) },
            "empty" => ByHand::with(cluster(3, 0)),
            _ => ByHand::with(three()),
        }
    }

    fn with(cluster: ClusterView) -> ByHand {
        let clock = Clock { now: Time::from_millis(34_512), ..Clock::default() };
        let scenarios = [
            ("self-healing", "Self-healing"),
            ("fourth-pod", "The accidental fourth pod"),
            ("rolling-update", "A rolling update"),
            ("node-failure", "A node fails"),
        ];
        let scenarios = scenarios.map(|(name, title)| ScenarioEntry { name: name.into(), title: title.into() }).into();
        let snapshot = Snapshot { clock, cluster, lesson: lesson(), terminal: terminal(), scenarios, ..Snapshot::default() };
        ByHand { snapshot, traffic: TrafficView::default(), revision: 1, asked: Vec::new() }
    }

    fn pod(&mut self, name: &str) -> Option<&mut PodView> {
        self.snapshot.cluster.pods.iter_mut().find(|pod| pod.name == name)
    }

    fn node(&mut self, name: &str) -> Option<&mut NodeView> {
        self.snapshot.cluster.nodes.iter_mut().find(|node| node.name == name)
    }
}

impl Session for ByHand {
    fn revision(&self) -> u64 {
        self.revision
    }

    fn clock(&self) -> Clock {
        self.snapshot.clock.clone()
    }

    fn snapshot(&self, selected: Option<&ObjectRef>) -> Snapshot {
        let details = selected.and_then(|object| details(&self.snapshot.cluster, object));
        Snapshot { details, ..self.snapshot.clone() }
    }

    fn traffic(&self, _cluster: &ClusterView) -> TrafficView {
        self.traffic.clone()
    }

    fn act(&mut self, action: Action) -> Result<(), String> {
        self.asked.push(action.clone());
        self.revision += 1;
        match action {
            Action::KillPod { name, .. } => {
                if let Some(pod) = self.pod(&name) {
                    (pod.stage, pod.status, pod.progress_percent) = (Stage::Terminating, "Terminating".into(), Some(0));
                }
            }
            Action::Pause => self.snapshot.clock.paused = true,
            Action::Resume => self.snapshot.clock.paused = false,
            Action::SetSpeed(speed) => self.snapshot.clock.speed = speed,
            Action::StepBy(step) => self.snapshot.clock.now += step,
            Action::Cordon(name) => self.node(&name).into_iter().for_each(|node| node.unschedulable = true),
            Action::Uncordon(name) => self.node(&name).into_iter().for_each(|node| node.unschedulable = false),
            Action::StopNode(name) => self.node(&name).into_iter().for_each(|node| node.stopped = true),
            Action::StartNode(name) => self.node(&name).into_iter().for_each(|node| node.stopped = false),
            Action::Type(line) => {
                let prompt = self.snapshot.terminal.prompt.clone();
                self.snapshot
                    .terminal
                    .lines
                    .push(TerminalLine { kind: LineKind::Input, text: format!("{prompt}{line}"), inks: Vec::new() });
                self.snapshot.terminal.history.push(line);
            }
            Action::LoadScenario(ScenarioSource::Path(path)) => {
                return Err(format!(
                    "{}:12: unknown field `replica`, expected `replicas`\n   12 |   replica: 3",
                    path.display()
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn advance(&mut self, wall: Duration) {
        if self.snapshot.clock.paused {
            return;
        }
        self.snapshot.clock.now += wall;
        for pod in &mut self.snapshot.cluster.pods {
            if let (Stage::Terminating, Some(percent)) = (pod.stage, &mut pod.progress_percent) {
                *percent = percent.saturating_add(1);
                self.revision += 1;
            }
        }
        self.snapshot.cluster.pods.retain(|pod| pod.progress_percent.is_none_or(|percent| percent < 100));
    }

    fn moving(&self) -> bool {
        !self.snapshot.clock.paused
    }
}

fn versions() -> Vec<VersionView> {
    let version = |(owner, image, hash): &(&str, &str, &str)| VersionView {
        owner: (*owner).into(),
        tag: image.rsplit(':').next().unwrap_or_default().into(),
        image: (*image).into(),
        pod_template_hash: (*hash).into(),
    };
    IMAGES.iter().map(version).collect()
}

fn node(at: usize, count: usize) -> NodeView {
    NodeView {
        name: if count > 9 { format!("worker-{at:03}") } else { format!("worker-{at}") },
        zone: Some(format!("europe-west1-{}", ["b", "c", "d"][at % 3])),
        ready: true,
        cpu_requested_millis: 600 + 410 * (at as u64 % 7),
        cpu_allocatable_millis: 4000,
        memory_requested_bytes: (1 + at as u64 % 5) << 30,
        memory_allocatable_bytes: 8 << 30,
        ..NodeView::default()
    }
}

fn pod(at: usize, node: Option<&str>, version: usize, stage: Stage, status: &str) -> PodView {
    let (app, _, hash) = IMAGES[version];
    let letters: String =
        (0..5).map(|place| char::from(b"bcdfghjklmnpqrstvwxz2456789"[(at * 7 + place * 11 + at / 3) % 27])).collect();
    PodView {
        namespace: "default".into(),
        name: format!("{app}-{hash}-{letters}"),
        uid: format!("uid-{at}"),
        node: node.map(Into::into),
        stage,
        status: status.into(),
        ip: Some(format!("10.244.0.{at}")),
        ready_containers: u32::from(stage == Stage::Ready),
        containers: 1,
        restarts: 0,
        created: Time::from_secs(at as u64 % 30),
        progress_percent: match stage {
            Stage::Pulling => Some(60),
            Stage::Terminating => Some(35),
            _ => None,
        },
        version: Some(version),
        owner: Some(ObjectRef::new(Kind::ReplicaSet, "default", &format!("{app}-{hash}"))),
    }
}

fn cluster(nodes: usize, pods_per_node: usize) -> ClusterView {
    let nodes: Vec<NodeView> = (0..nodes).map(|at| node(at + 1, nodes)).collect();
    let mut pods = Vec::new();
    for at in 0..nodes.len() * pods_per_node {
        let stage = match at % 97 {
            3 => (Stage::BackOff, "CrashLoopBackOff"),
            11 => (Stage::Pulling, "ContainerCreating"),
            29 => (Stage::Terminating, "Terminating"),
            47 => (Stage::NotReady, "Running"),
            _ => (Stage::Ready, "Running"),
        };
        let version = if at % 3 == 0 { 2 } else { usize::from(at % 5 == 1) };
        pods.push(pod(at, Some(&nodes[at % nodes.len()].name), version, stage.0, stage.1));
    }
    let mut view = ClusterView { nodes, pods, versions: versions(), events: events(), ..ClusterView::default() };
    view.deployments = vec![deployment("hello", 3, &[(0, 3, 3)]), deployment("auth", 2, &[(2, 2, 2)])];
    if view.nodes.len() > 20 {
        view.nodes[16].ready = false;
        view.nodes[41].unschedulable = true;
        view.nodes[73].stopped = true;
        view.pods.extend((0..14).map(|at| pod(9000 + at, None, at % 3, Stage::Pending, "Pending")));
    }
    view
}

fn three() -> ClusterView {
    let mut view = cluster(3, 0);
    let ready = |at, node, version| pod(at, Some(node), version, Stage::Ready, "Running");
    view.pods = vec![
        ready(1, "worker-1", 0),
        ready(2, "worker-2", 0),
        pod(3, Some("worker-3"), 0, Stage::Terminating, "Terminating"),
        ready(4, "worker-1", 2),
        ready(5, "worker-3", 2),
        pod(6, Some("worker-2"), 0, Stage::Pulling, "ContainerCreating"),
    ];
    view
}

fn rollout() -> ClusterView {
    let mut view = cluster(3, 0);
    let on = |at, node, version, stage, status| pod(at, Some(node), version, stage, status);
    view.pods = vec![
        on(1, "worker-1", 0, Stage::Ready, "Running"),
        on(2, "worker-2", 0, Stage::Ready, "Running"),
        on(3, "worker-3", 0, Stage::Terminating, "Terminating"),
        on(4, "worker-1", 1, Stage::Ready, "Running"),
        on(5, "worker-2", 1, Stage::NotReady, "Running"),
        on(6, "worker-3", 1, Stage::Starting, "ContainerCreating"),
        on(7, "worker-3", 2, Stage::Ready, "Running"),
        on(8, "worker-1", 2, Stage::Ready, "Running"),
    ];
    view.deployments[0] = deployment("hello", 4, &[(1, 3, 1), (0, 2, 2)]);
    view
}

/// Three quarters of the answers come from the old version, and one request is lost.
fn traffic() -> TrafficView {
    let on = |node: &str, pod: usize| Spot::On { node: node.into(), ip: format!("10.244.0.{pod}") };
    let flow = |via: &str, node: &str, pod, per_second| FlowView { client: Spot::Outside, via: Some(via.into()), server: on(node, pod), per_second };
    let request = |leg, share, via: &str, server: Option<Spot>, version| RequestView {
        client: Spot::Outside,
        via: Some(via.into()).filter(|_| leg != Leg::ToEntry),
        server,
        leg,
        share,
        version,
    };
    let generator = GeneratorView {
        name: "shoppers".into(),
        target: "hello:80".into(),
        load: "100 a second".into(),
        running: true,
        sent: 3412,
        success_percent: Some(99.7),
        failures: vec![("reset".into(), 3)],
        median: Some(Duration::from_micros(5300)),
        slowest_percent: Some(Duration::from_micros(11_800)),
        shares: vec![
            ShareView { name: "1.0".into(), version: Some(0), percent: 74.0 },
            ShareView { name: "1.1".into(), version: Some(1), percent: 26.0 },
        ],
        seconds: (0..40).map(|second| (94 + second % 7, u64::from(second == 33) * 3)).collect(),
    };
    TrafficView {
        generators: vec![generator],
        flows: vec![
            flow("worker-1", "worker-1", 1, 18),
            flow("worker-1", "worker-2", 2, 20),
            flow("worker-2", "worker-1", 4, 12),
            flow("worker-3", "worker-2", 2, 50),
        ],
        requests: vec![
            request(Leg::ToEntry, 0.6, "worker-1", None, None),
            request(Leg::ToEndpoint, 0.5, "worker-1", Some(on("worker-2", 2)), None),
            request(Leg::AtProcess, 0.3, "worker-2", Some(on("worker-1", 4)), Some(1)),
            request(Leg::Answer, 0.3, "worker-1", Some(on("worker-1", 1)), Some(0)),
            request(Leg::Failure, 0.2, "worker-3", Some(on("worker-2", 2)), None),
        ],
    }
}

fn trouble() -> ClusterView {
    let mut view = cluster(5, 0);
    let stages = [
        (Stage::Ready, "Running"),
        (Stage::Pulling, "ContainerCreating"),
        (Stage::Starting, "ContainerCreating"),
        (Stage::NotReady, "Running"),
        (Stage::BackOff, "CrashLoopBackOff"),
        (Stage::Terminating, "Terminating"),
        (Stage::Succeeded, "Completed"),
        (Stage::Failed, "Error"),
        (Stage::Unknown, "Unknown"),
    ];
    for (at, (stage, status)) in stages.into_iter().enumerate() {
        for version in 0..3 {
            let node = format!("worker-{}", at % 3 + 1);
            view.pods.push(pod(at * 3 + version, Some(&node), version, stage, status));
        }
    }
    view.pods.extend((0..3).map(|at| pod(100 + at, None, at, Stage::Pending, "Pending")));
    view.nodes[1].unschedulable = true;
    view.nodes[3].ready = false;
    view.nodes[4].stopped = true;
    view
}

/// `sets`: version, desired, ready; the newest first.
fn deployment(name: &str, desired: u32, sets: &[(usize, u32, u32)]) -> DeploymentView {
    let replica_sets: Vec<ReplicaSetView> = sets
        .iter()
        .enumerate()
        .map(|(age, (version, desired, ready))| ReplicaSetView {
            namespace: "default".into(),
            name: format!("{name}-{}", IMAGES[*version].2),
            revision: (sets.len() - age).to_string(),
            image: IMAGES[*version].1.into(),
            desired: *desired,
            current: *desired,
            ready: *ready,
            version: Some(*version),
        })
        .collect();
    let ready = replica_sets.iter().map(|set| set.ready).sum();
    DeploymentView {
        namespace: "default".into(),
        name: name.into(),
        desired,
        current: replica_sets.iter().map(|set| set.current).sum(),
        updated: replica_sets[0].current,
        ready,
        available: ready,
        rolling: Some(RollingBudget {
            max_surge: 1,
            max_unavailable: 1,
            max_surge_text: "25%".into(),
            max_unavailable_text: "25%".into(),
        }),
        revision: sets.len().to_string(),
        replica_sets,
        ..DeploymentView::default()
    }
}

fn events() -> Vec<EventView> {
    let event = |seconds: u64, kind, reason: &str, object: ObjectRef, message: &str, source: &str| EventView {
        time: Time::from_millis(seconds * 1000 + 37 * seconds % 1000),
        kind,
        reason: reason.into(),
        about: object.to_string(),
        object: Some(object),
        message: message.into(),
        source: source.into(),
        count: 1,
    };
    let pod = |name: &str| ObjectRef::new(Kind::Pod, "default", name);
    let hello = pod("hello-6d4cf56db6-x2k9p");
    let normal = EventKind::Normal;
    vec![
        event(
            1,
            normal,
            "ScalingReplicaSet",
            ObjectRef::new(Kind::Deployment, "default", "hello"),
            "Scaled up replica set hello-6d4cf56db6 from 0 to 3",
            "deployment-controller",
        ),
        event(
            1,
            normal,
            "SuccessfulCreate",
            ObjectRef::new(Kind::ReplicaSet, "default", "hello-6d4cf56db6"),
            "Created pod: hello-6d4cf56db6-x2k9p",
            "replicaset-controller",
        ),
        event(
            1,
            normal,
            "Scheduled",
            hello.clone(),
            "Successfully assigned default/hello-6d4cf56db6-x2k9p to worker-2",
            "default-scheduler",
        ),
        event(2, normal, "Pulling", hello.clone(), "Pulling image \"course/hello:1.0\"", "kubelet"),
        event(
            4,
            normal,
            "Pulled",
            hello.clone(),
            "Successfully pulled image \"course/hello:1.0\" in 2.013s (2.013s including waiting). Image size: 51200000 bytes.",
            "kubelet",
        ),
        event(4, normal, "Created", hello.clone(), "Created container: hello", "kubelet"),
        event(5, normal, "Started", hello.clone(), "Started container hello", "kubelet"),
        event(
            31,
            EventKind::Warning,
            "Unhealthy",
            hello.clone(),
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            "kubelet",
        ),
        event(33, normal, "Killing", hello, "Stopping container hello", "kubelet"),
    ]
}

fn lesson() -> LessonView {
    let met = |name: &str, why: &str, state| Some(ObjectiveView { name: name.into(), why: why.into(), state });
    LessonView {
        title: "Self-healing".into(),
        current: 1,
        steps: vec![
            StepView {
                title: "Three replicas are declared".into(),
                text: "A Deployment asks for **three** pods.".into(),
                objective: met("3 pods ready", "3 of 3 ready", ObjectiveState::Met),
                done: true,
                ..StepView::default()
            },
            StepView {
                title: "Kill one".into(),
                text: "Select a pod in the scene and press **K**, or type the command below.\n\nThe *ReplicaSet controller* compares:\n\n* **desired**: 3 replicas\n* **actual**: 2 that are not terminating\n\nIt creates one pod at once; it does not wait for the old one to end.".into(),
                commands: vec!["kubectl delete pod -l app=hello --field-selector spec.nodeName=worker-3".into(), "kubectl get pods --watch".into()],
                objective: met("Back to 3 ready within 10 s", "2 of 3 ready", ObjectiveState::Open),
                done: false,
            },
            StepView { title: "Ask who did it".into(), text: "Read the events.".into(), ..StepView::default() },
        ],
        objectives: vec![ObjectiveView { name: "Never fewer than 2 ready".into(), state: ObjectiveState::Open, why: "held for 34 s".into() }],
    }
}

fn terminal() -> TerminalView {
    let line = |kind, text: &str| TerminalLine { kind, text: text.into(), inks: Vec::new() };
    TerminalView {
        lines: vec![
            line(LineKind::Note, "A cluster with three nodes. kubectl is at hand; try `kubectl get pods`."),
            line(LineKind::Input, "student@podarium:~$ kubectl get deployments"),
            line(LineKind::Output, "NAME    READY   UP-TO-DATE   AVAILABLE   AGE"),
            line(LineKind::Output, "hello   2/3     3            2           34s"),
            line(LineKind::Output, "auth    2/2     2            2           34s"),
            line(LineKind::Input, "student@podarium:~$ kubectl get pod nope"),
            line(LineKind::Error, "Error from server (NotFound): pods \"nope\" not found"),
        ],
        prompt: "student@podarium:~$ ".into(),
        tabs: vec!["bash".into()],
        history: vec!["kubectl get deployments".into(), "kubectl get pod nope".into()],
        ..TerminalView::default()
    }
}

fn details(cluster: &ClusterView, object: &ObjectRef) -> Option<Details> {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let events = cluster.events.iter().filter(|event| event.object.as_ref().is_some_and(|about| about.kind == object.kind)).cloned().collect();
    let yaml = format!(
        "apiVersion: v1\nkind: {}\nmetadata:\n  name: {}\n  labels:\n    app: hello\nspec:\n  containers:\n  - image: course/hello:1.0\n    name: hello\n",
        object.kind.info().kind,
        object.name
    );
    let mut details = Details { object: object.clone(), events, yaml, ..Details::default() };
    match object.kind {
        Kind::Pod => {
            let pod = cluster.pod(object)?;
            let app = if pod.version == Some(2) { "auth" } else { "hello" };
            details.owners =
                pod.owner.iter().cloned().chain([ObjectRef::new(Kind::Deployment, "default", app)]).collect();
            details.facts = vec![
                fact("Namespace", "default"),
                fact("Node", pod.node.as_deref().unwrap_or("none")),
                fact("IP", "10.244.2.7"),
                fact("Age", "34s"),
                fact("QoS class", "Burstable"),
                fact("Labels", "app=hello, pod-template-hash=6d4cf56db6"),
            ];
            details.containers = vec![ContainerView {
                name: app.into(),
                image: IMAGES[pod.version.unwrap_or(0)].1.into(),
                state: "Running".into(),
                ready: pod.stage == Stage::Ready,
                restarts: 1,
            }];
        }
        Kind::Node => {
            cluster.node(&object.name)?;
            details.facts =
                vec![fact("Zone", "europe-west1-b"), fact("Kubelet", "v1.36.2"), fact("Lease", "renewed 3 s ago")];
            details.conditions = vec![ConditionView {
                kind: "Ready".into(),
                status: "True".into(),
                reason: "KubeletReady".into(),
                message: "kubelet is posting ready status".into(),
            }];
        }
        _ => {}
    }
    Some(details)
}

//! What the engine costs: a small scenario, a hundred nodes coming up, and the same cluster at rest.
//!
//! `cargo bench -p podarium-course --bench engine`

use std::sync::Arc;
use std::time::Duration;

use podarium_course::{Audience, Input, Scenario, Simulation, load, shipped};
use podarium_sim::Time;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn scenario(name: &str) -> Arc<Scenario> {
    Arc::new(shipped(name).expect("it is shipped").load().expect("it is valid"))
}

/// The cluster of a large class: 100 nodes, and Deployments of 100 pods each.
fn large(pods: usize) -> Arc<Scenario> {
    let mut text = "name: large\ntitle: Large\ncluster:\n  nodes:\n    - {count: 100, cpu: 8, memory: 32Gi}\nimages:\n  - name: shop/app:1\nmanifests:\n".to_owned();
    for index in 0..pods / 100 {
        text.push_str(&format!(
            "  - {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app-{index}}}, spec: {{replicas: 100, selector: {{matchLabels: {{app: a{index}}}}}, template: {{metadata: {{labels: {{app: a{index}}}}}, spec: {{containers: [{{name: app, image: 'shop/app:1', resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}}}]}}}}}}}}\n"
        ));
    }
    Arc::new(load("large.yaml", &text, |_| Err("no files".to_owned())).expect("the scenario is valid"))
}

fn ready(simulation: &Simulation) -> usize {
    simulation.cluster().list::<podarium_api::Pod>().filter(|pod| podarium_api::pod_state::pod_is_ready(pod)).count()
}

/// Until all pods are ready, and how long that took in virtual time.
fn bring_up(scenario: &Arc<Scenario>, pods: usize) -> Simulation {
    let mut simulation = Simulation::new(scenario.clone(), None, Audience::Nobody);
    while ready(&simulation) < pods {
        let next = simulation.now() + Duration::from_secs(5);
        assert!(next < Time::from_secs(1200), "{} of {pods} pods are ready after 20 minutes", ready(&simulation));
        simulation.advance(next);
    }
    simulation
}

#[divan::bench(sample_count = 20)]
fn self_healing_60_s(bencher: divan::Bencher<'_, '_>) {
    let scenario = scenario("self-healing");
    bencher.with_inputs(|| Simulation::new(scenario.clone(), None, Audience::Nobody)).bench_values(|mut simulation| {
        simulation.advance(Time::from_secs(60));
        simulation.cluster().trace_hash()
    });
}

#[divan::bench(args = [300, 3000], sample_count = 3)]
fn hundred_nodes_from_nothing(bencher: divan::Bencher<'_, '_>, pods: usize) {
    let scenario = large(pods);
    bencher.bench(|| bring_up(&scenario, pods).now());
}

#[divan::bench(args = [300, 3000], sample_count = 3)]
fn hundred_nodes_idle_minute(bencher: divan::Bencher<'_, '_>, pods: usize) {
    let scenario = large(pods);
    let up = bring_up(&scenario, pods);
    bencher.with_inputs(|| up.clone()).bench_values(|mut simulation| {
        let until = simulation.now() + Duration::from_secs(60);
        simulation.advance(until);
        simulation.cluster().trace_hash()
    });
}

#[divan::bench(sample_count = 20)]
fn clone_of_3000_pods(bencher: divan::Bencher<'_, '_>) {
    let up = bring_up(&large(3000), 3000);
    bencher.bench(|| up.clone());
}

/// One line on the student's terminal, until the shell waits for the next.
fn type_line(simulation: &mut Simulation, line: &str) -> Vec<u8> {
    simulation.input(Input::Type(line.to_owned()));
    while !simulation.world().is_idle() {
        let next = simulation.next_at().expect("a command that runs goes on some time");
        simulation.advance(next);
    }
    simulation.world_mut().take_output()
}

/// The target is 20 ms.
#[divan::bench(sample_count = 10)]
fn kubectl_get_all_of_3000_pods(bencher: divan::Bencher<'_, '_>) {
    let mut up = bring_up(&large(3000), 3000);
    type_line(&mut up, "kubectl get namespaces");
    bencher.with_inputs(|| up.clone()).bench_values(|mut simulation| {
        let output = type_line(&mut simulation, "kubectl get pods -A");
        assert!(output.iter().filter(|byte| **byte == b'\n').count() >= 3000, "{}", String::from_utf8_lossy(&output));
        output
    });
}

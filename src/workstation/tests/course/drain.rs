//! Taking the pods off a node: what a budget holds back does not hold back the others.

use crate::student::Student;

/// A node with a pod that a budget guards, one that nobody guards, and one that takes its time to end.
fn student() -> Student {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl cordon node-2; kubectl cordon node-3",
        "kubectl create deployment guarded --image=nginx:1.27; kubectl create pdb guard --selector=app=guarded --min-available=1",
        "kubectl create deployment free --image=nginx:1.27; kubectl rollout status deployment guarded --timeout=120s; kubectl rollout status deployment free --timeout=120s",
        "kubectl uncordon node-2",
    ]);
    student
}

#[test]
fn a_budget_holds_back_its_own_pods_alone() {
    let mut student = student();
    student.quietly(&["kubectl drain node-1 --ignore-daemonsets --timeout=12s > out.log 2> errors.log"]);
    let said = student.run("sed -e 's/-[a-z0-9]*-[a-z0-9]*/-X/' out.log");
    let wanted = "node/node-1 cordoned\nevicting pod default/free-X\nevicting pod default/guarded-X\npod/free-X evicted\nevicting pod default/guarded-X\nevicting pod default/guarded-X\nevicting pod default/guarded-X\n";
    assert_eq!(said, wanted);
    student.lines(&[
        ("grep -c 'will retry after 5s): Cannot evict pod as it would violate the pod.s disruption budget.' errors.log", "3\n"),
        ("grep -c 'global timeout reached: 12s' errors.log", "3\n"),
    ]);
    // As soon as the budget lets it go, it goes.
    student.quietly(&["kubectl scale deployment guarded --replicas=2; kubectl rollout status deployment guarded --timeout=60s"]);
    let said = student.run("kubectl drain node-1 --ignore-daemonsets | sed -e 's/-[a-z0-9]*-[a-z0-9]*/-X/'");
    assert_eq!(said, "node/node-1 already cordoned\nevicting pod default/guarded-X\npod/guarded-X evicted\nnode/node-1 drained\n");
}

#[test]
fn deleting_instead_of_evicting_asks_no_budget() {
    let mut student = student();
    let said = student.run("kubectl drain node-1 --ignore-daemonsets --disable-eviction 2>&1 | sed -e 's/-[a-z0-9]*-[a-z0-9]*/-X/'");
    assert_eq!(said, "node/node-1 cordoned\npod/free-X deleted\npod/guarded-X deleted\nnode/node-1 drained\n");
}

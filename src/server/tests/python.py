"""The Python client on a served cluster: each function is one thing that programs do. Prints `python agrees` at the end.

  python.py KUBECONFIG
"""
import datetime, json, sys, threading, time
import urllib3
from kubernetes import client, config, dynamic, stream, watch
from kubernetes.client import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import portforward
from kubernetes.utils import create_from_dict

try:
    from kubernetes import informer as informers
except ImportError:
    informers = None

config.load_kube_config(sys.argv[1])
core, apps, batch, custom = client.CoreV1Api(), client.AppsV1Api(), client.BatchV1Api(), client.CustomObjectsApi()
NS = "default"


def refused(status, words, call, *args, **more):
    try:
        call(*args, **more)
    except ApiException as error:
        assert error.status == status and words in error.body, (error.status, error.body)
        return error
    raise AssertionError(f"{call.__name__} was not refused")


def raw(method, path, body=None, kind="application/json", token=None):
    """A request that the client has no function for."""
    settings = client.Configuration.get_default_copy()
    pool = urllib3.PoolManager(ca_certs=settings.ssl_ca_cert)
    authorization = f"Bearer {token}" if token else settings.auth_settings()["BearerToken"]["value"]
    headers = {"Authorization": authorization, "Content-Type": kind, "Accept": "application/json"}
    return pool.request(method, settings.host + path, body=body, headers=headers)


def pod(name, command, **spec):
    container = {"name": "c", "image": "busybox:1.36", "command": ["sh", "-c", command]}
    return {"metadata": {"name": name, "labels": {"run": name}}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 1, **spec}}


def until(what, call, limit=60):
    end = time.time() + limit
    while time.time() < end:
        found = call()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"it does not come: {what}")


def running(name):
    return until(f"{name} runs", lambda: core.read_namespaced_pod(name, NS).status.phase == "Running")


def versions():
    version = client.VersionApi().get_code()
    assert (version.major, version.minor) == ("1", "36"), version
    assert "apps" in [group.name for group in client.ApisApi().get_api_versions().groups]
    assert "pods" in [resource.name for resource in core.get_api_resources().resources]


def deployments():
    body = {"metadata": {"name": "py"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "py"}}, "template": {
        "metadata": {"labels": {"app": "py"}}, "spec": {"containers": [{"name": "c", "image": "busybox:1.36", "command": ["sleep", "100000"]}]}}}}
    made = apps.create_namespaced_deployment(NS, body)
    assert made.spec.strategy.rolling_update.max_surge == "25%", made.spec.strategy
    ready = set()
    for event in watch.Watch().stream(core.list_namespaced_pod, NS, label_selector="app=py", timeout_seconds=60):
        conditions = event["object"].status.conditions or []
        if any(condition.type == "Ready" and condition.status == "True" for condition in conditions):
            ready.add(event["object"].metadata.name)
        if len(ready) == 2:
            break
    assert len(ready) == 2, ready
    apps.patch_namespaced_deployment_scale("py", NS, {"spec": {"replicas": 1}})
    assert apps.read_namespaced_deployment_scale("py", NS).spec.replicas == 1
    until("one pod is left", lambda: len(core.list_namespaced_pod(NS, label_selector="app=py").items) == 1)
    read = apps.read_namespaced_deployment("py", NS)
    read.spec.template.spec.containers[0].image = "busybox:1.37"
    apps.replace_namespaced_deployment("py", NS, read)
    read.spec.replicas = 5
    refused(409, "the object has been modified", apps.replace_namespaced_deployment, "py", NS, read)
    until("the new one is rolled out", lambda: apps.read_namespaced_deployment("py", NS).status.updated_replicas == 1)
    apps.delete_namespaced_deployment("py", NS, propagation_policy="Foreground")
    until("all is gone", lambda: not core.list_namespaced_pod(NS, label_selector="app=py").items)


def patches():
    core.create_namespaced_config_map(NS, {"metadata": {"name": "p", "labels": {"a": "1"}}, "data": {"x": "1", "y": "2"}})
    def patch(kind, body, **more):
        return core.patch_namespaced_config_map("p", NS, body, _content_type=f"application/{kind}", **more)
    assert patch("merge-patch+json", {"data": {"x": None, "z": "3"}}).data == {"y": "2", "z": "3"}
    assert patch("strategic-merge-patch+json", {"metadata": {"labels": {"b": "2"}}}).metadata.labels == {"a": "1", "b": "2"}
    assert patch("json-patch+json", [{"op": "replace", "path": "/data/y", "value": "4"}, {"op": "test", "path": "/data/y", "value": "4"}]).data["y"] == "4"
    refused(422, "the server rejected our request due to an error in our request", patch, "json-patch+json", [{"op": "remove", "path": "/data/none"}])
    applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "p"}, "data": {"mine": "1", "y": "5"}}
    error = refused(409, "conflict", patch, "apply-patch+yaml", applied, field_manager="py")
    assert json.loads(error.body)["details"]["causes"][0]["field"] == ".data.y", error.body
    forced = patch("apply-patch+yaml", applied, field_manager="py", force=True)
    assert forced.data == {"y": "5", "z": "3", "mine": "1"}, forced.data
    assert [entry.manager for entry in forced.metadata.managed_fields if entry.operation == "Apply"] == ["py"]
    less = {**applied, "data": {"y": "5"}}
    assert "mine" not in patch("apply-patch+yaml", less, field_manager="py").data
    assert raw("PATCH", f"/api/v1/namespaces/{NS}/configmaps/p", b"{}", "text/plain").status == 415
    assert patch("merge-patch+json", {"data": {"dry": "1"}}, dry_run="All").data["dry"] == "1"
    assert "dry" not in core.read_namespaced_config_map("p", NS).data


def lists_and_selectors():
    for number in range(7):
        core.create_namespaced_config_map(NS, {"metadata": {"name": f"page-{number}", "labels": {"page": "odd" if number % 2 else "even"}}})
    seen, token, pages = [], None, 0
    while True:
        page = core.list_namespaced_config_map(NS, label_selector="page", limit=3, _continue=token)
        seen += [item.metadata.name for item in page.items]
        token, pages = page.metadata._continue, pages + 1
        if not token:
            break
        assert page.metadata.remaining_item_count is None, "with a selector nobody counts"
    assert seen == [f"page-{number}" for number in range(7)] and pages == 3, (seen, pages)
    assert len(core.list_namespaced_config_map(NS, label_selector="page in (odd), page notin (even)").items) == 3
    assert len(core.list_namespaced_config_map(NS, field_selector="metadata.name=page-4").items) == 1
    refused(400, "is not a known field selector", core.list_namespaced_config_map, NS, field_selector="data.x=1")
    refused(400, "expected: ',' or 'end of string'", core.list_namespaced_config_map, NS, label_selector="a=b=c")
    core.delete_collection_namespaced_config_map(NS, label_selector="page=odd")
    assert len(core.list_namespaced_config_map(NS, label_selector="page").items) == 4
    refused(404, "not found", core.read_namespaced_config_map, "page-1", NS)


def informer():
    """List, then watch from there; what is missed in between comes all the same."""
    version = core.list_namespaced_config_map(NS).metadata.resource_version
    core.create_namespaced_config_map(NS, {"metadata": {"name": "seen"}})
    core.patch_namespaced_config_map("seen", NS, {"data": {"a": "b"}})
    core.delete_namespaced_config_map("seen", NS)
    events = []
    for event in watch.Watch().stream(core.list_namespaced_config_map, NS, resource_version=version, timeout_seconds=30, allow_watch_bookmarks=True):
        if event["type"] != "BOOKMARK" and event["object"].metadata.name == "seen":
            events.append(event["type"])
        if event["type"] == "DELETED":
            break
    assert events == ["ADDED", "MODIFIED", "DELETED"], events
    began = time.time()
    assert list(watch.Watch().stream(core.list_namespaced_config_map, NS, resource_version=core.list_namespaced_config_map(NS).metadata.resource_version, timeout_seconds=2)) == []
    assert 0.02 < time.time() - began < 20
    query = "watch=true&resourceVersion=&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=3"
    answer = raw("GET", f"/api/v1/namespaces/{NS}/configmaps?{query}").data
    lines = [json.loads(line) for line in answer.splitlines()]
    marks = [line for line in lines if line["type"] == "BOOKMARK" and line["object"]["metadata"].get("annotations", {}).get("k8s.io/initial-events-end") == "true"]
    assert len(marks) == 1, answer
    if informers is None:
        return
    known = informers.SharedInformer(core.list_namespaced_config_map, NS)
    told = []
    known.add_event_handler("ADDED", lambda one: told.append(one.metadata.name))
    known.start()
    core.create_namespaced_config_map(NS, {"metadata": {"name": "informed"}})
    until("the informer is told", lambda: "informed" in told)
    assert "informed" in [one.metadata.name for one in known.cache.list()]
    known.stop()


def containers():
    core.create_namespaced_pod(NS, pod("box", "i=0; while true; do echo line $i; i=$((i+1)); sleep 1; done"))
    running("box")
    run = lambda *command, **more: stream.stream(core.connect_get_namespaced_pod_exec, "box", NS, command=list(command), stderr=True, stdout=True, stdin=False, tty=False, **more)
    assert run("echo", "hello") == "hello\n"
    live = stream.stream(core.connect_get_namespaced_pod_exec, "box", NS, command=["sh", "-c", "cat; echo gone >&2; exit 7"], stderr=True, stdin=True, stdout=True, tty=False, _preload_content=False)
    live.write_stdin("typed\n")
    live.update(timeout=5)
    until("the echo", lambda: (live.update(timeout=1), live.peek_stdout())[1], 20)
    assert live.read_stdout() == "typed\n"
    live.close()
    failed = stream.stream(core.connect_get_namespaced_pod_exec, "box", NS, command=["sh", "-c", "exit 7"], stderr=True, stdin=False, stdout=True, tty=False, _preload_content=False)
    failed.run_forever(timeout=20)
    assert failed.returncode == 7, failed.returncode
    text = until("logs", lambda: core.read_namespaced_pod_log("box", NS, tail_lines=2))
    assert text.count("line ") == 2, text
    assert core.read_namespaced_pod_log("box", NS, limit_bytes=4) == "line"
    stamped = core.read_namespaced_pod_log("box", NS, timestamps=True, tail_lines=1)
    datetime.datetime.fromisoformat(stamped.split(" ")[0][:19])
    followed = []
    for line in watch.Watch().stream(core.read_namespaced_pod_log, "box", NS, follow=True, tail_lines=1):
        followed.append(line)
        if len(followed) == 3:
            break
    numbers = [int(line.split()[1]) for line in followed]
    assert numbers == list(range(numbers[0], numbers[0] + 3)), followed
    refused(400, "container nope is not valid for pod box", core.read_namespaced_pod_log, "box", NS, container="nope")
    core.create_namespaced_pod_eviction("box", NS, {"metadata": {"name": "box"}})
    until("it is evicted", lambda: not core.list_namespaced_pod(NS, field_selector="metadata.name=box").items)


def ports():
    core.create_namespaced_pod(NS, {"metadata": {"name": "web", "labels": {"run": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}]}})
    running("web")
    forward = portforward(core.connect_get_namespaced_pod_portforward, "web", NS, ports="80")
    socket = forward.socket(80)
    socket.settimeout(20)
    socket.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
    answer = b""
    while True:
        piece = socket.recv(4096)
        if not piece:
            break
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200 OK") and b"Welcome to nginx!" in answer, answer
    assert forward.error(80) is None, forward.error(80)
    core.create_namespaced_service(NS, {"metadata": {"name": "web"}, "spec": {"selector": {"run": "web"}, "ports": [{"port": 80}]}})
    assert "Welcome to nginx!" in until("the proxy answers", lambda: core.connect_get_namespaced_service_proxy_with_path("web:80", NS, "index.html"))


def jobs():
    batch.create_namespaced_job(NS, {"metadata": {"name": "once"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox:1.36", "command": ["echo", "done"]}]}}}})
    until("the job ends", lambda: batch.read_namespaced_job("once", NS).status.succeeded == 1)
    name = core.list_namespaced_pod(NS, label_selector="job-name=once").items[0].metadata.name
    assert core.read_namespaced_pod_log(name, NS) == "done\n"
    kinds = [event.reason for event in core.list_namespaced_event(NS, field_selector="involvedObject.kind=Job").items]
    assert kinds == ["SuccessfulCreate", "Completed"], kinds


def own_kinds():
    schema = {"type": "object", "properties": {"spec": {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer", "minimum": 1}, "color": {"type": "string", "default": "red"}}}, "status": {"type": "object", "properties": {"ready": {"type": "boolean"}}}}}
    definition = {"metadata": {"name": "boxes.py.example.com"}, "spec": {"group": "py.example.com", "scope": "Namespaced", "names": {"plural": "boxes", "singular": "box", "kind": "Box"},
        "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": schema}}]}}
    extensions = client.ApiextensionsV1Api()
    extensions.create_custom_resource_definition(definition)
    established = lambda: any(one.type == "Established" and one.status == "True" for one in extensions.read_custom_resource_definition("boxes.py.example.com").status.conditions or [])
    until("it is established", established)
    where = ("py.example.com", "v1", NS, "boxes")
    made = until("it is served", lambda: custom.create_namespaced_custom_object(*where, {"apiVersion": "py.example.com/v1", "kind": "Box", "metadata": {"name": "a"}, "spec": {"size": 3}}))
    assert made["spec"] == {"size": 3, "color": "red"}, made
    refused(422, "spec.size in body should be greater than or equal to 1", custom.create_namespaced_custom_object, *where, {"apiVersion": "py.example.com/v1", "kind": "Box", "metadata": {"name": "b"}, "spec": {"size": 0}})
    assert custom.patch_namespaced_custom_object_status(*where, "a", {"status": {"ready": True}})["status"] == {"ready": True}
    assert [item["metadata"]["name"] for item in custom.list_namespaced_custom_object(*where)["items"]] == ["a"]
    boxes = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="py.example.com/v1", kind="Box")
    assert boxes.get(name="a", namespace=NS).spec.size == 3
    applied = boxes.server_side_apply(body={"apiVersion": "py.example.com/v1", "kind": "Box", "metadata": {"name": "c"}, "spec": {"size": 9}}, name="c", namespace=NS, field_manager="py")
    assert applied.spec.size == 9
    seen = [event["object"].metadata.name for event in boxes.watch(namespace=NS, timeout=2)]
    assert seen == ["a", "c"], seen
    extensions.delete_custom_resource_definition("boxes.py.example.com")
    until("it is gone", lambda: not [one for one in extensions.list_custom_resource_definition().items if one.metadata.name == "boxes.py.example.com"])


def dynamic_client():
    known = dynamic.DynamicClient(client.ApiClient())
    pods = known.resources.get(api_version="v1", kind="Pod")
    assert pods.subresources.keys() >= {"log", "exec", "eviction", "ephemeralcontainers", "resize"}, pods.subresources
    space = known.resources.get(api_version="v1", kind="Namespace").create(body={"metadata": {"name": "py"}})
    assert space.status.phase == "Active"
    create_from_dict(client.ApiClient(), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "py"}, "stringData": {"a": "b"}})
    assert core.read_namespaced_secret("s", "py").data == {"a": "Yg=="}
    core.delete_namespace("py")
    until("the namespace is gone", lambda: "py" not in [one.metadata.name for one in core.list_namespace().items])


def leaders():
    """Two candidates for one lock: the first leads, and the second after it has given up."""
    leases = client.CoordinationV1Api()
    stamp = lambda: datetime.datetime.now(datetime.timezone.utc)
    lease = lambda who: {"metadata": {"name": "lock"}, "spec": {"holderIdentity": who, "leaseDurationSeconds": 15, "acquireTime": stamp(), "renewTime": stamp(), "leaseTransitions": 0}}
    leases.create_namespaced_lease(NS, lease("one"))
    refused(409, "already exists", leases.create_namespaced_lease, NS, lease("two"))
    held, stale = leases.read_namespaced_lease("lock", NS), leases.read_namespaced_lease("lock", NS)
    held.spec.renew_time = stamp()
    leases.replace_namespaced_lease("lock", NS, held)
    stale.spec.holder_identity = "two"
    refused(409, "the object has been modified", leases.replace_namespaced_lease, "lock", NS, stale)
    started = threading.Event()
    lock = ConfigMapLock("elected", NS, "py-1")
    election = electionconfig.Config(lock, lease_duration=17, renew_deadline=15, retry_period=5, onstarted_leading=started.set, onstopped_leading=lambda: None)
    threading.Thread(target=leaderelection.LeaderElection(election).run, daemon=True).start()
    assert started.wait(30), "nobody leads"
    record = core.read_namespaced_config_map("elected", NS).metadata.annotations["control-plane.alpha.kubernetes.io/leader"]
    assert "py-1" in record, record


def access():
    review = client.AuthorizationV1Api().create_self_subject_access_review({"spec": {"resourceAttributes": {"verb": "create", "resource": "pods", "namespace": NS}}})
    assert review.status.allowed
    token = core.create_namespaced_service_account_token("default", NS, {"spec": {"expirationSeconds": 600}}).status.token
    answer = raw("GET", f"/api/v1/namespaces/{NS}/secrets", token=token)
    assert answer.status == 403 and b"cannot list resource" in answer.data, answer.data


STEPS = [versions, deployments, patches, lists_and_selectors, informer, containers, ports, jobs, own_kinds, dynamic_client, leaders, access]
for step in STEPS if len(sys.argv) < 3 else [step for step in STEPS if step.__name__ in sys.argv[2:]]:
    began = time.time()
    try:
        step()
    except Exception as error:
        sys.stderr.write(f"{step.__name__}: ")
        raise
    sys.stderr.write(f"{step.__name__}: {time.time() - began:.1f} s\n")
print("python agrees")

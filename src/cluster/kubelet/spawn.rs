//! What a container is started with: its command line, its user, what is mounted where, and the files that the kubelet
//! writes into every container (`/etc/hosts`, `/etc/resolv.conf`).
//!
//! Models: pkg/kubelet/kuberuntime/{kuberuntime_container.go,security_context.go}, pkg/kubelet/kubelet_pods.go
//! (makeMounts, ensureHostsFile), pkg/kubelet/network/dns/dns.go, v1.36.
//! Simplified: of the capabilities CHOWN, DAC_OVERRIDE, FOWNER and KILL matter; SELinux, seccomp and AppArmor change nothing but what `/proc` says; all of the cluster's names end in cluster.local.

use k8s_openapi::api::core::v1::{Container, Volume, VolumeMount};
use podarium_machine::{Capabilities, Credentials, Namespaces};
use podarium_sim::Stream;

use super::environment::{Variables, expand};
use super::host::Host;
use super::host_path;
use super::pod::PodState;
use super::resize::Applied;
use super::tunnels::sandbox_id;
use crate::component::Ctx;
use crate::images::{Below, Image, Isolation, MountPoint, Mounted, SharedMemory, Spawned, namespace_number};

fn number(number: Option<i64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

impl PodState {
    pub(super) fn spawned(&self, container: &Container, image: &Image, variables: Variables, id: &str, restart_count: i32, host: &Host, ctx: &Ctx<'_>) -> Spawned {
        let applied = Applied::of(&self.pod.spec, container);
        let expanded = |words: &Option<Vec<String>>| words.iter().flatten().map(|word| expand(word, |name| variables.get(name).cloned())).collect();
        let hostname = self.hostname(host);
        Spawned {
            at: ctx.now(),
            command: expanded(&container.command),
            args: expanded(&container.args),
            workdir: container.working_dir.clone().filter(|path| !path.is_empty()),
            stdin: container.stdin == Some(true),
            tty: container.tty == Some(true),
            credentials: self.credentials(container, image),
            read_only_root: container.security_context.as_ref().and_then(|security| security.read_only_root_filesystem) == Some(true),
            mounts: container.volume_mounts.iter().flatten().enumerate().filter_map(|(place, mount)| self.mount_point(&container.name, place, mount, &variables, host)).collect(),
            files: vec![("/etc/hosts".to_owned(), self.hosts_file(&hostname, host, ctx)), ("/etc/resolv.conf".to_owned(), self.resolver_file(host))],
            hostname: self.full_name(&hostname).filter(|_| self.pod.spec.set_hostname_as_fqdn == Some(true)).unwrap_or(hostname),
            attempt: u32::try_from(restart_count).unwrap_or(0),
            shares_processes: None,
            user_namespace: self.runtime.user_namespace,
            isolation: self.isolation(container, id, host),
            memory_limit: applied.memory(),
            cpu_limit: applied.cpu(),
            cpus: u32::try_from(host.config.cpu_millis.div_ceil(1000)).unwrap_or(1),
            memory: host.config.memory_bytes,
            // The id was drawn, so it is as good as a number for what the programs draw.
            random: Stream::new(0, id),
            epoch_nanos: i64::try_from(ctx.epoch().0.as_nanosecond()).unwrap_or(i64::MAX),
            env: variables,
        }
    }

    fn hostname(&self, host: &Host) -> String {
        if self.is_host_network() {
            return host.config.name.clone();
        }
        let spec = &self.pod.spec;
        let name = spec.hostname_override.clone().or_else(|| spec.hostname.clone().filter(|name| !name.is_empty())).unwrap_or_else(|| self.key.name.to_string());
        // Linux knows no longer ones.
        name.chars().take(63).collect::<String>().trim_end_matches(['-', '.']).to_owned()
    }

    /// The user and the groups of the main process.
    fn credentials(&self, container: &Container, image: &Image) -> Credentials {
        let (own, pod) = (container.security_context.as_ref(), self.pod.spec.security_context.as_ref());
        let uid = own.and_then(|own| own.run_as_user).or_else(|| pod?.run_as_user);
        let gid = own.and_then(|own| own.run_as_group).or_else(|| pod?.run_as_group);
        let groups = pod.and_then(|pod| pod.supplemental_groups.clone()).unwrap_or_default();
        let groups = groups.into_iter().chain(pod.and_then(|pod| pod.fs_group));
        let mut groups: Vec<u32> = groups.filter_map(|group| number(Some(group))).collect();
        // The kernel keeps them in order.
        groups.sort_unstable();
        let no_new_privileges = own.and_then(|own| own.allow_privilege_escalation) == Some(false);
        Credentials { uid: number(uid).unwrap_or(image.user), gid: number(gid).unwrap_or(0), groups, lost: Capabilities::ALL.without(capabilities(container)), no_new_privileges, filtered: self.is_filtered(container) }
    }

    /// Whether a profile says what its programs may ask of the kernel. Without one they may everything: the kubelet is not told
    /// `seccompDefault`.
    fn is_filtered(&self, container: &Container) -> bool {
        let (own, pod) = (container.security_context.as_ref(), self.pod.spec.security_context.as_ref());
        let profile = own.and_then(|own| own.seccomp_profile.as_ref()).or_else(|| pod?.seccomp_profile.as_ref());
        !is_privileged(container) && profile.is_some_and(|profile| profile.type_ != "Unconfined")
    }

    /// What a container shares with its pod and with the machine.
    fn isolation(&self, container: &Container, id: &str, host: &Host) -> Isolation {
        let spec = &self.pod.spec;
        let attempt = self.runtime.sandbox.as_ref().map_or(0, |sandbox| sandbox.attempt);
        let sandbox = sandbox_id(&self.uid, attempt);
        let mut namespaces = Namespaces::default();
        for (kind, of_machine) in [("net", self.is_host_network()), ("uts", self.is_host_network()), ("ipc", spec.host_ipc == Some(true))] {
            if !of_machine {
                namespaces = namespaces.with(kind, namespace_number(&sandbox, kind));
            }
        }
        for kind in ["mnt", "cgroup"].into_iter().filter(|kind| *kind == "mnt" || !is_privileged(container)) {
            namespaces = namespaces.with(kind, namespace_number(id, kind));
        }
        let of_processes = match (self.sees_node(), spec.share_process_namespace == Some(true), self.target_container(&container.name)) {
            (true, ..) => None,
            (_, true, _) => Some(sandbox),
            (_, _, Some(target)) => Some(target.to_string()),
            _ => Some(id.to_owned()),
        };
        if let Some(of) = of_processes {
            namespaces = namespaces.with("pid", namespace_number(&of, "pid"));
        }
        let name = &host.config.name;
        let shared_memory = match spec.host_ipc == Some(true) {
            true => SharedMemory::Machine { disk: format!("shm/{name}").into(), bytes: host.config.memory_bytes / 2 },
            false if spec.containers.len() == 1 && spec.init_containers.as_ref().is_none_or(Vec::is_empty) && self.target_container(&container.name).is_none() => SharedMemory::Alone,
            false => SharedMemory::Pod,
        };
        let below = || Below { name: name.as_str().into(), disk: machine_disk(name), like: host.images.node().clone() };
        Isolation { namespaces, privileged: is_privileged(container), has_termination_log: true, shared_memory, below: self.may_reach_machine().then(below) }
    }

    /// Whether anything of it leads to the machine's own files.
    pub(super) fn may_reach_machine(&self) -> bool {
        self.sees_node() || self.pod.spec.volumes.iter().flatten().any(|volume| volume.host_path.is_some())
    }

    /// What is wrong with the user if the container must not be root's.
    pub(super) fn refuses_root(&self, container: &Container, image: &Image) -> Option<String> {
        let (own, pod) = (container.security_context.as_ref(), self.pod.spec.security_context.as_ref());
        let must = own.and_then(|own| own.run_as_non_root).or_else(|| pod?.run_as_non_root)?;
        if !must {
            return None;
        }
        let place = format!("(pod: {:?}, container: {})", self.described(), container.name);
        match own.and_then(|own| own.run_as_user).or_else(|| pod?.run_as_user) {
            Some(0) => Some(format!("container's runAsUser breaks non-root policy {place}")),
            Some(_) => None,
            None if image.user == 0 => Some(format!("container has runAsNonRoot and image will run as root {place}")),
            None => None,
        }
    }

    fn mount_point(&self, container: &str, place: usize, mount: &VolumeMount, variables: &Variables, host: &Host) -> Option<MountPoint> {
        let volume = self.pod.spec.volumes.iter().flatten().find(|volume| volume.name == mount.name)?;
        let expression = mount.sub_path_expr.as_deref().map(|text| expand(text, |name| variables.get(name).cloned()));
        let mut sub_path = expression.or_else(|| mount.sub_path.clone()).filter(|path| !path.is_empty());
        let mut read_only = mount.read_only == Some(true);
        let mounted = if let Some(path) = &volume.host_path {
            sub_path = Some(format!("{}/{}", path.path, sub_path.unwrap_or_default()));
            Mounted::Disk(machine_disk(&host.config.name))
        } else if let Some((_, disk)) = self.volumes.disks().find(|(name, _)| *name == mount.name) {
            read_only |= disk.read_only;
            Mounted::Disk(disk.volume.as_str().into())
        } else {
            // What is made of objects is never written to.
            read_only |= volume.empty_dir.is_none();
            Mounted::Pod(mount.name.as_str().into())
        };
        let source = match (&volume.host_path, &sub_path) {
            (Some(path), _) => path.path.clone(),
            (None, Some(_)) => format!("{}/volume-subpaths/{}/{container}/{place}", self.directory(), mount.name),
            (None, None) => self.volume_directory(plugin(volume), &mount.name),
        };
        Some(MountPoint { path: mount.mount_path.clone(), source, mounted, sub_path, read_only })
    }

    /// Where the kubelet keeps what belongs to the pod, on the node.
    fn directory(&self) -> String {
        format!("/var/lib/kubelet/pods/{}", self.uid)
    }

    /// Where a volume of the pod is, on the node.
    pub(super) fn volume_directory(&self, plugin: &str, volume: &str) -> String {
        format!("{}/volumes/kubernetes.io~{plugin}/{volume}", self.directory())
    }

    /// The name under which the cluster's DNS may know the pod, if it is in a subdomain.
    fn full_name(&self, hostname: &str) -> Option<String> {
        let domain = self.pod.spec.subdomain.as_deref().filter(|subdomain| !subdomain.is_empty() && self.pod.spec.hostname_override.is_none())?;
        Some(format!("{hostname}.{domain}.{}.svc.cluster.local", self.key.namespace))
    }

    fn hosts_file(&self, hostname: &str, host: &Host, ctx: &Ctx<'_>) -> String {
        let mut text = match self.is_host_network() {
            true => {
                let of_machine = ctx.disks.0.get(&machine_disk(&host.config.name)).and_then(|disk| disk.read("/etc/hosts").ok());
                let text = of_machine.map_or_else(|| host_path::hosts_file(&host.config), |bytes| String::from_utf8_lossy(&bytes).into_owned());
                format!("# Kubernetes-managed hosts file (host network).\n{text}")
            }
            false => self.own_hosts(hostname, host),
        };
        let aliases = self.pod.spec.host_aliases.iter().flatten();
        let lines: String = aliases.map(|alias| format!("{}\t{}\n", alias.ip, alias.hostnames.iter().flatten().cloned().collect::<Vec<_>>().join("\t"))).collect();
        if !lines.is_empty() {
            text.push_str(&format!("\n# Entries added by HostAliases.\n{lines}"));
        }
        text
    }

    fn own_hosts(&self, hostname: &str, host: &Host) -> String {
        let mut text = String::from("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
        let full = self.full_name(hostname).map_or_else(|| hostname.to_owned(), |full| format!("{full}\t{hostname}"));
        text.push_str(&format!("{}\t{full}\n", self.address(host)));
        text
    }

    pub(super) fn resolver_file(&self, host: &Host) -> String {
        let spec = &self.pod.spec;
        let config = spec.dns_config.clone().unwrap_or_default();
        let policy = match spec.dns_policy.as_deref() {
            Some("ClusterFirst") if self.is_host_network() => "Default",
            Some(policy) => policy,
            None => "ClusterFirst",
        };
        let (mut servers, mut searches, mut options) = (Vec::new(), Vec::new(), Vec::new());
        match policy {
            "None" => {}
            // As the machine itself resolves names.
            "Default" => servers.push("192.0.2.53".to_owned()),
            _ => {
                servers.push(host.config.kubelet.cluster_dns.clone());
                searches = vec![format!("{}.svc.cluster.local", self.key.namespace), "svc.cluster.local".to_owned(), "cluster.local".to_owned()];
                options.push("ndots:5".to_owned());
            }
        }
        servers.extend(config.nameservers.into_iter().flatten());
        searches.extend(config.searches.into_iter().flatten());
        for option in config.options.into_iter().flatten() {
            let name = option.name.unwrap_or_default();
            options.retain(|known: &String| known.split(':').next() != Some(&name));
            options.push(option.value.map_or_else(|| name.clone(), |value| format!("{name}:{value}")));
        }
        let mut text = String::new();
        if !searches.is_empty() {
            text.push_str(&format!("search {}\n", searches.join(" ")));
        }
        text.extend(servers.iter().map(|server| format!("nameserver {server}\n")));
        if !options.is_empty() {
            text.push_str(&format!("options {}\n", options.join(" ")));
        }
        text
    }
}

/// What the runtime lets root do in a container that does not ask for more or less.
const CAPABILITIES: [&str; 14] =
    ["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"];

fn is_privileged(container: &Container) -> bool {
    container.security_context.as_ref().and_then(|security| security.privileged) == Some(true)
}

fn capabilities(container: &Container) -> Capabilities {
    if is_privileged(container) {
        return Capabilities::ALL;
    }
    let security = container.security_context.as_ref();
    let asked = security.and_then(|security| security.capabilities.as_ref());
    let named = |names: Option<&Vec<String>>| Capabilities::named(names.into_iter().flatten().map(String::as_str));
    let (add, drop) = (asked.and_then(|asked| asked.add.as_ref()), asked.and_then(|asked| asked.drop.as_ref()));
    let all = |names: Option<&Vec<String>>| names.is_some_and(|names| names.iter().any(|name| name.eq_ignore_ascii_case("ALL")));
    // `ALL` comes before the single ones, whichever list it is in.
    let base = if all(drop) { Capabilities::default() } else if all(add) { Capabilities::ALL } else { Capabilities::named(CAPABILITIES.into_iter()) };
    let dropped = if all(drop) { Capabilities::default() } else { named(drop) };
    base.with(named(add)).without(dropped)
}

/// How the kubelet's plugin for a volume calls its directory.
fn plugin(volume: &Volume) -> &'static str {
    match volume {
        Volume { config_map: Some(_), .. } => "configmap",
        Volume { secret: Some(_), .. } => "secret",
        Volume { projected: Some(_), .. } => "projected",
        Volume { downward_api: Some(_), .. } => "downward-api",
        Volume { empty_dir: Some(_), .. } => "empty-dir",
        _ => "csi",
    }
}

/// The disk of a machine, among all disks.
pub(crate) fn machine_disk(node: &str) -> std::sync::Arc<str> {
    format!("machine/{node}").into()
}

//! The logs of containers as files on the machine, below `/var/log/pods` and `/var/log/containers`, and `/logs/` of the kubelet,
//! which hands out what is below `/var/log`. They are written when somebody may look: for a pod that has something of the
//! machine's disk, or for a request.
//!
//! Models: pkg/kubelet/kuberuntime/{helpers.go,legacy.go} (the paths), the Container Runtime Interface's format of lines,
//! pkg/kubelet/kubelet_server_journal.go and net/http's file server, v1.36.
//! Simplified: every line is told of as one of standard output; no rotation; the system's own logs are not there.

use podarium_api::Resource as _;
use podarium_machine::HttpResponse;

use super::kubelet::Kubelet;
use super::spawn::machine_disk;
use crate::component::Ctx;
use crate::http::plain;

const LOGS: &str = "/var/log";

impl Kubelet {
    /// Brings the files up to date.
    pub(super) fn write_logs(&mut self, ctx: &mut Ctx<'_>) {
        let (now, epoch) = (ctx.now(), ctx.epoch());
        let disk = ctx.disks.0.entry(machine_disk(&self.host.config.name)).or_default();
        let mut wanted: Vec<(String, String)> = Vec::new();
        for state in self.pods.values().filter(|state| !state.vanished) {
            let (namespace, pod) = (state.pod.namespace(), state.pod.name());
            for container in &state.runtime.containers {
                let record = &container.record;
                let directory = format!("{LOGS}/pods/{namespace}_{pod}_{}/{}", state.uid, record.name);
                let file = format!("{directory}/{}.log", record.restart_count);
                let line = |line: &crate::images::LogLine| format!("{} stdout F {}\n", epoch.timestamp(line.at).strftime("%Y-%m-%dT%H:%M:%S.%9fZ"), line.text);
                let there = disk.read_shared(&file).ok();
                // Lines are only added: a file with the last of them has all.
                let is_whole = there.as_ref().is_some_and(|there| container.log.last().is_none_or(|last| there.ends_with(line(last).as_bytes())));
                if !is_whole {
                    let text: String = container.log.iter().map(line).collect();
                    // Who has put something else in the way does not get it.
                    let _ = disk.mkdir_all(&directory, now).and_then(|()| disk.write(&file, text, 0o640, now));
                }
                let id = record.id.trim_start_matches("containerd://");
                wanted.push((format!("{pod}_{namespace}_{}-{id}.log", record.name), file));
            }
        }
        let links = format!("{LOGS}/containers");
        let _ = disk.mkdir_all(&links, now).and_then(|()| disk.mkdir_all(&format!("{LOGS}/pods"), now));
        for name in disk.read_dir(&links).unwrap_or_default() {
            if name.ends_with(".log") && !wanted.iter().any(|(link, _)| *link == name) {
                let _ = disk.remove(&format!("{links}/{name}"), now);
            }
        }
        let kept = |file: &str| wanted.iter().any(|(_, wanted)| wanted.starts_with(&format!("{file}/")));
        for name in disk.read_dir(&format!("{LOGS}/pods")).unwrap_or_default() {
            let path = format!("{LOGS}/pods/{name}");
            if !kept(&path) && !self.pods.keys().any(|uid| name.ends_with(&**uid)) {
                let _ = disk.remove_all(&path, now);
            }
        }
        for (link, file) in &wanted {
            let link = format!("{links}/{link}");
            if disk.stat(&link, false).is_err() {
                let _ = disk.symlink(file, &link, now);
            }
        }
    }

    /// What is at a path below `/var/log`.
    pub(super) fn log_files(&mut self, path: &[&str], ctx: &mut Ctx<'_>) -> HttpResponse {
        self.write_logs(ctx);
        let disk = ctx.disks.0.entry(machine_disk(&self.host.config.name)).or_default();
        let path = format!("{LOGS}/{}", path.join("/"));
        let Ok(found) = disk.stat(path.trim_end_matches('/'), true) else { return plain(404, "404 page not found\n") };
        if !found.is_dir() {
            return HttpResponse::new(200, disk.read(&path).unwrap_or_default()).with_header("Content-Type", "text/plain; charset=utf-8");
        }
        let mut page = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n".to_owned();
        for name in disk.read_dir(path.trim_end_matches('/')).unwrap_or_default() {
            let is_directory = disk.stat(&format!("{}/{name}", path.trim_end_matches('/')), false).is_ok_and(|found| found.is_dir());
            let name = if is_directory { format!("{name}/") } else { name };
            page.push_str(&format!("<a href=\"{name}\">{name}</a>\n"));
        }
        HttpResponse::new(200, page + "</pre>\n").with_header("Content-Type", "text/html; charset=utf-8")
    }
}

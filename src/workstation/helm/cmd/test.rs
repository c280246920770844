//! `helm test`.

use podarium_kubectl::client::Call;
use podarium_kubectl::failure::{Outcome, caught, fail};

use super::super::command::Helm;

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let name = helm.argument(0);
    let mut release = helm.release(&name, 0)?;
    let timeout = helm.flags().duration("timeout");
    let ended = caught(super::install::hooks(helm, &mut release, "test", timeout))?;
    helm.record(&release)?;
    super::status::print(helm, &release, false, false)?;
    if helm.flags().bool("logs") {
        for hook in release.hooks().iter().filter(|hook| hook["kind"] == "Pod" && hook["events"].as_array().is_some_and(|events| events.iter().any(|event| event == "test"))) {
            let pod = hook["name"].as_str().unwrap_or_default();
            let path = format!("/api/v1/namespaces/{}/pods/{pod}/log", release.namespace());
            if let Ok(bytes) = caught(helm.kubectl.send_for_bytes(&Call::get(path)))? {
                helm.print(&format!("POD LOGS: {pod}\n{}\n", String::from_utf8_lossy(&bytes)))?;
            }
        }
    }
    match ended {
        Ok(()) => Ok(()),
        Err(failure) => fail(failure.text()),
    }
}

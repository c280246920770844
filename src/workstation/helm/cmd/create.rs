//! `helm create`.

use podarium_kubectl::failure::{Outcome, fail};

use super::super::command::Helm;
use super::super::scaffold;

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    if !helm.flags().text("starter").is_empty() {
        return fail("not simulated: --starter");
    }
    let path = helm.argument(0);
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let good = !name.is_empty() && name.len() <= 250 && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !good {
        return fail("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".to_owned());
    }
    helm.print(&format!("Creating {path}\n"))?;
    if helm.process().stat(&path)?.is_ok_and(|found| !found.is_dir()) {
        return fail(format!("file {path} already exists and is not a directory"));
    }
    for (file, text) in scaffold::files(&name) {
        helm.write_file(&format!("{path}/{file}"), text.as_bytes())?;
    }
    helm.make_folders(&format!("{path}/charts"))
}

//! helm's work without a cluster (charts, values, templates) against helm 4.

use super::transcript::Recorded;

const HELM: Recorded = Recorded {
    program: "helm",
    install: |machine| machine.install("helm", podarium_workstation::helm::main),
    prologue: "",
    quote: '\'',
    first_line_only: true,
    environment: &[("LC_ALL", "C.UTF-8")],
};

#[test]
fn helm_says_what_the_real_one_says() {
    HELM.says_what_the_real_one_says(70, |command| command.contains("helm ") || command.starts_with("try "));
}

#[test]
fn the_recordings_are_what_helm_still_says() {
    HELM.is_what_the_real_one_still_says(&["version", "--short"], "v4.2.3");
}

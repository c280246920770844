//! The repositories of the course, as they are before anybody has pushed anything.

use std::collections::BTreeMap;

use crate::git::{BareRepository, Signature};

/// Embeds files of the folder `repositories/`, each with its path in its repository.
macro_rules! embedded {
    ($repository:literal: $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("repositories/", $repository, "/", $file)))),*]
    };
}

const ORCHESTRATE: &[(&str, &str)] = embedded!("orchestrate-with-kubernetes":
    "README.md",
    "kubernetes/cleanup.sh",
    "kubernetes/deployments/auth.yaml",
    "kubernetes/deployments/frontend.yaml",
    "kubernetes/deployments/hello-canary.yaml",
    "kubernetes/deployments/hello-green.yaml",
    "kubernetes/deployments/hello.yaml",
    "kubernetes/nginx/frontend.conf",
    "kubernetes/nginx/proxy.conf",
    "kubernetes/pods/healthy-monolith.yaml",
    "kubernetes/pods/monolith.yaml",
    "kubernetes/pods/secure-monolith.yaml",
    "kubernetes/services/auth.yaml",
    "kubernetes/services/frontend.yaml",
    "kubernetes/services/hello-blue.yaml",
    "kubernetes/services/hello-green.yaml",
    "kubernetes/services/hello.yaml",
    "kubernetes/services/monolith.yaml",
    "kubernetes/tls/ca-key.pem",
    "kubernetes/tls/ca.pem",
    "kubernetes/tls/cert.pem",
    "kubernetes/tls/key.pem",
    "kubernetes/tls/ssl-extensions-x509.cnf",
    "kubernetes/tls/update-tls.sh",
);

const CONTINUOUS: &[(&str, &str)] = embedded!("continuous-deployment-on-kubernetes":
    "README.md",
    "jenkins/values.yaml",
    "sample-app/Dockerfile",
    "sample-app/Jenkinsfile",
    "sample-app/go.mod",
    "sample-app/html.go",
    "sample-app/k8s/canary/backend-canary.yaml",
    "sample-app/k8s/canary/frontend-canary.yaml",
    "sample-app/k8s/dev/backend-dev.yaml",
    "sample-app/k8s/dev/default.yml",
    "sample-app/k8s/dev/frontend-dev.yaml",
    "sample-app/k8s/production/backend-production.yaml",
    "sample-app/k8s/production/frontend-production.yaml",
    "sample-app/k8s/services/backend.yaml",
    "sample-app/k8s/services/frontend.yaml",
    "sample-app/main.go",
    "sample-app/main_test.go",
);

/// The addresses of the repositories, and what is in them. The epoch in seconds since 1970: they are a week older.
pub(super) fn repositories(epoch: i64) -> BTreeMap<String, BareRepository> {
    let author = Signature { name: "Podarium".to_owned(), email: "podarium@example.com".to_owned(), time: epoch - 7 * 86_400, zone: 0 };
    [("github.com/googlecodelabs/orchestrate-with-kubernetes", ORCHESTRATE), ("github.com/GoogleCloudPlatform/continuous-deployment-on-kubernetes", CONTINUOUS)]
        .into_iter()
        .map(|(address, files)| (address.to_owned(), BareRepository::with_files(files.iter().copied(), &author, "The files of the labs\n", "master")))
        .collect()
}

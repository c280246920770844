//! hello-app: Google's sample web server, in two versions.
//!
//! Models: hello-app of github.com/GoogleCloudPlatform/kubernetes-engine-samples.
//! Simplified: nothing.

use std::time::Duration;

use podarium_machine::{HttpRequest, Sys};

use super::web::{Reply, Server, Service, go_answer, go_log, split};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/hello-app", program: Server::<HelloApp>::program };
const VERSION_FILE: &str = "/hello-app.version";

pub(super) fn images() -> Vec<Image> {
    let repositories = ["gcr.io/google-samples/hello-app", "us-docker.pkg.dev/google-samples/containers/gke/hello-app", "gcr.io/google-samples/hello-app-v1"];
    let all = repositories.iter().flat_map(|repository| ["1.0", "2.0"].map(|version| image(repository, version)));
    all.collect()
}

fn image(repository: &str, version: &str) -> Image {
    let mut image = Image::of(&format!("{repository}:{version}"), 10 << 20, Base::Scratch, BINARY);
    image.files.push((VERSION_FILE.to_owned(), format!("{version}.0\n")));
    image
}

#[derive(Clone)]
struct HelloApp {
    port: u16,
    version: String,
}

impl Service for HelloApp {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let port = sys.env().get("PORT").filter(|port| !port.is_empty()).cloned().unwrap_or_else(|| "8080".to_owned());
        go_log(sys, &format!("Server listening on port {port}"));
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        match port.parse() {
            Ok(port) => Ok(HelloApp { port, version }),
            Err(_) => {
                go_log(sys, &format!("listen tcp: lookup tcp/{port}: unknown port"));
                Err(1)
            }
        }
    }

    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        go_log(sys, &format!("Serving request: {}", split(request).0));
        let text = format!("Hello, world!\nVersion: {}\nHostname: {}\n", self.version, sys.hostname());
        Reply::Work(Duration::from_micros(60), go_answer(sys, 200, text))
    }

    fn memory_bytes(&self) -> u64 {
        7 << 20
    }
}

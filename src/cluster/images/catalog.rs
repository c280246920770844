//! The catalog: all images that can be pulled, and what a registry says of those that cannot.
//!
//! Models: what a container registry and containerd's resolver answer.
//! Simplified: every registry can be reached except those on the node itself; nothing is private.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use podarium_machine::Machine;
use podarium_sim::Time;

use super::really_there::{There, really_there};
use super::{Base, Computer, Image, Reference, Spawned, StartError, Storage, registry, userland};

/// Why a pull failed, as containerd words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullError(pub String);

/// Images by their full names.
#[derive(Clone)]
pub struct ImageCatalog {
    images: BTreeMap<String, Arc<Image>>,
    /// A computer for each thing that images stand on, of which containers are copies.
    bases: BTreeMap<Base, Arc<Machine>>,
    /// Those of images with programs of their own.
    prototypes: BTreeMap<String, Arc<Machine>>,
    /// What the machines of the cluster have on their disks.
    node: Arc<Machine>,
}

impl Default for ImageCatalog {
    fn default() -> Self {
        let bases = Base::ALL.map(|base| (base, Arc::new(base.machine())));
        ImageCatalog { images: BTreeMap::new(), bases: bases.into(), prototypes: BTreeMap::new(), node: Arc::new(userland::node()) }
    }
}

impl fmt::Debug for ImageCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl ImageCatalog {
    /// What comes with the program.
    pub fn standard() -> Self {
        let mut catalog = ImageCatalog::default();
        for image in registry().into_iter().flatten() {
            catalog.add(image);
        }
        catalog
    }

    /// Adds an image, in the place of one of the same name. One whose name cannot be read is left out.
    pub fn add(&mut self, image: Image) {
        if let Ok(name) = Reference::parse(&image.name) {
            match image.binaries.is_empty() && image.tools.is_empty() {
                true => self.prototypes.remove(&image.name),
                false => {
                    let mut machine = self.bases[&image.base].as_ref().clone();
                    let missing = podarium_machine::install_programs(&mut machine, &image.tools);
                    debug_assert!(missing.is_empty(), "{}: {missing:?}", image.name);
                    image.binaries.iter().for_each(|binary| machine.install_program_at(binary.path, binary.program));
                    self.prototypes.insert(image.name.clone(), Arc::new(machine))
                }
            };
            self.images.insert(name.to_string(), Arc::new(image));
        }
    }

    pub fn with(mut self, image: Image) -> Self {
        self.add(image);
        self
    }

    /// The image that a pod means by this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Image>> {
        self.images.get(&Reference::parse(name).ok()?.to_string())
    }

    /// The names of all images.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.images.keys().map(String::as_str)
    }

    /// What pulling gives: the image, or the registry's refusal.
    pub fn pull(&self, name: &Reference) -> Result<&Arc<Image>, PullError> {
        let full = name.to_string();
        if let Some(image) = self.images.get(&full) {
            return Ok(image);
        }
        let failed = format!("failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": ");
        let host = name.registry.split(':').next().unwrap_or_default();
        if matches!(host, "localhost" | "127.0.0.1") {
            let at = if name.registry.contains(':') { name.registry.clone() } else { format!("{host}:80") };
            return Err(PullError(format!(
                "{failed}failed to do request: Head \"http://{}/v2/{}/manifests/{}\": dial tcp {}: connect: connection refused",
                name.registry,
                name.repository,
                name.version,
                at.replace("localhost", "127.0.0.1")
            )));
        }
        let prefix = format!("{}:", name.name());
        let tags = self.images.range(prefix.clone()..).map_while(|(full, _)| full.strip_prefix(&prefix));
        match really_there(name, tags.clone()) {
            Some(There::Image) => return Err(PullError(format!("{failed}podarium: not simulated: the image {}", name.name()))),
            Some(There::Version) => {
                let tags: Vec<&str> = tags.collect();
                return Err(PullError(format!("{failed}podarium: not simulated: this version of {}; simulated are {}", name.name(), tags.join(", "))));
            }
            None => {}
        }
        let repository_known = tags.clone().next().is_some();
        if name.registry == "docker.io" && !repository_known {
            // Docker Hub does not tell strangers whether a repository is private or missing.
            return Err(PullError(format!(
                "{failed}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
            )));
        }
        Err(PullError(format!("rpc error: code = NotFound desc = {failed}{full}: not found")))
    }

    /// A machine of the cluster as it was installed.
    pub fn node(&self) -> &Arc<Machine> {
        &self.node
    }

    /// Starts a container of this image.
    pub fn start(&self, image: &Arc<Image>, spawned: Spawned, storage: &mut Storage<'_>) -> Result<Computer, StartError> {
        Computer::start(image.clone(), self.prototype(image).clone(), spawned, storage)
    }

    /// The computer of which its containers are copies.
    fn prototype<'a>(&'a self, image: &'a Image) -> &'a Arc<Machine> {
        let own = || self.prototypes.get(&image.name).unwrap_or(&self.bases[&image.base]);
        image.contents.as_ref().map_or_else(own, |contents| &contents.0)
    }

    /// A computer with the files and programs of an image, and no processes: what is built upon it starts from here.
    pub fn contents(&self, image: &Image) -> Machine {
        let mut machine = self.prototype(image).as_ref().clone();
        Computer::put_files(image, &mut machine, Time::ZERO);
        machine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_pulled_is_refused_in_the_runtimes_words() {
        let catalog = ImageCatalog::standard();
        let refusal = |name: &str| catalog.pull(&Reference::parse(name).unwrap()).unwrap_err().0;
        let cases = [
            ("nginx:9.9.9", "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:9.9.9\": failed to resolve reference \"docker.io/library/nginx:9.9.9\": docker.io/library/nginx:9.9.9: not found"),
            ("ngnix", "failed to pull and unpack image \"docker.io/library/ngnix:latest\": failed to resolve reference \"docker.io/library/ngnix:latest\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"),
            ("memcached:1.6", "failed to pull and unpack image \"docker.io/library/memcached:1.6\": failed to resolve reference \"docker.io/library/memcached:1.6\": podarium: not simulated: the image docker.io/library/memcached"),
            ("httpd:2.2", "failed to pull and unpack image \"docker.io/library/httpd:2.2\": failed to resolve reference \"docker.io/library/httpd:2.2\": podarium: not simulated: this version of docker.io/library/httpd; simulated are 2.4, alpine, latest"),
            ("127.0.0.1:5999/ghost:1", "failed to pull and unpack image \"127.0.0.1:5999/ghost:1\": failed to resolve reference \"127.0.0.1:5999/ghost:1\": failed to do request: Head \"http://127.0.0.1:5999/v2/ghost/manifests/1\": dial tcp 127.0.0.1:5999: connect: connection refused"),
        ];
        for (name, text) in cases {
            assert_eq!(refusal(name), text);
        }
    }

    #[test]
    fn the_courses_images_are_there() {
        let catalog = ImageCatalog::standard();
        for name in ["nginx", "nginx:1.9.14", "nginx:1.10.0", "kelseyhightower/monolith:1.0.0", "kelseyhightower/auth:2.0.0", "kelseyhightower/hello:2.0.0", "gcr.io/cloud-solutions-images/gceme:1.0.0", "busybox:1.36", "alpine", "redis"] {
            assert!(catalog.get(name).is_some(), "{name}");
        }
    }
}

//! Image names as people write them, and as the container runtime means them.
//!
//! `nginx` is `docker.io/library/nginx:latest`, `shop/hello:1.0.0` is `docker.io/shop/hello:1.0.0`, and a name whose
//! first part has a dot or a colon (or is `localhost`) names its registry: `gcr.io/cloud-solutions-images/gceme:1.0.0`.
//!
//! Models: github.com/distribution/reference (normalize.go), as pkg/util/parsers uses it, v1.36.
//! Simplified: digests are kept as they are written and never checked.

use std::fmt;

/// A full name: registry, repository, and tag or digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub registry: String,
    pub repository: String,
    /// The tag, or `sha256:…` with [`Reference::is_digest`].
    pub version: String,
    pub is_digest: bool,
}

impl Reference {
    /// Reads a name. The error is what the kubelet says of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = || format!("couldn't parse image name {text:?}: invalid reference format");
        let (name, version, is_digest) = match text.split_once('@') {
            Some((name, digest)) => (name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(name, _)| name), digest, true),
            None => match text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
                Some((name, tag)) => (name, tag, false),
                None => (text, "latest", false),
            },
        };
        let first = name.split('/').next().unwrap_or_default();
        let names_registry = name.contains('/') && (first.contains(['.', ':']) || first == "localhost");
        let (registry, path) = if names_registry { name.split_once('/').ok_or_else(bad)? } else { ("docker.io", name) };
        if path.chars().any(char::is_uppercase) {
            let library = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
            return Err(format!("couldn't parse image name {text:?}: invalid reference format: repository name ({library}{path}) must be lowercase"));
        }
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        let tag = |tag: &str| !tag.is_empty() && tag.len() <= 128 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !path.split('/').all(part) || !(is_digest || tag(version)) {
            return Err(bad());
        }
        let official = registry == "docker.io" && !path.contains('/');
        let repository = if official { format!("library/{path}") } else { path.to_owned() };
        Ok(Reference { registry: registry.to_owned(), repository, version: version.to_owned(), is_digest })
    }

    /// The name without its tag: `docker.io/library/nginx`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}{}", self.registry, self.repository, if self.is_digest { '@' } else { ':' }, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_mean_full_ones() {
        let cases = [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.9.14", "docker.io/library/nginx:1.9.14"),
            ("kelseyhightower/hello:1.0.0", "docker.io/kelseyhightower/hello:1.0.0"),
            ("gcr.io/cloud-solutions-images/gceme:1.0.0", "gcr.io/cloud-solutions-images/gceme:1.0.0"),
            ("127.0.0.1:5999/ghost:1", "127.0.0.1:5999/ghost:1"),
            ("localhost/app", "localhost/app:latest"),
            ("nginx@sha256:abc", "docker.io/library/nginx@sha256:abc"),
        ];
        for (text, full) in cases {
            assert_eq!(Reference::parse(text).map(|name| name.to_string()), Ok(full.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "nginx:", "ng inx", "a//b", "nginx:1 0"] {
            assert_eq!(Reference::parse(text).unwrap_err(), format!("couldn't parse image name {text:?}: invalid reference format"));
        }
        assert!(Reference::parse("Nginx").unwrap_err().ends_with("repository name (library/Nginx) must be lowercase"));
    }
}

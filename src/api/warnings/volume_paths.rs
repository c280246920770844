//! Files of one volume that lie in each other's way.
//!
//! Models: pkg/api/pod/warnings.go (warningsForOverlappingVirtualPaths), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection};

use crate::validation::{list, text};

/// A path, and where its file comes from; empty where the whole volume comes from there.
struct File {
    path: String,
    from: String,
}

impl File {
    fn new(path: &str, from: &str) -> Self {
        File { path: path.trim_end_matches('/').to_owned(), from: from.to_owned() }
    }

    fn shown(&self) -> String {
        if self.from.is_empty() { format!("{:?}", self.path) } else { format!("{:?} ({})", self.path, self.from) }
    }

    fn overlaps(&self, other: &File) -> bool {
        let (one, two) = (format!("{}/", self.path), format!("{}/", other.path));
        !self.path.is_empty() && !other.path.is_empty() && (one.starts_with(&two) || two.starts_with(&one))
    }
}

pub(super) fn overlaps(volumes: &[Volume]) -> Vec<String> {
    let mut warnings = Vec::new();
    for volume in volumes {
        let mut tell = |what: &str, files: Vec<File>| {
            warnings.extend(collisions(&files).into_iter().map(|found| format!("volume {:?} ({what}): overlapping paths: {found}", volume.name)));
        };
        if let Some(source) = &volume.config_map {
            tell(&format!("ConfigMap {:?}", source.name), keys(list(&source.items), ""));
        }
        if let Some(source) = &volume.secret {
            tell(&format!("Secret {:?}", text(&source.secret_name)), keys(list(&source.items), ""));
        }
        if let Some(source) = &volume.downward_api {
            tell("DownwardAPI", fields(list(&source.items), ""));
        }
        if let Some(source) = &volume.projected {
            let sources = list(&source.sources);
            tell("Projected", sources.iter().flat_map(files_of).collect());
            let empty = sources.iter().filter(|source| **source == VolumeProjection::default()).count();
            warnings.extend((0..empty).map(|_| format!("volume {:?} (Projected) has no sources provided", volume.name)));
        }
    }
    warnings
}

fn files_of(source: &VolumeProjection) -> Vec<File> {
    if let Some(map) = source.config_map.as_ref().filter(|map| map.items.is_some()) {
        return keys(list(&map.items), &format!("ConfigMap {:?}", map.name));
    }
    if let Some(secret) = source.secret.as_ref().filter(|secret| secret.items.is_some()) {
        return keys(list(&secret.items), &format!("Secret {:?}", secret.name));
    }
    if let Some(downward) = source.downward_api.as_ref().filter(|downward| downward.items.is_some()) {
        return fields(list(&downward.items), "DownwardAPI");
    }
    source.service_account_token.iter().map(|token| File::new(&token.path, "ServiceAccountToken")).collect()
}

fn keys(items: &[KeyToPath], from: &str) -> Vec<File> {
    items.iter().map(|item| File::new(&item.path, from)).collect()
}

fn fields(items: &[DownwardAPIVolumeFile], from: &str) -> Vec<File> {
    items.iter().map(|item| File::new(&item.path, from)).collect()
}

fn collisions(files: &[File]) -> Vec<String> {
    let pairs = files.iter().enumerate().flat_map(|(index, file)| files[..index].iter().map(move |earlier| (file, earlier)));
    pairs.filter(|(file, earlier)| file.overlaps(earlier)).map(|(file, earlier)| format!("{} with {}", file.shown(), earlier.shown())).collect()
}

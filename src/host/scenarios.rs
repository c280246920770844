//! Finding scenarios: by the name of a shipped one, or by path.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use podarium_course::{FileError, Scenario};

/// A scenario and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub scenario: Arc<Scenario>,
    /// As it was asked for.
    pub name: String,
    pub text: String,
    /// The file, unless it is a shipped one; and its time when it was read.
    pub file: Option<(PathBuf, Option<SystemTime>)>,
}

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("there is no scenario {name:?}: no file of that name, and none of the shipped ones ({})", known.join(", "))]
    NotFound { name: String, known: Vec<String> },
    #[error("{path}: {error}", path = path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    /// All errors of the file, as text for a terminal.
    #[error("{0}")]
    Invalid(String),
}

/// The names of the shipped scenarios.
pub fn names() -> Vec<String> {
    podarium_course::SHIPPED.iter().map(|shipped| shipped.name.to_owned()).collect()
}

/// Loads a scenario by path or by name. A path has a slash or ends in `.yaml` or `.yml`.
pub fn load(name: &str) -> Result<Loaded, LoadError> {
    let looks_like_path = name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml");
    if !looks_like_path {
        if let Some(shipped) = podarium_course::shipped(name) {
            let scenario = shipped.load().map_err(invalid)?;
            return Ok(Loaded { scenario: Arc::new(scenario), name: name.to_owned(), text: shipped.text.to_owned(), file: None });
        }
        if !Path::new(name).is_file() {
            return Err(LoadError::NotFound { name: name.to_owned(), known: names() });
        }
    }
    let path = PathBuf::from(name);
    let text = fs::read_to_string(&path).map_err(|error| LoadError::Unreadable { path: path.clone(), error })?;
    let modified = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let scenario = podarium_course::load(name, &text, |beside| {
        fs::read_to_string(folder.join(beside)).map_err(|error| error.to_string())
    })
    .map_err(invalid)?;
    Ok(Loaded { scenario: Arc::new(scenario), name: name.to_owned(), text, file: Some((path, modified)) })
}

fn invalid(errors: Vec<FileError>) -> LoadError {
    LoadError::Invalid(podarium_course::report(&errors))
}

impl Loaded {
    /// Whether the file has been saved since it was read.
    pub fn changed_on_disk(&self) -> bool {
        let Some((path, read)) = &self.file else { return false };
        let now = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        now.is_some() && now != *read
    }

    /// Notes the file's present time as the one that was read.
    pub(crate) fn look_again(&mut self) {
        if let Some((path, read)) = &mut self.file {
            *read = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        }
    }
}

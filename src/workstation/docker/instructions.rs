//! Instructions that change no file, and what BuildKit's checks say of instructions.

use std::collections::BTreeMap;

use podarium_machine::Signal;

use super::dockerfile::{self, Dockerfile};
use super::health::Check;
use super::store::Settings;

/// Instructions that change no file.
pub fn settle(settings: &mut Settings, variables: &mut BTreeMap<String, String>, name: &str, rest: &str, given: &BTreeMap<String, String>, global: &[(String, Option<String>)]) -> Result<(), String> {
    let shell_form = |rest: &str| ["/bin/sh", "-c", rest].map(str::to_owned).to_vec();
    match name {
        "ENV" => {
            for (name, value) in dockerfile::assignments(rest) {
                settings.env.retain(|(known, _)| *known != name);
                settings.env.push((name, value.unwrap_or_default()));
            }
        }
        "ARG" => {
            let (name, default) = rest.split_once('=').map_or((rest, None), |(name, value)| (name, Some(value.trim_matches(['"', '\'']).to_owned())));
            let outer = global.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.clone());
            if let Some(value) = given.get(name).cloned().or(default).or(outer) {
                variables.insert(name.to_owned(), value);
            }
        }
        "CMD" => settings.command = dockerfile::exec_form(rest).unwrap_or_else(|| shell_form(rest)),
        "ENTRYPOINT" => {
            settings.entrypoint = dockerfile::exec_form(rest).unwrap_or_else(|| shell_form(rest));
            // The base's own arguments were meant for its own program.
            settings.command.clear();
        }
        "EXPOSE" => settings.exposed.extend(rest.split_whitespace().map(|port| if port.contains('/') { port.to_owned() } else { format!("{port}/tcp") })),
        "USER" => settings.user = rest.to_owned(),
        "LABEL" => settings.labels.extend(dockerfile::assignments(rest).into_iter().map(|(name, value)| (name, value.unwrap_or_default()))),
        "VOLUME" => settings.volumes.extend(dockerfile::exec_form(rest).unwrap_or_else(|| dockerfile::words(rest))),
        "STOPSIGNAL" if Signal::parse(rest).is_none() => return Err(format!("invalid signal: {rest}")),
        "STOPSIGNAL" => settings.stop_signal = Some(rest.to_owned()),
        "HEALTHCHECK" => settings.healthcheck = Some(Check::parse(rest)?),
        "MAINTAINER" => {
            settings.labels.insert("maintainer".to_owned(), rest.to_owned());
        }
        name => return Err(format!("podarium: not simulated: {name} in a Dockerfile")),
    }
    Ok(())
}

/// What BuildKit's checks find.
pub fn warnings(file: &Dockerfile) -> Vec<String> {
    let mut found = Vec::new();
    for instruction in file.stages.iter().flat_map(|stage| &stage.instructions) {
        if matches!(instruction.name.as_str(), "CMD" | "ENTRYPOINT") && dockerfile::exec_form(&instruction.rest).is_none() {
            found.push(format!(
                "JSONArgsRecommended: JSON arguments recommended for {} to prevent unintended behavior related to OS signals (line {})",
                instruction.name, instruction.first
            ));
        }
        if instruction.name == "MAINTAINER" {
            found.push(format!("MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line {})", instruction.first));
        }
        if instruction.name == "ENV" && instruction.rest.split_whitespace().next().is_some_and(|word| !word.contains('=')) {
            found.push(format!("LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key value\" format (line {})", instruction.first));
        }
    }
    found
}

//! `--raw /some/path`: a request as it stands, and its answer as it comes.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/rawhttp/raw.go, v1.36.
//! Simplified: nothing.

use crate::client::{Call, JSON};
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;

/// Sends the one file of `-f`, or nothing, and prints the answer.
pub(super) fn send(kubectl: &mut Kubectl<'_, '_>, method: &'static str) -> Outcome<()> {
    let (path, files) = (kubectl.flags.text("raw").to_owned(), kubectl.flags.list("filename"));
    let mut call = Call::new(method, path);
    if let [file, ..] = &files[..] {
        let bytes = if file == "-" {
            kubectl.process.read_stdin_to_end()?
        } else {
            match kubectl.read_file(file)? {
                Ok(bytes) => bytes,
                Err(why) => return fail(why),
            }
        };
        call = call.raw_body(JSON, bytes);
    }
    let answer = kubectl.send_for_bytes(&call)?;
    Ok(kubectl.process.write_stdout(&answer)?)
}

/// What does not go together with `--raw`. `file_needed`: there must be exactly one `-f`.
pub(super) fn validate(kubectl: &Kubectl<'_, '_>, file_needed: bool) -> Outcome<()> {
    let flags = &kubectl.flags;
    let files = flags.list("filename");
    let is_address = files.first().is_some_and(|file| file.starts_with("http://") || file.starts_with("https://"));
    let raw = flags.text("raw");
    let refused = [
        (files.len() > 1 || file_needed && files.is_empty(), "--raw can only use a single local file or stdin".to_owned()),
        (is_address, "--raw cannot read from a url".to_owned()),
        (flags.bool("recursive"), "--raw and --recursive are mutually exclusive".to_owned()),
        (file_needed && !flags.text("selector").is_empty(), "--raw and --selector (-l) are mutually exclusive".to_owned()),
        (!flags.text("output").is_empty(), "--raw and --output are mutually exclusive".to_owned()),
        (!raw.starts_with('/'), format!("--raw must be a valid URL path: parse {raw:?}: invalid URI for request")),
    ];
    match refused.into_iter().find(|(wrong, _)| *wrong) {
        Some((_, why)) => fail(why),
        None => Ok(()),
    }
}

//! `vi`, `vim` and `nano` of the student: whoever shows the terminal opens an editor of its own on the file.
//!
//! The program hands the text over and waits for it to come back: `podarium shell` on a real terminal runs the person's
//! `$EDITOR`. Without a person at a terminal there is nobody to edit, and the program says so.

use podarium_machine::{ExchangeId, HttpRequest, Process, Suspend};

/// The address under which the terminal takes texts to edit. Nothing leaves the computer.
pub(crate) const ADDRESS: &str = "terminal://edit/";

/// A text that waits to be edited by the person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditRequest {
    pub(crate) id: ExchangeId,
    /// The name of the file, without its folder.
    pub name: String,
    pub text: Vec<u8>,
}

impl EditRequest {
    pub(crate) fn of(id: ExchangeId, request: &HttpRequest) -> Option<Self> {
        let path = request.url.strip_prefix(ADDRESS)?;
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Some(EditRequest { id, name, text: request.body.clone() })
    }
}

/// The program.
pub(crate) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let args = process.args();
    let program = args[0].rsplit('/').next().unwrap_or_default().to_owned();
    if !process.is_tty(0) || !process.is_tty(1) {
        process.eprint(&format!("{program}: not simulated: editing without a terminal; scripts can use KUBE_EDITOR='sed -i …'\n"))?;
        return Ok(1);
    }
    let files: Vec<&String> = args[1..].iter().filter(|word| !word.starts_with('-') && !word.starts_with('+')).collect();
    let [path] = files[..] else {
        process.eprint(&format!("{program}: not simulated: editing anything but one file\n"))?;
        return Ok(1);
    };
    let before = process.read_file(path)?.unwrap_or_default();
    let request = HttpRequest::new("POST", format!("{ADDRESS}{path}")).body(before.clone());
    let after = match process.http(request)? {
        Ok(answer) if answer.status == 200 => answer.body,
        // The editor was left with an error, as with `:cq`.
        _ => return Ok(1),
    };
    if after == before {
        return Ok(0);
    }
    if let Err(error) = process.write_file(path, &after, 0o644)? {
        process.eprint(&format!("{program}: {path}: {error}\n"))?;
        return Ok(1);
    }
    Ok(0)
}

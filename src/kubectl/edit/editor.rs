//! The user's editor: `$KUBE_EDITOR`, `$EDITOR`, or `vi`, started on a file in the folder for temporary files.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/{editor,launcher_others}.go, v1.36.
//! Simplified: nothing.

use podarium_machine::{Process, Suspend};

use crate::failure::{Failure, Outcome};
use crate::kubectl::Kubectl;

/// The command line of the editor, without the file.
struct Editor {
    args: Vec<String>,
    /// The last word is a line for the shell.
    shell: bool,
}

impl Editor {
    fn of(process: &Process<'_>) -> Self {
        let given = ["KUBE_EDITOR", "EDITOR"].iter().filter_map(|name| process.env(name)).find(|text| !text.is_empty());
        let editor = given.unwrap_or_else(|| "vi".to_owned());
        if !editor.contains(' ') {
            return Editor { args: vec![editor], shell: false };
        }
        if !editor.contains(['"', '\'', '\\']) {
            return Editor { args: editor.split(' ').map(str::to_owned).collect(), shell: false };
        }
        let shell = process.env("SHELL").filter(|shell| !shell.is_empty()).unwrap_or_else(|| "/bin/bash".to_owned());
        Editor { args: vec![shell, "-c".to_owned(), editor], shell: true }
    }

    fn with_file(&self, path: &str) -> Vec<String> {
        let mut args = self.args.clone();
        match args.last_mut().filter(|_| self.shell) {
            Some(line) => *line = format!("{line} {path:?}"),
            None => args.push(path.to_owned()),
        }
        args
    }
}

/// A file that was edited; `text` is missing when the editor failed.
pub(super) struct Edited {
    pub path: String,
    pub text: Result<String, Failure>,
}

impl Kubectl<'_, '_> {
    /// Writes a file, has it edited, and reads it again.
    pub(super) fn edit_file(&mut self, suffix: &str, text: &str) -> Outcome<Edited> {
        let folder = self.process.env("TMPDIR").filter(|path| !path.is_empty()).unwrap_or_else(|| "/tmp".to_owned());
        let number = self.process.random_bits()? as u32;
        let path = format!("{}/kubectl-edit-{number}{suffix}", folder.trim_end_matches('/'));
        if let Err(error) = self.process.write_file(&path, text.as_bytes(), 0o600)? {
            let failure = Failure::Message(format!("open {path}: {}", error.to_string().to_lowercase()));
            return Ok(Edited { path: String::new(), text: Err(failure) });
        }
        if let Err(why) = self.launch(&path)? {
            return Ok(Edited { path, text: Err(Failure::Message(why)) });
        }
        let text = self.read_file(&path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(Failure::Message);
        Ok(Edited { path, text })
    }

    fn launch(&mut self, path: &str) -> Result<Result<(), String>, Suspend> {
        let editor = Editor::of(self.process);
        let words = editor.args.join(" ");
        Ok(match self.process.run(&editor.with_file(path))? {
            Ok(0) => Ok(()),
            Ok(_) => Err(format!("there was a problem with the editor {words:?}")),
            // A path that leads nowhere is another kind of error than a name that is on no path.
            Err(_) if editor.args[0].contains('/') => Err(format!("there was a problem with the editor {words:?}")),
            Err(_) => Err(format!("unable to launch the editor {words:?}")),
        })
    }
}

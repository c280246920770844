//! The person's own editor, for texts that the simulated terminal gives out: `$VISUAL`, `$EDITOR`, or `vi`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// Has a text edited in a temporary copy. Nothing comes back if the editor failed or left no text.
pub(crate) fn edit(name: &str, text: &[u8]) -> std::io::Result<Option<String>> {
    let folder = std::env::temp_dir().join(format!("podarium-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    // Nobody else may read what is edited; it may be a Secret.
    #[cfg(unix)]
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let path = folder.join(name);
    let edited = write_and_run(&path, text);
    // What cannot be removed lies in the system's temporary folder and harms nobody.
    let _ = std::fs::remove_dir_all(&folder);
    edited
}

fn write_and_run(path: &PathBuf, text: &[u8]) -> std::io::Result<Option<String>> {
    std::fs::File::create(path)?.write_all(text)?;
    let line = ["VISUAL", "EDITOR"].iter().filter_map(|name| std::env::var(name).ok()).find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_else(|| "vi".to_owned());
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("vi"));
    match command.args(words).arg(path).status() {
        Ok(status) if status.success() => {}
        Ok(_) => return Ok(None),
        Err(error) => {
            eprintln!("podarium: cannot start the editor {line:?}: {error}; set EDITOR");
            return Ok(None);
        }
    }
    Ok(String::from_utf8(std::fs::read(path)?).ok())
}

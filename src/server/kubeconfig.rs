//! The kubeconfig that lets clients in: the address, the authority, and a token that is good until the server ends.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// A token that cannot be guessed: 32 random bytes as hexadecimal digits.
pub fn new_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub fn text(address: SocketAddr, authority_pem: &str, token: &str) -> String {
    let authority = BASE64_STANDARD.encode(authority_pem);
    format!(
        "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {authority}
    server: https://{address}
  name: podarium
contexts:
- context:
    cluster: podarium
    user: admin
  name: podarium
current-context: podarium
kind: Config
users:
- name: admin
  user:
    token: {token}
"
    )
}

/// Writes the file so that nobody else on the machine can read it, not even for a moment: a new file takes the place of
/// the old one.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("part");
    // What an earlier run left half-written may have other rights.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&beside)?.write_all(text.as_bytes())?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, other) = (new_token().expect("random bytes"), new_token().expect("random bytes"));
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("podarium-kubeconfig-{}", std::process::id()));
        for _ in 0..2 {
            write(&path, "secret").expect("a file in the temporary folder");
            let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::remove_file(&path).expect("it is there");
    }
}

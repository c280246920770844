//! The name of a field manager: what a client says, or what its user agent tells.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go (managerOrUserAgent),
//! apimachinery/pkg/apis/meta/v1/validation, v1.36.
//! Simplified: nothing.

use crate::field::FieldError;

const MAX_BYTES: usize = 128;

/// `kubectl` of `kubectl/v1.36.3 (linux/amd64)`.
pub fn manager_of_user_agent(user_agent: &str) -> String {
    let mut name = String::new();
    for c in user_agent.split('/').next().unwrap_or_default().chars().filter(|c| is_printable(*c)) {
        if name.len() + c.len_utf8() > MAX_BYTES {
            break;
        }
        name.push(c);
    }
    name
}

/// Letters, marks, numbers, punctuation, symbols and the plain space.
fn is_printable(c: char) -> bool {
    c == ' ' || !(c.is_control() || c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}'))
}

pub fn validate_field_manager(name: &str, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if name.len() > MAX_BYTES {
        errors.push(FieldError::too_long(field, MAX_BYTES));
    }
    for (position, c) in name.char_indices().filter(|(_, c)| !is_printable(*c)) {
        errors.push(FieldError::invalid(field, name, format!("invalid character U+{:04X} (at position {position})", u32::from(c))));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_names_its_manager() {
        let long = "a".repeat(200);
        let cases = [
            ("kubectl/v1.36.3 (linux/amd64) kubernetes/abc", "kubectl"),
            ("python-requests/2.32", "python-requests"),
            ("Go-http-client/1.1", "Go-http-client"),
            ("", ""),
            ("curl", "curl"),
            ("a\u{7}b/1", "ab"),
            (&long, &long[..128]),
        ];
        for (agent, manager) in cases {
            assert_eq!(manager_of_user_agent(agent), manager);
        }
    }

    #[test]
    fn names_are_short_and_printable() {
        assert!(validate_field_manager("kubectl edit", "fieldManager").is_empty());
        assert_eq!(validate_field_manager(&"a".repeat(129), "fieldManager")[0].to_string(), "fieldManager: Too long: may not be more than 128 bytes");
        assert_eq!(
            validate_field_manager("a\nb", "fieldManager")[0].to_string(),
            "fieldManager: Invalid value: \"a\\nb\": invalid character U+000A (at position 1)"
        );
    }
}

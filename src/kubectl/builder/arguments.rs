//! `pods`, `pod web`, `pod/web svc/web`, `deploy,svc web`: types and names on the command line.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/resource/builder.go, v1.36.
//! Simplified: nothing.

/// What the arguments name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// Types that are meant as a whole, or to which `names` belong.
    pub types: Vec<String>,
    pub names: Vec<String>,
    /// `TYPE/NAME`.
    pub pairs: Vec<(String, String)>,
}

impl Arguments {
    /// Reads the arguments. The error is kubectl's.
    pub fn read(args: &[String]) -> Result<Arguments, String> {
        let args = each_type_with_each_name(args);
        let slashes = args.iter().filter(|arg| arg.contains('/')).count();
        if slashes > 0 && slashes != args.len() {
            return Err("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'".to_owned());
        }
        if slashes > 0 {
            let pairs: Result<Vec<_>, String> = args.iter().map(|arg| pair(arg)).collect();
            return Ok(Arguments { pairs: pairs?, ..Arguments::default() });
        }
        let Some((first, names)) = args.split_first() else { return Ok(Arguments::default()) };
        Ok(Arguments { types: split(first), names: names.to_vec(), pairs: Vec::new() })
    }
}

/// `rc,svc web` is `rc/web svc/web`.
fn each_type_with_each_name(args: &[String]) -> Vec<String> {
    match args.split_first() {
        Some((types, names)) if !names.is_empty() && split(types).len() > 1 => {
            split(types).iter().flat_map(|one| names.iter().map(move |name| format!("{one}/{name}"))).collect()
        }
        _ => args.to_vec(),
    }
}

/// The types of a comma list, each once.
fn split(types: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for one in types.split(',') {
        if !found.iter().any(|known| known == one) {
            found.push(one.to_owned());
        }
    }
    found
}

fn pair(arg: &str) -> Result<(String, String), String> {
    let parts: Vec<&str> = arg.split('/').collect();
    match parts[..] {
        [_, _, _, ..] => Err("arguments in resource/name form may not have more than one slash".to_owned()),
        [kind, name] if !kind.is_empty() && !name.is_empty() && split(kind).len() == 1 => Ok((kind.to_owned(), name.to_owned())),
        _ => Err("arguments in resource/name form must have a single resource and name".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn types_and_names_are_told_apart() {
        let strings = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let pairs = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(read("pods,svc").unwrap().types, strings(&["pods", "svc"]));
        assert_eq!(read("pod a b").unwrap(), Arguments { types: strings(&["pod"]), names: strings(&["a", "b"]), pairs: vec![] });
        assert_eq!(read("rc,svc a").unwrap().pairs, pairs(&[("rc", "a"), ("svc", "a")]));
        assert_eq!(read("pod/a svc/b").unwrap().pairs, pairs(&[("pod", "a"), ("svc", "b")]));
    }

    #[test]
    fn mixed_forms_are_refused() {
        assert!(read("pod pod/a").unwrap_err().starts_with("there is no need to specify a resource type"));
        assert_eq!(read("a/b/c").unwrap_err(), "arguments in resource/name form may not have more than one slash");
        assert_eq!(read("pod/").unwrap_err(), "arguments in resource/name form must have a single resource and name");
    }
}

//! Configuration files: sections, keys and values. Files are changed line by line, so comments stay.

/// One file, as its lines.
#[derive(Clone, Debug, Default)]
pub struct File {
    lines: Vec<String>,
}

/// `remote.origin.url` is section `remote`, subsection `origin`, key `url`; sections and keys are compared in lower case.
fn split_name(name: &str) -> Option<(String, Option<String>, String)> {
    let (section, rest) = name.split_once('.')?;
    let (subsection, key) = match rest.rsplit_once('.') {
        Some((subsection, key)) => (Some(subsection.to_owned()), key),
        None => (None, rest),
    };
    Some((section.to_lowercase(), subsection, key.to_lowercase()))
}

fn read_heading(line: &str) -> Option<(String, Option<String>)> {
    let inner = line.trim().strip_prefix('[')?.split_once(']')?.0;
    Some(match inner.split_once(" \"") {
        Some((section, sub)) => (section.to_lowercase(), Some(sub.trim_end_matches('"').replace("\\\"", "\"").replace("\\\\", "\\"))),
        None => (inner.to_lowercase(), None),
    })
}

fn read_value(text: &str) -> String {
    let (mut out, mut quoted, mut chars) = (String::new(), false, text.trim().chars());
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            '#' | ';' if !quoted => break,
            other => out.push(other),
        }
    }
    if quoted { out } else { out.trim_end().to_owned() }
}

fn write_value(value: &str) -> String {
    let text = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    let quoted = value.starts_with(' ') || value.ends_with(' ') || value.contains(['#', ';']);
    if quoted { format!("\"{text}\"") } else { text }
}

impl File {
    pub fn parse(bytes: &[u8]) -> File {
        File { lines: String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect() }
    }

    pub fn to_text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Every value with its full name and the number of its line.
    fn walk(&self) -> Vec<(String, String, usize)> {
        let (mut section, mut found) = ((String::new(), None::<String>), Vec::new());
        for (at, line) in self.lines.iter().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(heading) = read_heading(line) {
                section = heading;
                continue;
            }
            let (key, value) = line.split_once('=').map_or((line, "true".to_owned()), |(key, value)| (key, read_value(value)));
            let middle = section.1.as_ref().map_or(String::new(), |sub| format!("{sub}."));
            found.push((format!("{}.{middle}{}", section.0, key.trim().to_lowercase()), value, at));
        }
        found
    }

    pub fn all(&self) -> Vec<(String, String)> {
        self.walk().into_iter().map(|(name, value, _)| (name, value)).collect()
    }

    /// Sets a value; `add` puts it beside what is there. `false`: the name has no section, or there are several values.
    pub fn set(&mut self, name: &str, value: &str, add: bool) -> bool {
        let Some((section, sub, key)) = split_name(name) else { return false };
        let full = canonical(name);
        let places: Vec<usize> = self.walk().into_iter().filter(|(found, ..)| *found == full).map(|(_, _, at)| at).collect();
        let shown_key = name.rsplit('.').next().unwrap_or(&key);
        let line = format!("\t{shown_key} = {}", write_value(value));
        if !add && places.len() > 1 {
            return false;
        }
        if !add && let Some(at) = places.first() {
            self.lines[*at] = line;
            return true;
        }
        let last = (0..self.lines.len()).rev().find(|at| read_heading(&self.lines[*at]).is_some_and(|found| found == (section.clone(), sub.clone())));
        match last {
            Some(heading) => {
                let end = (heading + 1..self.lines.len()).find(|at| read_heading(&self.lines[*at]).is_some()).unwrap_or(self.lines.len());
                self.lines.insert(end, line);
            }
            None => {
                let shown = name.split('.').next().unwrap_or_default();
                self.lines.push(match &sub {
                    Some(sub) => format!("[{shown} \"{}\"]", sub.replace('\\', "\\\\").replace('"', "\\\"")),
                    None => format!("[{shown}]"),
                });
                self.lines.push(line);
            }
        }
        true
    }

    /// Takes values away; how many there were.
    pub fn unset(&mut self, name: &str) -> usize {
        let full = canonical(name);
        let places: Vec<usize> = self.walk().into_iter().filter(|(found, ..)| *found == full).map(|(_, _, at)| at).collect();
        for at in places.iter().rev() {
            self.lines.remove(*at);
            // A section with nothing left in it goes.
            let empty = *at > 0 && read_heading(&self.lines[at - 1]).is_some() && self.lines.get(*at).is_none_or(|next| read_heading(next).is_some());
            if empty {
                self.lines.remove(at - 1);
            }
        }
        places.len()
    }

    /// Takes a section away; whether it was there.
    pub fn remove_section(&mut self, section: &str, sub: &str) -> bool {
        let wanted = (section.to_owned(), Some(sub.to_owned()));
        let (mut inside, mut found) = (false, false);
        self.lines.retain(|line| {
            if let Some(heading) = read_heading(line) {
                inside = heading == wanted;
                found |= inside;
            }
            !inside
        });
        found
    }

    /// Gives a subsection another name.
    pub fn rename_section(&mut self, section: &str, from: &str, to: &str) {
        for line in &mut self.lines {
            if read_heading(line) == Some((section.to_owned(), Some(from.to_owned()))) {
                *line = format!("[{section} \"{to}\"]");
            }
        }
    }
}

/// The name with its section and key in lower case.
pub fn canonical(name: &str) -> String {
    match split_name(name) {
        Some((section, Some(sub), key)) => format!("{section}.{sub}.{key}"),
        Some((section, None, key)) => format!("{section}.{key}"),
        None => name.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_set_where_they_belong() {
        let mut file = File::parse(b"[core]\n\tbare = false\n# mine\n[user]\n\tname = A\n");
        assert!(file.set("user.email", "a@b.c", false) && file.set("core.Editor", "vi", false) && file.set("remote.o.url", "u", false));
        assert!(file.set("user.name", "B", false));
        assert_eq!(
            file.to_text(),
            "[core]\n\tbare = false\n# mine\n\tEditor = vi\n[user]\n\tname = B\n\temail = a@b.c\n[remote \"o\"]\n\turl = u\n"
        );
        assert_eq!(file.unset("remote.o.url"), 1);
        assert!(!file.to_text().contains("remote"));
    }
}

//! What `git status` says.

use std::collections::BTreeMap;

use super::delta::{Delta, New, Status};
use super::failure::Outcome;
use super::patch::{Colors, quoted};
use super::refs::Head;
use super::repository::Git;
use super::worktree::{Files, Untracked};

/// Where everything stands.
#[derive(Clone, Debug)]
pub struct State {
    pub staged: Vec<Delta>,
    pub changed: Vec<Delta>,
    pub unmerged: BTreeMap<String, Vec<u8>>,
    pub untracked: Untracked,
}

impl Git<'_, '_> {
    pub fn state(&mut self, all_untracked: bool) -> Outcome<State> {
        let index = self.index()?;
        let head = self.head_commit()?;
        let committed = self.commit_files(head)?;
        let unmerged = index.unmerged();
        let known = |files: Files| files.into_iter().filter(|(path, _)| !unmerged.contains_key(path)).collect::<Files>();
        let in_index: Files = index.files().filter(|(_, entry)| !entry.intent_to_add).map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
        let mut work = known(self.work_files(&index)?);
        let mut staged_for_work = in_index.clone();
        for (path, entry) in index.files().filter(|(_, entry)| entry.intent_to_add) {
            staged_for_work.insert(path.to_owned(), (entry.mode, entry.id));
        }
        work.retain(|path, _| index.has(path));
        let staged = self.deltas(&known(committed), &in_index, New::Objects, true)?;
        let changed = self.deltas(&staged_for_work, &work, New::WorkTree, false)?;
        let untracked = self.untracked(&index, all_untracked, true)?;
        Ok(State { staged, changed, unmerged, untracked })
    }

    /// The paragraphs about the branch, and about a merge that is under way.
    fn status_head(&mut self, state: &State, colors: Colors) -> Outcome<String> {
        let mut out = String::new();
        match self.head()? {
            Head::Branch(name) => {
                let branch = super::refs::short(&name).to_owned();
                out.push_str(&format!("On branch {branch}\n"));
                out.push_str(&self.tracking(&branch, true)?.map_or(String::new(), |text| text + "\n"));
            }
            Head::Detached(id) => {
                let name = self.detached_name(id)?;
                let (word, name) = name.split_once(' ').unwrap_or(("at", &name));
                out.push_str(&format!("{}{name}\n", colors.paint("31", &format!("HEAD detached {word} "))));
            }
        }
        if self.read_own("MERGE_HEAD")?.is_some() {
            out.push_str(if state.unmerged.is_empty() {
                "All conflicts fixed but you are still merging.\n  (use \"git commit\" to conclude merge)\n\n"
            } else {
                "You have unmerged paths.\n  (fix conflicts and run \"git commit\")\n  (use \"git merge --abort\" to abort the merge)\n\n"
            });
        }
        if self.head_commit()?.is_none() {
            out.push_str("\nNo commits yet\n\n");
        }
        Ok(out)
    }

    /// How a branch stands to the one that it follows, as `status` and `checkout` say it.
    pub fn tracking(&mut self, branch: &str, hints: bool) -> Outcome<Option<String>> {
        let Some((full, ..)) = self.upstream(branch)? else { return Ok(None) };
        let name = super::refs::short(&full).to_owned();
        let (Some(ours), theirs) = (self.read_ref(&format!("refs/heads/{branch}"))?, self.read_ref(&full)?) else { return Ok(None) };
        let Some(theirs) = theirs else {
            let hint = if hints { "  (use \"git branch --unset-upstream\" to fixup)\n" } else { "" };
            return Ok(Some(format!("Your branch is based on '{name}', but the upstream is gone.\n{hint}")));
        };
        let (ahead, behind) = self.ahead_behind(ours, theirs)?;
        let commits = |number: usize| format!("{number} commit{}", if number == 1 { "" } else { "s" });
        let text = match (ahead, behind) {
            (0, 0) => format!("Your branch is up to date with '{name}'.\n"),
            (ahead, 0) => format!("Your branch is ahead of '{name}' by {}.\n  (use \"git push\" to publish your local commits)\n", commits(ahead)),
            (0, behind) => format!("Your branch is behind '{name}' by {}, and can be fast-forwarded.\n  (use \"git pull\" to update your local branch)\n", commits(behind)),
            (ahead, behind) => format!(
                "Your branch and '{name}' have diverged,\nand have {ahead} and {behind} different commits each, respectively.\n  (use \"git pull\" if you want to integrate the remote branch with yours)\n"
            ),
        };
        Ok(Some(text))
    }

    /// The long form.
    pub fn long_status(&mut self, state: &State, all_untracked: Option<bool>, colors: Colors) -> Outcome<String> {
        let mut out = self.status_head(state, colors)?;
        let merging = self.read_own("MERGE_HEAD")?.is_some();
        let initial = self.head_commit()?.is_none();
        if !state.staged.is_empty() {
            out.push_str("Changes to be committed:\n");
            if !merging {
                out.push_str(if initial { "  (use \"git rm --cached <file>...\" to unstage)\n" } else { "  (use \"git restore --staged <file>...\" to unstage)\n" });
            }
            for delta in &state.staged {
                let line = self.labelled(delta);
                out.push_str(&format!("\t{}\n", colors.paint("32", &line)));
            }
            out.push('\n');
        }
        if !state.unmerged.is_empty() {
            out.push_str("Unmerged paths:\n");
            if !merging {
                out.push_str("  (use \"git restore --staged <file>...\" to unstage)\n");
            }
            let deleted = |stages: &Vec<u8>| !(stages.contains(&2) && stages.contains(&3)) && stages.contains(&1);
            let (some, all) = (state.unmerged.values().any(deleted), state.unmerged.values().all(|stages| stages == &[1]));
            out.push_str(match (some, all) {
                (_, true) => "  (use \"git rm <file>...\" to mark resolution)\n",
                (true, _) => "  (use \"git add/rm <file>...\" as appropriate to mark resolution)\n",
                _ => "  (use \"git add <file>...\" to mark resolution)\n",
            });
            for (path, stages) in &state.unmerged {
                let label = match stages.as_slice() {
                    [1] => "both deleted:",
                    [1, 2] => "deleted by them:",
                    [1, 3] => "deleted by us:",
                    [2] => "added by us:",
                    [3] => "added by them:",
                    [2, 3] => "both added:",
                    _ => "both modified:",
                };
                out.push_str(&format!("\t{}\n", colors.paint("31", &format!("{label:<17}{}", quoted(&self.shown(path))))));
            }
            out.push('\n');
        }
        if !state.changed.is_empty() {
            let gone = state.changed.iter().any(|delta| delta.status == Status::Deleted);
            out.push_str(&format!("Changes not staged for commit:\n  (use \"git add{} <file>...\" to update what will be committed)\n", if gone { "/rm" } else { "" }));
            out.push_str("  (use \"git restore <file>...\" to discard changes in working directory)\n");
            for delta in &state.changed {
                let line = self.labelled(delta);
                out.push_str(&format!("\t{}\n", colors.paint("31", &line)));
            }
            out.push('\n');
        }
        if all_untracked.is_some() && !state.untracked.paths.is_empty() {
            out.push_str("Untracked files:\n  (use \"git add <file>...\" to include in what will be committed)\n");
            for path in &state.untracked.paths {
                out.push_str(&format!("\t{}\n", colors.paint("31", &quoted(&self.shown(path)))));
            }
            out.push('\n');
        } else if all_untracked.is_none() && !initial {
            out.push_str("Untracked files not listed (use -u option to show untracked files)\n");
        }
        if state.staged.is_empty() {
            out.push_str(if !state.changed.is_empty() || !state.unmerged.is_empty() {
                "no changes added to commit (use \"git add\" and/or \"git commit -a\")\n"
            } else if !state.untracked.paths.is_empty() && all_untracked.is_some() {
                "nothing added to commit but untracked files present (use \"git add\" to track)\n"
            } else if initial {
                "nothing to commit (create/copy files and use \"git add\" to track)\n"
            } else if merging {
                ""
            } else if all_untracked.is_none() {
                "nothing to commit (use -u to show untracked files)\n"
            } else {
                "nothing to commit, working tree clean\n"
            });
        }
        Ok(out)
    }

    fn labelled(&self, delta: &Delta) -> String {
        let label = match delta.status {
            Status::Added => "new file:",
            Status::Deleted => "deleted:",
            Status::Modified => "modified:",
            Status::TypeChanged => "typechange:",
            Status::Renamed(_) => "renamed:",
        };
        let name = match (&delta.status, &delta.old) {
            (Status::Renamed(_), Some(old)) => format!("{} -> {}", quoted(&self.shown(&old.path)), quoted(&self.shown(delta.path()))),
            _ => quoted(&self.shown(delta.path())),
        };
        format!("{label:<12}{name}")
    }

    /// `-s` and `--porcelain`: two letters and a path.
    pub fn short_status(&mut self, state: &State, relative: bool, untracked: bool, ignored: bool, colors: Colors) -> Outcome<String> {
        let mut rows: BTreeMap<String, (char, char, Option<String>)> = BTreeMap::new();
        for delta in &state.staged {
            let from = matches!(delta.status, Status::Renamed(_)).then(|| delta.old.as_ref().map(|side| side.path.clone())).flatten();
            rows.insert(delta.path().to_owned(), (delta.status.letter(), ' ', from));
        }
        for delta in &state.changed {
            rows.entry(delta.path().to_owned()).or_insert((' ', ' ', None)).1 = delta.status.letter();
        }
        for (path, stages) in &state.unmerged {
            let (x, y) = match stages.as_slice() {
                [1] => ('D', 'D'),
                [1, 2] => ('U', 'D'),
                [1, 3] => ('D', 'U'),
                [2] => ('A', 'U'),
                [3] => ('U', 'A'),
                [2, 3] => ('A', 'A'),
                _ => ('U', 'U'),
            };
            rows.insert(path.clone(), (x, y, None));
        }
        let name = |git: &Self, path: &str| {
            let shown = if relative { git.shown(path) } else { path.to_owned() };
            let text = quoted(&shown);
            if text.contains(' ') && !text.starts_with('"') { format!("\"{text}\"") } else { text }
        };
        let mut out = String::new();
        for (path, (x, y, from)) in &rows {
            let unmerged = state.unmerged.contains_key(path);
            let first = if *x == ' ' { " ".to_owned() } else { colors.paint(if unmerged { "31" } else { "32" }, &x.to_string()) };
            let second = if *y == ' ' { " ".to_owned() } else { colors.paint("31", &y.to_string()) };
            let from = from.as_ref().map_or(String::new(), |from| format!("{} -> ", name(self, from)));
            out.push_str(&format!("{first}{second} {from}{}\n", name(self, path)));
        }
        if untracked {
            for path in &state.untracked.paths {
                out.push_str(&format!("{} {}\n", colors.paint("31", "??"), name(self, path)));
            }
        }
        if ignored {
            for path in &state.untracked.ignored {
                out.push_str(&format!("!! {}\n", name(self, path)));
            }
        }
        Ok(out)
    }
}

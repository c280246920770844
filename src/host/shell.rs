//! `podarium shell`: the student's terminal, on the real one or as a script.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use podarium_course::{Audience, Input};
use podarium_workstation::Candidate;
use rustyline::completion::Pair;

use crate::keyboard::{Keyboard, Pressed};
use crate::{Loaded, Player, editor};

/// How often the screen follows the cluster while a command runs or a person thinks.
const TICK: Duration = Duration::from_millis(30);
/// How long a program that has shown no prompt is given to show one, before a line is read for it.
const PROMPT: Duration = Duration::from_millis(300);
/// How much virtual time a completion may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the shell until its input ends or `exit`. Returns the last command's exit status.
pub fn shell(loaded: Loaded, seed: Option<u64>, record: Option<PathBuf>) -> std::io::Result<u8> {
    let mut player = Player::new(loaded, seed, Audience::Student);
    if let Some(path) = record {
        player.record_to(path)?;
    }
    let is_terminal = std::io::stdin().is_terminal();
    let world = player.simulation_mut().world_mut();
    world.set_interactive(is_terminal);
    // The real terminal shows by itself what is typed.
    world.set_echo(false);
    // The machines boot and the manifests are applied before anybody types.
    player.simulation_mut().advance(podarium_sim::Time::from_secs(1));
    let status = if is_terminal { interactive(&mut player)? } else { script(&mut player)? };
    player.save()?;
    Ok(status)
}

fn print(output: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout();
    stdout.write_all(output)?;
    stdout.flush()
}

/// Each line runs to its end in virtual time before the next is typed; nothing waits for the wall clock.
fn script(player: &mut Player) -> std::io::Result<u8> {
    for line in std::io::stdin().lock().lines() {
        player.input(Input::Type(line?))?;
        run_foreground(player)?;
        if player.simulation().world().shell_ended() {
            break;
        }
    }
    if !player.simulation().world().shell_ended() {
        player.input(Input::EndOfInput)?;
        run_foreground(player)?;
    }
    Ok(player.simulation().world().last_status())
}

fn run_foreground(player: &mut Player) -> std::io::Result<()> {
    while !player.simulation().world().is_idle() {
        let Some(next) = player.simulation().next_at() else { break };
        player.simulation_mut().advance(next);
        print(&player.simulation_mut().world_mut().take_output())?;
    }
    print(&player.simulation_mut().world_mut().take_output())
}

/// A person types; virtual time follows the wall clock.
fn interactive(player: &mut Player) -> std::io::Result<u8> {
    let keyboard = Keyboard::new()?;
    let mut last = Instant::now();
    // What stands in the last line of the screen: the prompt, when a line is read.
    let mut begun = String::new();
    let mut reads = false;
    // What has been printed and is not on the screen yet.
    let mut output = Vec::new();
    // What was pasted with the line before, and waits for its turn.
    let mut pasted: VecDeque<String> = VecDeque::new();
    let mut quiet_since = Instant::now();
    loop {
        let more = player.simulation_mut().world_mut().take_output();
        if !more.is_empty() {
            quiet_since = Instant::now();
            output.extend(more);
        }
        if reads {
            let text = ripe(&mut output, quiet_since.elapsed() >= PROMPT);
            if !text.is_empty() {
                keyboard.print_above(text);
            }
        } else {
            print(&output)?;
            follow(&mut begun, &output);
            output.clear();
        }
        let world = player.simulation().world();
        if world.shell_ended() {
            return Ok(world.last_status());
        }
        if let Some(edit) = world.waiting_edit() {
            let text = editor::edit(&edit.name, &edit.text)?;
            player.input(Input::Edited { text })?;
            // The simulated time stood still while the person wrote.
            last = Instant::now();
            continue;
        }
        // Once a line is read, what is printed before it is no longer a prompt.
        if !reads && world.is_idle() && (!begun.is_empty() || quiet_since.elapsed() >= PROMPT) {
            if let Some(line) = pasted.pop_front() {
                print(format!("{line}\n").as_bytes())?;
                begun.clear();
                quiet_since = Instant::now();
                player.input(Input::Type(line))?;
                continue;
            }
            keyboard.read(&begun, world.next_line_is_command());
            reads = true;
        }
        match keyboard.pressed.recv_timeout(TICK) {
            Ok(Pressed::Line(text)) => {
                reads = false;
                begun.clear();
                quiet_since = Instant::now();
                pasted.extend(lines_of(&text));
                player.input(Input::Type(pasted.pop_front().unwrap_or_default()))?;
            }
            Ok(Pressed::Interrupt) => {
                pasted.clear();
                player.input(Input::Interrupt)?;
                if !reads {
                    // The real terminal has shown the key already.
                    let output = player.simulation_mut().world_mut().take_output();
                    let rest = output.strip_prefix(b"^C").unwrap_or(&output);
                    std::io::stdout().write_all(rest)?;
                    follow(&mut begun, rest);
                }
                reads = false;
            }
            Ok(Pressed::Tab { line, cursor, answer }) => {
                // Whoever pressed the key may have gone on.
                let _ = answer.send(complete(player, line, cursor)?);
            }
            Ok(Pressed::Failed(error)) => return Err(error),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Pressed::End) => {
                reads = false;
                begun.clear();
                player.input(Input::EndOfInput)?;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(player.simulation().world().last_status()),
        }
        player.advance(last.elapsed());
        last = Instant::now();
    }
}

/// The lines of a text that was entered. Several were pasted at once.
fn lines_of(text: &str) -> impl Iterator<Item = String> {
    text.trim_end_matches(['\n', '\r']).lines().map(str::to_owned)
}

/// What of an output is shown above a line that is being read: whole lines; the beginning of one when no more comes.
fn ripe(output: &mut Vec<u8>, is_quiet: bool) -> String {
    let end = if is_quiet { output.len() } else { output.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
    String::from_utf8_lossy(&output.drain(..end).collect::<Vec<_>>()).into_owned()
}

/// Keeps what stands behind the last end of a line.
fn follow(begun: &mut String, output: &[u8]) {
    let text = String::from_utf8_lossy(output);
    match text.rsplit_once('\n') {
        Some((_, rest)) => rest.clone_into(begun),
        None => begun.push_str(&text),
    }
}

/// Where the word at the cursor begins, and what it may become. kubectl asks the cluster, so virtual time passes.
fn complete(player: &mut Player, line: String, cursor: usize) -> std::io::Result<(usize, Vec<Pair>)> {
    player.input(Input::Complete { line, cursor })?;
    let limit = player.now() + PATIENCE;
    while player.simulation().world().completion().is_none() {
        match player.simulation().next_at() {
            Some(next) if next <= limit => player.simulation_mut().advance(next),
            _ => break,
        }
    }
    let Some(found) = player.simulation().world().completion() else { return Ok((cursor, Vec::new())) };
    let only = found.candidates.len() == 1;
    let pair = |candidate: &Candidate| {
        let text = &candidate.text;
        let display = if candidate.about.is_empty() { text.clone() } else { format!("{text}  ({})", candidate.about) };
        let ends = only && !text.ends_with(['/', '=']);
        Pair { display, replacement: if ends { format!("{text} ") } else { text.clone() } }
    };
    Ok((found.from, found.candidates.iter().map(pair).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_completed_by_commands_files_and_the_cluster() {
        let mut player = Player::new(crate::load("sandbox").expect("a scenario"), Some(1), Audience::Student);
        player.simulation_mut().advance(podarium_sim::Time::from_secs(5));
        let mut found = |line: &str| {
            let (from, pairs) = complete(&mut player, line.to_owned(), line.len()).expect("an answer");
            (from, pairs.into_iter().map(|pair| pair.replacement).collect::<Vec<_>>())
        };
        assert_eq!(found("kubect"), (0, vec!["kubectl ".to_owned()]));
        assert_eq!(found("kubectl get node "), (17, vec!["node-1".to_owned(), "node-2".to_owned(), "node-3".to_owned()]));
        assert_eq!(found("kubectl desc"), (8, vec!["describe ".to_owned()]));
    }

    #[test]
    fn lines_are_shown_when_they_are_whole_or_nothing_more_comes() {
        let mut output = b"one\ntwo\nthr".to_vec();
        assert_eq!(ripe(&mut output, false), "one\ntwo\n");
        assert_eq!(ripe(&mut output, false), "");
        assert_eq!((ripe(&mut output, true), output.len()), ("thr".to_owned(), 0));
    }

    #[test]
    fn what_is_pasted_is_several_lines() {
        let lines = |text: &str| lines_of(text).collect::<Vec<_>>();
        assert_eq!(lines("one\ntwo\r\n\nthree\n\n"), ["one", "two", "", "three"]);
        assert_eq!(lines(""), Vec::<String>::new());
    }

    #[test]
    fn the_prompt_is_what_stands_behind_the_last_line() {
        let mut begun = String::new();
        for (output, wanted) in [("a\nstudent", "student"), ("$ ", "student$ "), ("x\n", "")] {
            follow(&mut begun, output.as_bytes());
            assert_eq!(begun, wanted);
        }
    }
}

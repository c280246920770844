//! `podarium shell`: the student's terminal, on the real one or as a script.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use podarium_course::{Audience, Input};

use crate::{Loaded, Player, editor};

/// How often the screen follows the cluster while a command runs or a person thinks.
const TICK: Duration = Duration::from_millis(30);

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

fn print_output(player: &mut Player) -> std::io::Result<()> {
    let output = player.simulation_mut().world_mut().take_output();
    let mut stdout = std::io::stdout();
    stdout.write_all(&output)?;
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
        print_output(player)?;
    }
    print_output(player)
}

/// A person types; virtual time follows the wall clock.
fn interactive(player: &mut Player) -> std::io::Result<u8> {
    let (sender, lines) = mpsc::channel();
    let (ask, asked) = mpsc::channel::<()>();
    // A line is read only when somebody waits for it, so that an editor has the keyboard for itself.
    std::thread::spawn(move || {
        let mut typed = std::io::stdin().lines();
        while asked.recv().is_ok() {
            let Some(line) = typed.next() else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut last = Instant::now();
    let mut reads = false;
    loop {
        print_output(player)?;
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
        if !reads && world.is_idle() {
            // If the thread has ended, the channel of its lines says so.
            reads = ask.send(()).is_ok();
        }
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                reads = false;
                player.input(Input::Type(line?))?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                player.input(Input::EndOfInput)?;
                run_foreground(player)?;
                return Ok(player.simulation().world().last_status());
            }
        }
        player.advance(last.elapsed());
        last = Instant::now();
    }
}

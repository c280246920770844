//! What a shell costs that does next to nothing, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{Machine, Stdio, install_everyday_programs};
use podarium_sim::{Stream, Time};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// So many computers, each with the loop, for an hour: 720 times `date` and `sleep` on each.
#[divan::bench(args = [1, 1000], sample_count = 5, sample_size = 1)]
fn an_hour_of_shell_loops(bencher: divan::Bencher<'_, '_>, machines: usize) {
    let mut machine = Machine::new("c", Stream::new(1, "c"));
    install_everyday_programs(&mut machine);
    let env = BTreeMap::from([("PATH".to_owned(), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned())]);
    bencher.with_inputs(|| vec![machine.clone(); machines]).bench_values(|mut all| {
        let started = all.iter_mut().map(|machine| {
            let tty = machine.open_channel();
            machine.spawn(&["sh", "-c", "while true; do date; sleep 5; done"], env.clone(), "/", Stdio::all(tty)).expect("there is a shell");
            tty
        });
        let ttys: Vec<_> = started.collect();
        let mut lines = 0;
        for second in (0..3600).step_by(5) {
            for (machine, tty) in all.iter_mut().zip(&ttys) {
                machine.run(Time::ZERO + Duration::from_secs(second));
                lines += machine.take_output(*tty).len();
            }
        }
        assert_eq!(lines, 29 * 720 * machines);
        all
    });
}

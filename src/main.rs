//! The program `podarium`: parses the command line and hands over to a mode.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use podarium_host::{Format, LoadError, Loaded};

/// Objects are many, small and soon dropped: this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A Kubernetes cluster that you can see into, break and rewind.
#[derive(Parser)]
#[command(name = "podarium", version, arg_required_else_help = false)]
struct Cli {
    #[command(subcommand)]
    mode: Option<Mode>,
}

#[derive(Subcommand)]
enum Mode {
    /// The app, on a scenario (a name or a path).
    #[cfg(feature = "app")]
    App {
        #[arg(default_value = "self-healing")]
        scenario: String,
        #[command(flatten)]
        play: Play,
    },
    /// The terminal alone. When standard input is no terminal, its lines are run as a script in virtual time.
    Shell {
        #[arg(default_value = "sandbox")]
        scenario: String,
        #[command(flatten)]
        play: Play,
    },
    /// Play a scenario without a screen; report its events and objectives.
    Run {
        scenario: String,
        /// How long to play, e.g. 60s or 5m; the scenario's own time when it is left out.
        #[arg(long, value_parser = duration)]
        until: Option<Duration>,
        #[arg(short, long, value_enum, default_value_t = Output::Text)]
        output: Output,
        /// Tell why the scheduler put this pod where it is, or nowhere: every node with every reason and score. May be
        /// given several times.
        #[arg(long, value_name = "[NAMESPACE/]POD")]
        explain: Vec<String>,
        #[command(flatten)]
        play: Play,
    },
    /// Check scenario files; every error with file, line and what was expected.
    Validate {
        #[arg(required = true)]
        files: Vec<String>,
    },
    /// The JSON Schema of scenario files, for editors.
    Schema {
        #[arg(value_enum)]
        what: Schema,
    },
    /// Serve the Kubernetes API over HTTPS, for a kubectl of one's own.
    #[cfg(feature = "server")]
    Serve {
        #[arg(default_value = "bare")]
        scenario: String,
        /// Address and port. Port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:6443")]
        listen: std::net::SocketAddr,
        /// Where to write the kubeconfig; only its owner can read it.
        #[arg(long, value_name = "FILE", default_value = "podarium.kubeconfig")]
        kubeconfig: PathBuf,
        /// Virtual seconds a second, or `max`. At 0 time stands still but for the time that answers take;
        /// `POST /podarium/step?by=10s` lets more of it pass.
        #[arg(long, default_value = "1", value_parser = speed)]
        speed: podarium_host::Speed,
        #[command(flatten)]
        play: Play,
    },
    /// One picture of a scenario, without a window.
    #[cfg(feature = "app")]
    Render {
        scenario: String,
        /// The moment of virtual time, e.g. 30s.
        #[arg(long, value_parser = duration, default_value = "30s")]
        at: Duration,
        /// Width and height in pixels.
        #[arg(long, value_parser = size, default_value = "1600x900")]
        size: (u32, u32),
        #[arg(long)]
        out: PathBuf,
        #[arg(long)]
        seed: Option<u64>,
    },
}

#[derive(clap::Args)]
struct Play {
    /// The same seed gives the same run; the scenario's own when it is left out.
    #[arg(long)]
    seed: Option<u64>,
    /// Keep a recording of the inputs in this file.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schema {
    Scenario,
}

/// A time as scenarios write it.
fn duration(text: &str) -> Result<Duration, String> {
    podarium_course::Period::parse_text(text).map(|period| period.0)
}

#[cfg(feature = "server")]
fn speed(text: &str) -> Result<podarium_host::Speed, String> {
    if text == "max" {
        return Ok(podarium_host::Speed::Max);
    }
    let times = text.parse::<f64>().ok().filter(|times| times.is_finite() && (0.0..=1e6).contains(times));
    times.map(podarium_host::Speed::Times).ok_or_else(|| format!("{text:?} is no speed: write a number from 0 to 1000000, or max"))
}

#[cfg(feature = "app")]
fn size(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    parsed
        .filter(|(width, height)| (64..=8192).contains(width) && (64..=8192).contains(height))
        .ok_or_else(|| format!("{text:?} is no size: write WIDTHxHEIGHT with 64 to 8192 pixels each, e.g. 1600x900"))
}

/// The exit codes: 0 good, 1 the thing failed, 2 wrong use.
const FAILED: u8 = 1;
const WRONG_USE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.mode {
        None => home(),
        #[cfg(feature = "app")]
        Some(Mode::App { scenario, play }) => app(&scenario, play),
        Some(Mode::Shell { scenario, play }) => with(&scenario, |loaded| {
            report(podarium_host::shell(loaded, play.seed, play.record).map_err(|error| error.to_string()))
        }),
        Some(Mode::Run { scenario, until, output, explain, play }) => with(&scenario, |loaded| {
            let format = match output {
                Output::Text => Format::Text,
                Output::Json => Format::Json,
            };
            match podarium_host::run(loaded, podarium_host::Run { seed: play.seed, until, format, explain, record: play.record }) {
                Ok((text, met)) => {
                    print!("{text}");
                    if met { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
                }
                Err(error) => report(Err(error.to_string())),
            }
        }),
        Some(Mode::Validate { files }) => validate(&files),
        Some(Mode::Schema { what: Schema::Scenario }) => {
            println!("{:#}", podarium_course::scenario_schema());
            ExitCode::SUCCESS
        }
        #[cfg(feature = "server")]
        Some(Mode::Serve { scenario, listen, kubeconfig, speed, play }) => with(&scenario, |loaded| {
            report(serve(loaded, play, podarium_server::Serve { listen, kubeconfig, speed }).map(|()| 0))
        }),
        #[cfg(feature = "app")]
        Some(Mode::Render { scenario, at, size, out, seed }) => with(&scenario, |loaded| {
            report(podarium_app::render(loaded, seed, at, size, &out).map(|()| 0).map_err(|error| error.to_string()))
        }),
    }
}

/// What `podarium` alone does: the app where there is one.
fn home() -> ExitCode {
    #[cfg(feature = "app")]
    return app("self-healing", Play { seed: None, record: None });
    #[cfg(not(feature = "app"))]
    {
        eprintln!("podarium: this program was built without the app; try `podarium shell` or `podarium --help`");
        ExitCode::from(WRONG_USE)
    }
}

#[cfg(feature = "app")]
fn app(scenario: &str, play: Play) -> ExitCode {
    with(scenario, |loaded| report(podarium_app::run(loaded, play.seed, play.record).map(|()| 0).map_err(|error| error.to_string())))
}

#[cfg(feature = "server")]
fn serve(loaded: Loaded, play: Play, how: podarium_server::Serve) -> Result<(), String> {
    let title = loaded.scenario.title.clone();
    let mut player = podarium_host::Player::beginning_now(loaded, play.seed, podarium_course::Audience::Student);
    if let Some(path) = play.record {
        player.record_to(path).map_err(|error| error.to_string())?;
    }
    let kubeconfig = how.kubeconfig.display().to_string();
    let ready = |address: std::net::SocketAddr| {
        eprintln!("{title}: https://{address}, until Ctrl-C");
        if !address.ip().is_loopback() {
            eprintln!("Others on the network can reach this address; the token in the kubeconfig is all that keeps them out.");
        }
        eprintln!("  kubectl --kubeconfig {kubeconfig} get nodes");
    };
    podarium_server::serve(player, &how, ready, podarium_server::asked_to_end()).map_err(|error| error.to_string())
}

/// Loads a scenario for a mode, or says why not.
fn with(scenario: &str, mode: impl FnOnce(Loaded) -> ExitCode) -> ExitCode {
    match podarium_host::load(scenario) {
        Ok(loaded) => mode(loaded),
        Err(error @ LoadError::Invalid(_)) => {
            eprint!("{error}");
            ExitCode::from(FAILED)
        }
        Err(error) => {
            eprintln!("podarium: {error}");
            ExitCode::from(WRONG_USE)
        }
    }
}

fn report(result: Result<u8, String>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("podarium: {error}");
            ExitCode::from(FAILED)
        }
    }
}

fn validate(files: &[String]) -> ExitCode {
    let mut worst = 0;
    for file in files {
        match podarium_host::load(file) {
            Ok(loaded) => println!("{file}: good ({})", loaded.scenario.title),
            Err(error @ LoadError::Invalid(_)) => {
                eprint!("{error}");
                worst = worst.max(FAILED);
            }
            Err(error) => {
                eprintln!("podarium: {error}");
                worst = worst.max(WRONG_USE);
            }
        }
    }
    ExitCode::from(worst)
}

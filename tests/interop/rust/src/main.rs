//! A process of Rust Caryatid, made of its own crates, for the tests of compatibility.
//!
//! `peer <file.toml>` runs the modules of that file until SIGINT or the end of its standard input, whose lines are commands
//! (see `commands`). What a test wants to know is a line of JSON on standard output; the log goes to standard error. With `quiet`
//! after the file it doesn't tell what modules subscribe to, which takes time.
//! `peer vectors` writes what the codec of these crates does, as JSON; `peer typed` passes bytes through types.

mod answer;
mod commands;
mod flow;
mod hear;
mod inputs;
mod message;
mod requests;
mod say;
mod tell;
mod typed;
mod values;
mod vectors;

use anyhow::{Context as _, Result};
use caryatid_module_clock::Clock;
use caryatid_module_playback::Playback;
use caryatid_module_record::Record;
use caryatid_module_rest_server::RESTServer;
use caryatid_module_spy::Spy;
use caryatid_process::Process;
use caryatid_sdk::ModuleRegistry;
use config::{Config, Environment, File};
use message::Message;
use std::sync::Arc;
use tell::{Telling, tell};

#[tokio::main]
async fn main() -> Result<()> {
    let argument = std::env::args().nth(1).context("wanted a TOML file, `vectors` or `typed`")?;
    match argument.as_str() {
        "vectors" => return vectors::write(),
        "typed" => return typed::answer(),
        _ => {}
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let quiet = std::env::args().nth(2).is_some_and(|second| second == "quiet");
    run(&argument, quiet).await
}

async fn run(path: &str, quiet: bool) -> Result<()> {
    let config =
        Config::builder().add_source(File::with_name(path)).add_source(Environment::with_prefix("CARYATID")).build()?;
    let mut process = Process::<Message>::create(Arc::new(config)).await;
    if quiet {
        register(&mut process);
    } else {
        register(&mut Telling(&mut process));
    }
    let ended = commands::read_stdin();
    let running = process.start().await?;
    tell(serde_json::json!({ "ready": true }));
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = ended => {}
    }
    running.stop().await
}

fn register(registry: &mut dyn ModuleRegistry<Message>) {
    Clock::<Message>::register(registry);
    Playback::<Message>::register(registry);
    Record::<Message>::register(registry);
    RESTServer::<Message>::register(registry);
    Spy::<Message>::register(registry);
    answer::Answer::register(registry);
    commands::Commands::register(registry);
    flow::Publisher::register(registry);
    flow::Subscriber::register(registry);
    hear::Hear::register(registry);
    requests::Requests::register(registry);
    say::Say::register(registry);
}

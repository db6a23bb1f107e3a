//! Lines of standard input, from which a test drives this process.

use crate::message::Message;
use crate::tell::tell;
use anyhow::Result;
use caryatid_sdk::{Context, module};
use config::Config;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::{mpsc, oneshot};

static LINES: Mutex<Option<mpsc::UnboundedReceiver<String>>> = Mutex::new(None);

/// Reads standard input from now on; the result comes with its end.
pub fn read_stdin() -> oneshot::Receiver<()> {
    let (line_sender, line_receiver) = mpsc::unbounded_channel();
    let (end_sender, end_receiver) = oneshot::channel();
    *LINES.lock().unwrap() = Some(line_receiver);
    tokio::spawn(async move {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // Nobody takes them where the configuration has no `[module.commands]`.
            let _ = line_sender.send(line);
        }
        let _ = end_sender.send(());
    });
    end_receiver
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Command {
    /// Publishes, in the order of the lines.
    Publish { topic: String, message: Message },
    /// Asks, and tells `answer` or `failed` with the same id; many may be in flight.
    Request { topic: String, message: Message, id: u64 },
}

/// Does what the lines of standard input say.
#[module(message_type(Message), name = "commands", description = "Does what standard input says")]
pub struct Commands;

impl Commands {
    async fn init(&self, context: Arc<Context<Message>>, _config: Arc<Config>) -> Result<()> {
        let mut lines = LINES.lock().unwrap().take().expect("one module of this class");
        let own = context.clone();
        context.run(async move {
            while let Some(line) = lines.recv().await {
                match serde_json::from_str(&line) {
                    Ok(Command::Publish { topic, message }) => {
                        // Rust's routing never fails.
                        let _ = own.publish(&topic, Arc::new(message)).await;
                    }
                    Ok(Command::Request { topic, message, id }) => {
                        tokio::spawn(request(own.clone(), topic, message, id));
                    }
                    Err(error) => tell(json!({ "misunderstood": error.to_string() })),
                }
            }
        });
        Ok(())
    }
}

async fn request(context: Arc<Context<Message>>, topic: String, message: Message, id: u64) {
    match context.request(&topic, Arc::new(message)).await {
        Ok(message) => {
            tell(json!({ "answer": id, "message": &*message, "debug": format!("{message:?}") }));
        }
        Err(error) => tell(json!({ "failed": id, "error": error.to_string() })),
    }
}

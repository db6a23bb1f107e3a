//! As many messages as there can be, as in Rust's `performance` example: `count` from each of `threads` tasks, each with
//! `length` characters that all messages share.

use crate::message::Message;
use crate::tell::tell;
use anyhow::Result;
use caryatid_sdk::{Context, module};
use config::Config;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Publishes, then waits `pause` seconds (1) and says `Stop`.
#[module(message_type(Message), name = "publisher", description = "Publishes as fast as it can")]
pub struct Publisher;

impl Publisher {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let topic = config.get_string("topic")?;
        let count = config.get::<u64>("count")?;
        let threads = config.get::<u64>("threads").unwrap_or(1);
        let data: Arc<str> = "*".repeat(config.get("length").unwrap_or(100)).into();
        let own = context.clone();
        context.run(async move {
            let tasks = (0..threads)
                .map(|_| tokio::spawn(publish(own.clone(), topic.clone(), data.clone(), count)))
                .collect::<Vec<_>>();
            for task in tasks {
                let _ = task.await;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _ = own.publish(&topic, Arc::new(Message::Stop)).await;
        });
        Ok(())
    }
}

async fn publish(context: Arc<Context<Message>>, topic: String, data: Arc<str>, count: u64) {
    for _ in 0..count {
        let _ = context.publish(&topic, Arc::new(Message::Data(data.clone()))).await;
    }
}

/// Counts, and tells the time from the first message to the last when it hears `Stop`.
#[module(message_type(Message), name = "subscriber", description = "Counts messages and takes the time")]
pub struct Subscriber;

impl Subscriber {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let mut heard = context.subscribe(&config.get_string("topic")?).await?;
        context.run(async move {
            let (mut count, mut first, mut last) = (0u64, Instant::now(), Instant::now());
            while let Ok((_, message)) = heard.read().await {
                match &*message {
                    Message::Data(_) => {
                        last = Instant::now();
                        count += 1;
                        if count == 1 {
                            first = last;
                        }
                    }
                    _ => tell(json!({ "count": count, "seconds": (last - first).as_secs_f64() })),
                }
            }
        });
        Ok(())
    }
}

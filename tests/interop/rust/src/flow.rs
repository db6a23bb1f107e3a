//! As many messages as there can be, with the parameters of Rust's `performance` example: `count` from each of `threads` tasks,
//! each with `length` characters that all messages share.

use crate::message::Message;
use crate::tell::tell;
use anyhow::Result;
use caryatid_sdk::{Context, module};
use config::Config;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Publishes, each task one message after the other.
#[module(message_type(Message), name = "publisher", description = "Publishes as fast as it can")]
pub struct Publisher;

impl Publisher {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let topic = config.get_string("topic")?;
        let count = config.get::<u64>("count")?;
        let data: Arc<str> = "*".repeat(config.get("length").unwrap_or(100)).into();
        for _ in 0..config.get::<u64>("threads").unwrap_or(1) {
            context.run(publish(context.clone(), topic.clone(), data.clone(), count));
        }
        Ok(())
    }
}

async fn publish(context: Arc<Context<Message>>, topic: String, data: Arc<str>, count: u64) {
    for _ in 0..count {
        let _ = context.publish(&topic, Arc::new(Message::Data(data.clone()))).await;
    }
}

/// Counts, and tells the time from the first message to number `count`.
#[module(message_type(Message), name = "subscriber", description = "Counts messages and takes the time")]
pub struct Subscriber;

impl Subscriber {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let count = config.get::<u64>("count")?;
        let mut heard = context.subscribe(&config.get_string("topic")?).await?;
        context.run(async move {
            let (mut heard_so_far, mut first) = (0u64, Instant::now());
            while let Ok((_, message)) = heard.read().await {
                let Message::Data(_) = &*message else { continue };
                heard_so_far += 1;
                if heard_so_far == 1 {
                    first = Instant::now();
                }
                if heard_so_far == count {
                    tell(json!({ "count": count, "seconds": first.elapsed().as_secs_f64() }));
                }
            }
        });
        Ok(())
    }
}

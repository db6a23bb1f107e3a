use crate::message::Message;
use anyhow::Result;
use caryatid_sdk::{Context, module};
use config::Config;
use std::sync::Arc;

/// Publishes `messages`, each in JSON, on `topic` when the process has started.
#[module(message_type(Message), name = "say", description = "Publishes a list of messages")]
pub struct Say;

impl Say {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let topic = config.get_string("topic")?;
        let messages = config
            .get_array("messages")?
            .into_iter()
            .map(|text| Ok(Arc::new(serde_json::from_str(&text.into_string()?)?)))
            .collect::<Result<Vec<Arc<Message>>>>()?;
        let bus = context.message_bus.clone();
        context.run(async move {
            for message in messages {
                // Rust's routing never fails.
                let _ = bus.publish(&topic, message).await;
            }
        });
        Ok(())
    }
}

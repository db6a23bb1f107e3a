use crate::message::Message;
use crate::tell::tell;
use anyhow::Result;
use caryatid_sdk::{Context, module};
use config::Config;
use serde_json::json;
use std::sync::Arc;

/// Tells what it hears on `topic`: as JSON, and in Rust's own words, which show types and digits that JSON lacks.
#[module(message_type(Message), name = "hear", description = "Tells what it hears")]
pub struct Hear;

impl Hear {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let mut heard = context.subscribe(&config.get_string("topic")?).await?;
        context.run(async move {
            while let Ok((topic, message)) = heard.read().await {
                tell(json!({ "heard": topic, "message": &*message, "debug": format!("{message:?}") }));
            }
        });
        Ok(())
    }
}

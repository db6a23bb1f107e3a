use crate::message::{Message, Test};
use crate::tell::tell;
use anyhow::{Result, bail};
use caryatid_sdk::{Context, module};
use config::Config;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Asks `count` questions on `topic`, one after the other, and tells how long they took. Starts with the first answer that it
/// gets: a handler subscribes after the start.
#[module(message_type(Message), name = "requests", description = "Asks one question after the other")]
pub struct Requests;

impl Requests {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let topic = config.get_string("topic")?;
        let count = config.get::<i64>("count")?;
        let own = context.clone();
        context.run(async move {
            while ask(&own, &topic, 0).await.is_err() {}
            let start = Instant::now();
            for number in 1..=count {
                if let Err(error) = ask(&own, &topic, number).await {
                    return tell(json!({ "failed": number, "error": error.to_string() }));
                }
            }
            tell(json!({ "count": count, "seconds": start.elapsed().as_secs_f64() }));
        });
        Ok(())
    }
}

async fn ask(context: &Context<Message>, topic: &str, number: i64) -> Result<()> {
    let question = Message::Test(Test { data: "Hello".to_string(), number });
    match &*context.request(topic, Arc::new(question)).await? {
        Message::Test(Test { number: answer, .. }) if *answer == number * 2 => Ok(()),
        other => bail!("wrong answer: {other:?}"),
    }
}

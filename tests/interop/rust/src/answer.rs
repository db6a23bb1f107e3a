use crate::message::{Message, Test};
use anyhow::Result;
use caryatid_module_rest_server::messages::RESTResponse;
use caryatid_sdk::{Context, module};
use config::Config;
use std::sync::Arc;

/// Answers requests on `topic`: doubles the number of a `Test` and puts `data` of its own in, answers HTTP, else echoes.
#[module(message_type(Message), name = "answer", description = "Answers requests")]
pub struct Answer;

impl Answer {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let data = config.get_string("data").unwrap_or("Rust".to_string());
        context.handle(&config.get_string("topic")?, move |question| std::future::ready(answer(question, &data)));
        Ok(())
    }
}

fn answer(question: Arc<Message>, data: &str) -> Arc<Message> {
    match &*question {
        Message::Test(Test { number, .. }) => {
            Arc::new(Message::Test(Test { data: data.to_string(), number: number * 2 }))
        }
        Message::RESTRequest(request) => {
            let body = format!("{} {} {}", request.method, request.path, request.body);
            Arc::new(Message::RESTResponse(RESTResponse::with_text(200, &body)))
        }
        _ => question,
    }
}

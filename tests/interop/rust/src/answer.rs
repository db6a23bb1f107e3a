use crate::message::{Message, Test};
use anyhow::Result;
use caryatid_module_rest_server::messages::{RESTRequest, RESTResponse};
use caryatid_sdk::{Context, module};
use config::Config;
use std::sync::Arc;

/// Answers requests on `topic`: doubles the number of a `Test` and puts `data` of its own in, answers HTTP with the
/// request as it was understood (status and content type by the parameters `code` and `type`), else echoes.
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
        Message::RESTRequest(request) => Arc::new(Message::RESTResponse(answer_http(request))),
        _ => question,
    }
}

fn answer_http(request: &RESTRequest) -> RESTResponse {
    let parameter = |name: &str| request.query_parameters.get(name).map(String::as_str);
    let code = parameter("code").and_then(|code| code.parse().ok()).unwrap_or(200);
    let body = serde_json::to_string(request).expect("texts alone");
    RESTResponse::new(code, &body, parameter("type").unwrap_or("application/json"))
}

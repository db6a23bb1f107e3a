//! Lines of JSON on standard output, and a registry whose modules tell what they have subscribed to.

use crate::message::Message;
use anyhow::Result;
use caryatid_process::Process;
use caryatid_sdk::{Context, MessageBus, Module, ModuleRegistry, Subscription, async_trait};
use config::Config;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Writes one line.
pub fn tell(line: Value) {
    let mut out = std::io::stdout().lock();
    // The test has gone: there is nobody to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Registers modules such that each subscription of theirs is told once it is bound: a handler subscribes after the start, and
/// queues of Rust's outlive the process, so a test has to know both when and which.
pub struct Telling<'a>(pub &'a mut Process<Message>);

impl ModuleRegistry<Message> for Telling<'_> {
    fn register(&mut self, module: Arc<dyn Module<Message>>) {
        self.0.register(Arc::new(TellingModule(module)));
    }
}

struct TellingModule(Arc<dyn Module<Message>>);

#[async_trait]
impl Module<Message> for TellingModule {
    async fn init(&self, context: Arc<Context<Message>>, config: Arc<Config>) -> Result<()> {
        let bus = Arc::new(TellingBus(context.message_bus.clone()));
        let telling = Context::new(context.config.clone(), bus, context.startup_watch.clone());
        self.0.init(Arc::new(telling), config).await
    }

    fn get_name(&self) -> &'static str {
        self.0.get_name()
    }

    fn get_description(&self) -> &'static str {
        self.0.get_description()
    }
}

struct TellingBus(Arc<dyn MessageBus<Message>>);

#[async_trait]
impl MessageBus<Message> for TellingBus {
    async fn publish(&self, topic: &str, message: Arc<Message>) -> Result<()> {
        self.0.publish(topic, message).await
    }

    fn request_timeout(&self) -> Duration {
        self.0.request_timeout()
    }

    async fn subscribe(&self, topic: &str) -> Result<Box<dyn Subscription<Message>>> {
        let subscription = self.0.subscribe(topic).await?;
        tell(json!({ "subscribed": topic }));
        Ok(subscription)
    }

    async fn shutdown(&self) -> Result<()> {
        self.0.shutdown().await
    }
}

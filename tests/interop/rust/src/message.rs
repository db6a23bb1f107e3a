//! The message of this process: that of Rust's `typed` and `rest` examples, and all kinds of variants and fields.

use caryatid_module_clock::messages::ClockTickMessage;
use caryatid_module_rest_server::messages::{GetRESTResponse, RESTRequest, RESTResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Message {
    None(()),
    Test(Test),
    String(String),
    Clock(ClockTickMessage),
    Json(serde_json::Value),
    RESTRequest(RESTRequest),
    RESTResponse(RESTResponse),
    Stop,
    Pair(u8, String),
    Point { x: i64, y: f64 },
    Maybe(Option<u32>),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    Reading(Reading),
    Keys(BTreeMap<u32, String>),
    Data(#[serde(with = "shared")] Arc<str>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Test {
    pub data: String,
    pub number: i64,
}

/// A field of every kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reading {
    pub at: DateTime<Utc>,
    pub value: f64,
    pub short: f32,
    pub count: u64,
    pub delta: i64,
    pub note: Option<String>,
    pub kind: Kind,
    pub marks: Vec<u8>,
    pub letter: char,
    pub limits: BTreeMap<String, u64>,
    pub corner: (f64, bool),
    pub nothing: (),
}

/// An enum as a field.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Kind {
    Idle,
    Single(f64),
    Range(f64, i64),
    Named { name: String, since: Option<DateTime<Utc>> },
}

impl Default for Message {
    fn default() -> Self {
        Message::None(())
    }
}

impl From<ClockTickMessage> for Message {
    fn from(message: ClockTickMessage) -> Self {
        Message::Clock(message)
    }
}

impl From<RESTRequest> for Message {
    fn from(message: RESTRequest) -> Self {
        Message::RESTRequest(message)
    }
}

impl GetRESTResponse for Message {
    fn get_rest_response(&self) -> Option<RESTResponse> {
        match self {
            Message::RESTResponse(response) => Some(response.clone()),
            _ => None,
        }
    }
}

/// A text that many messages share; serde's feature `rc` would do the same, and rebuild everything.
mod shared {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(deserializer).map(Arc::from)
    }
}

//! `peer vectors`: what the codec of these crates writes for values of all kinds, and what it says to bytes that a peer might send.

use crate::inputs::INPUTS;
use crate::message::Test;
use crate::values;
use anyhow::{Context as _, Result};
use caryatid_module_rest_server::messages::{RESTRequest, RESTResponse};
use chrono::{DateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;

const ABOUT: &str = "CBOR bytes of Rust serde values as minicbor-serde 0.6 writes and reads them, the codec of caryatid_process \
0.14 (exact versions: tests/interop/rust/Cargo.lock). Made by tests/interop/rust: `peer vectors`. Enum Message is that of \
Caryatid's typed and rest examples plus Stop, Pair(u8,String), Point{x:i64,y:f64}, Maybe(Option<u32>), Bytes(serde_bytes \
Vec<u8>), Vecu8(Vec<u8>). encode: what Rust sends. decode: whether Rust accepts bytes a peer might send.";

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Message {
    None(()),
    Test(Test),
    String(String),
    Clock(Tick),
    Json(Value),
    RESTRequest(RESTRequest),
    RESTResponse(RESTResponse),
    Stop,
    Pair(u8, String),
    Point { x: i64, y: f64 },
    Maybe(Option<u32>),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    Vecu8(Vec<u8>),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tick {
    time: DateTime<Utc>,
    number: u64,
}

/// Writes all of it on standard output.
pub fn write() -> Result<()> {
    let mut encodings = Encodings(Vec::new());
    messages(&mut encodings);
    rest(&mut encodings);
    values::add(&mut encodings);
    let inputs = INPUTS.iter().map(verdict).collect::<Result<Vec<_>>>()?;
    let all = json!({ "about": ABOUT, "encode": encodings.0, "decode": inputs });
    println!("{}", serde_json::to_string_pretty(&all)?);
    Ok(())
}

/// What the codec writes for each value.
pub struct Encodings(Vec<Value>);

impl Encodings {
    /// Adds a value, named as Rust has it.
    pub fn add(&mut self, rust: impl Into<String>, value: impl Serialize) {
        let bytes = minicbor_serde::to_vec(value).expect("it has a form on the wire");
        self.0.push(json!({ "hex": hex(&bytes), "rust": rust.into() }));
    }
}

fn verdict((text, note): &(&str, &str)) -> Result<Value> {
    let bytes = bytes(text).with_context(|| format!("bad hexadecimal: {note}"))?;
    let (ok, result) = match minicbor_serde::from_slice::<Message>(&bytes) {
        Ok(message) => (true, format!("{message:?}")),
        Err(error) => (false, error.to_string()),
    };
    Ok(json!({ "hex": text, "note": note, "ok": ok, "result": result, "type": "Message" }))
}

fn messages(encodings: &mut Encodings) {
    let test = |data: &str, number| Message::Test(Test { data: data.to_string(), number });
    encodings.add("Message::None(()) (newtype variant holding unit)", Message::None(()));
    encodings.add("Message::Stop (unit variant)", Message::Stop);
    let text = Message::String("Hello, world!".to_string());
    encodings.add("Message::String(\"Hello, world!\") (newtype variant)", text);
    encodings.add("Message::Test(Test{data:\"Custom\",number:42}) (newtype of struct)", test("Custom", 42));
    encodings.add("Message::Test(Test{data:\"\",number:-1})", test("", -1));
    encodings.add("Message::Pair(7,\"x\") (tuple variant)", Message::Pair(7, "x".to_string()));
    encodings.add("Message::Point{x:-5,y:1.5} (struct variant)", Message::Point { x: -5, y: 1.5 });
    encodings.add("Message::Maybe(None)", Message::Maybe(None));
    encodings.add("Message::Maybe(Some(9))", Message::Maybe(Some(9)));
    encodings.add("Message::Bytes(serde_bytes [1,2,3])", Message::Bytes(vec![1, 2, 3]));
    encodings.add("Message::Vecu8(Vec<u8> [1,2,255]) (no serde_bytes: array of ints)", Message::Vecu8(vec![1, 2, 255]));
    for (text, time) in times() {
        let clock = Message::Clock(Tick { time, number: 0 });
        encodings.add(format!("Message::Clock(ClockTickMessage{{time:{text},number:0}})"), clock);
        encodings.add(format!("DateTime<Utc> {text}"), time);
    }
    for text in [
        "null",
        "true",
        "12",
        "-3",
        "1.5",
        "1.0",
        "\"s\"",
        "[]",
        "[1,null]",
        "{}",
        "{\"a\":1,\"b\":[2]}",
        "{\"msg\":\"Hello\",\"n\":1}",
        "18446744073709551615",
    ] {
        let value = serde_json::from_str(text).expect("it is JSON");
        encodings.add(format!("Message::Json({text})"), Message::Json(value));
    }
}

fn times() -> [(&'static str, DateTime<Utc>); 4] {
    let second = Utc.with_ymd_and_hms(2024, 1, 2, 3, 4, 5).unwrap();
    let with = |nanoseconds| second + chrono::Duration::nanoseconds(nanoseconds);
    [
        ("2024-01-02T03:04:05Z", second),
        ("2024-01-02T03:04:05.123Z", with(123_000_000)),
        ("2024-01-02T03:04:05.123456789Z", with(123_456_789)),
        ("1970-01-01T00:00:00Z (Default)", DateTime::default()),
    ]
}

fn rest(encodings: &mut Encodings) {
    let get = RESTRequest {
        method: "GET".to_string(),
        path: "/test".to_string(),
        path_elements: vec!["test".to_string()],
        body: String::new(),
        query_parameters: HashMap::new(),
    };
    encodings.add("Message::RESTRequest{GET /test, elements [test], body \"\", no query}", Message::RESTRequest(get));
    let post = RESTRequest {
        method: "POST".to_string(),
        path: "/a/b".to_string(),
        path_elements: vec!["a".to_string(), "b".to_string()],
        body: "hi".to_string(),
        query_parameters: HashMap::from([("a".to_string(), "1".to_string())]),
    };
    encodings.add("Message::RESTRequest{POST /a/b, [a,b], body \"hi\", query {a:1}}", Message::RESTRequest(post));
    encodings.add(
        "Message::RESTResponse{code 200, body \"Hello, world!\", text/plain}",
        Message::RESTResponse(RESTResponse::with_text(200, "Hello, world!")),
    );
}

/// Writes bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hexadecimal digits.
pub fn bytes(hex: &str) -> Result<Vec<u8>> {
    (0..hex.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&hex[at..at + 2], 16)?)).collect()
}

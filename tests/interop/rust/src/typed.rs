//! `peer typed`: reads a type and bytes from each line, and writes the bytes of the value that they are in that type.

use crate::message::{Kind, Message, Reading};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};

/// A type that contains itself.
#[derive(Serialize, Deserialize)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Serialize, Deserialize)]
struct Bytes(#[serde(with = "serde_bytes")] Vec<u8>);

/// Answers each line, until the end of standard input: hexadecimal digits, or `!` and the reason.
pub fn answer() -> Result<()> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, hex) = line.split_once(' ').context("wanted a type and bytes")?;
        match again(name, &crate::vectors::bytes(hex)?) {
            Ok(bytes) => writeln!(output, "{}", crate::vectors::hex(&bytes))?,
            Err(error) => writeln!(output, "!{}", error.to_string().replace('\n', " "))?,
        }
        output.flush()?;
    }
    Ok(())
}

fn again(name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    match name {
        "bool" => through::<bool>(bytes),
        "bytes" => through::<Bytes>(bytes),
        "char" => through::<char>(bytes),
        "dateTime" => through::<DateTime<Utc>>(bytes),
        "f32" => through::<f32>(bytes),
        "f64" => through::<f64>(bytes),
        "i8" => through::<i8>(bytes),
        "i16" => through::<i16>(bytes),
        "i32" => through::<i32>(bytes),
        "i64" => through::<i64>(bytes),
        "u8" => through::<u8>(bytes),
        "u16" => through::<u16>(bytes),
        "u32" => through::<u32>(bytes),
        "u64" => through::<u64>(bytes),
        "json" => through::<Value>(bytes),
        "text" => through::<String>(bytes),
        "unit" => through::<()>(bytes),
        "list" => through::<Vec<f64>>(bytes),
        "map" => through::<BTreeMap<String, u64>>(bytes),
        "option" => through::<Option<char>>(bytes),
        "tuple" => through::<(f32, i64, String)>(bytes),
        "lazy" => through::<Tree>(bytes),
        "struct" => through::<Reading>(bytes),
        "enum" => through::<Kind>(bytes),
        "message" => through::<Message>(bytes),
        _ => bail!("no type {name}"),
    }
}

fn through<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Vec<u8>> {
    let value: T = minicbor_serde::from_slice(bytes)?;
    Ok(minicbor_serde::to_vec(&value)?)
}

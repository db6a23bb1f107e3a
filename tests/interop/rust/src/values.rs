//! Values of all kinds but messages, for `peer vectors`.

use crate::vectors::Encodings;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct New(u8);

#[derive(Serialize)]
struct Tup(u8, bool);

/// Adds all of them.
pub fn add(encodings: &mut Encodings) {
    shapes(encodings);
    numbers(encodings);
    texts(encodings);
}

fn shapes(encodings: &mut Encodings) {
    encodings.add("() unit", ());
    encodings.add("struct Unit;", Unit);
    encodings.add("struct New(5)", New(5));
    encodings.add("struct Tup(5,true)", Tup(5, true));
    encodings.add("(1u8,\"a\") tuple", (1u8, "a"));
    encodings.add("Option::<u8>::None", None::<u8>);
    encodings.add("Some(3u8)", Some(3u8));
    encodings.add("Some(())", Some(()));
    encodings.add("Some(None::<u8>)", Some(None::<u8>));
}

fn numbers(encodings: &mut Encodings) {
    for number in [
        0u64,
        23,
        24,
        255,
        256,
        65_535,
        65_536,
        4_294_967_295,
        4_294_967_296,
        9_007_199_254_740_991,
        9_007_199_254_740_992,
        9_007_199_254_740_993,
        u64::MAX,
    ] {
        encodings.add(format!("u64 {number}"), number);
    }
    for number in [
        -1i64,
        -24,
        -25,
        -256,
        -257,
        -65_536,
        -65_537,
        -4_294_967_296,
        -4_294_967_297,
        -9_007_199_254_740_991,
        -9_007_199_254_740_993,
        i64::MIN,
        i64::MAX,
    ] {
        encodings.add(format!("i64 {number}"), number);
    }
    for (text, number) in [
        ("0.0", 0.0),
        ("-0.0", -0.0),
        ("1.0", 1.0),
        ("1.5", 1.5),
        ("0.1", 0.1),
        ("1e300", 1e300),
        ("inf", f64::INFINITY),
        ("-inf", f64::NEG_INFINITY),
        ("NaN", f64::NAN),
        ("3.0", 3.0),
    ] {
        encodings.add(format!("f64 {text}"), number);
    }
    encodings.add("f32 1.5", 1.5f32);
    encodings.add("f32 1.0", 1.0f32);
}

fn texts(encodings: &mut Encodings) {
    encodings.add("true", true);
    encodings.add("char 'x'", 'x');
    encodings.add("String \"ü€😀\"", "ü€😀");
    encodings.add("Vec<u8> empty", Vec::<u8>::new());
    encodings.add("BTreeMap {a:1,b:2}", BTreeMap::from([("a", 1), ("b", 2)]));
    encodings.add("BTreeMap<u32,_> {1:\"x\"}", BTreeMap::from([(1u32, "x")]));
}

import type { SchemaOutput } from "@caryatid/sdk";
import {
  bool,
  bytes,
  char,
  dateTime,
  defineEnum,
  f32,
  f64,
  i64,
  json,
  list,
  map,
  option,
  struct,
  text,
  tuple,
  u16,
  u32,
  u64,
  u8,
  unit,
  unitVariant,
} from "@caryatid/sdk/rust";

/** `Kind` of tests/interop/rust/src/message.rs. */
export const Kind = defineEnum({
  Idle: unitVariant,
  Single: f64,
  Range: tuple(f64, i64),
  Named: struct({ name: text, since: option(dateTime) }),
});

/** `Reading` of the same. */
export const Reading = struct({
  at: dateTime,
  value: f64,
  short: f32,
  count: u64,
  delta: i64,
  note: option(text),
  kind: Kind,
  marks: list(u8),
  letter: char,
  limits: map(u64),
  corner: tuple(f64, bool),
  nothing: unit,
});

/** `Message` of the same, and `Vecu8` of the vectors. */
export const Message = defineEnum({
  None: unit,
  Test: struct({ data: text, number: i64 }),
  String: text,
  Clock: struct({ time: dateTime, number: u64 }),
  Json: json,
  RESTRequest: struct({
    method: text,
    path: text,
    path_elements: list(text),
    body: text,
    query_parameters: map(text),
  }),
  RESTResponse: struct({ code: u16, body: text, content_type: text }),
  Stop: unitVariant,
  Pair: tuple(u8, text),
  Point: struct({ x: i64, y: f64 }),
  Maybe: option(u32),
  Bytes: bytes,
  Vecu8: list(u8),
  Reading,
});
/** Message as a subscriber receives it. */
export type Message = SchemaOutput<typeof Message>;

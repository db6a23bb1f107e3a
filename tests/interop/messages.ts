import { Float } from "@caryatid/process/codec";

/** Message in three languages. */
export interface Sample {
  readonly kind: string;
  /** Message as JSON of Rust. */
  readonly json: string;
  /** Message as on the wire, and in an untyped module of Deno. */
  readonly ours: unknown;
  /** Message as Deno receives it, if it differs from `ours`. */
  readonly heard?: unknown;
  /** Message in the debug format of Rust. */
  readonly debug: string;
}

const AT = "2024-01-02T03:04:05.123456789Z";

/** Messages with every kind of variant and field. */
export const SAMPLES: readonly Sample[] = [
  {
    kind: "a variant that holds ()",
    json: '{"None":null}',
    ours: { None: [] },
    debug: "None(())",
  },
  {
    kind: "a unit variant",
    json: '"Stop"',
    ours: "Stop",
    debug: "Stop",
  },
  {
    kind: "a newtype variant",
    json: '{"String":"ü€😀"}',
    ours: { String: "ü€😀" },
    debug: 'String("ü€😀")',
  },
  {
    kind: "a newtype variant of a struct",
    json: '{"Test":{"data":"Hello, world!","number":42}}',
    ours: { Test: { data: "Hello, world!", number: 42 } },
    debug: 'Test(Test { data: "Hello, world!", number: 42 })',
  },
  {
    kind: "a tuple variant",
    json: '{"Pair":[7,"x"]}',
    ours: { Pair: [7, "x"] },
    debug: 'Pair(7, "x")',
  },
  {
    kind: "a struct variant with a whole float and the least i64",
    json: '{"Point":{"x":-9223372036854775808,"y":2.0}}',
    ours: { Point: { x: -(2n ** 63n), y: new Float(2) } },
    heard: { Point: { x: -(2n ** 63n), y: 2 } },
    debug: "Point { x: -9223372036854775808, y: 2.0 }",
  },
  {
    kind: "an Option with None",
    json: '{"Maybe":null}',
    ours: { Maybe: null },
    debug: "Maybe(None)",
  },
  {
    kind: "an Option that is Some",
    json: '{"Maybe":4294967295}',
    ours: { Maybe: 4294967295 },
    debug: "Maybe(Some(4294967295))",
  },
  {
    kind: "bytes",
    json: '{"Bytes":[1,2,255]}',
    ours: { Bytes: Uint8Array.of(1, 2, 255) },
    debug: "Bytes([1, 2, 255])",
  },
  {
    kind: "a date",
    json: `{"Clock":{"time":"${AT}","number":18446744073709551615}}`,
    ours: { Clock: { time: AT, number: 2n ** 64n - 1n } },
    debug: `Clock(ClockTickMessage { time: ${AT}, ` +
      "number: 18446744073709551615 })",
  },
  {
    kind: "JSON",
    json: '{"Json":{"a":[1,1.5,"s",true,{}],"b":9007199254740993}}',
    ours: { Json: { a: [1, 1.5, "s", true, {}], b: 9007199254740993n } },
    debug: 'Json(Object {"a": Array [Number(1), Number(1.5), String("s"), ' +
      'Bool(true), Object {}], "b": Number(9007199254740993)})',
  },
];

import { defineTopic, type SchemaOutput } from "@caryatid/sdk";
import {
  asNumber,
  defineEnum,
  f64,
  i64,
  option,
  struct,
  text,
  tuple,
} from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import { z } from "zod";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { rustTest } from "./rust_case.ts";
import { Message, type Reading } from "./rust_message.ts";

const AT = new Date("2024-01-02T03:04:05Z");

/** A field of every kind, whole numbers in its floats. */
const READING: SchemaOutput<typeof Reading> = {
  at: AT,
  value: 20,
  short: 3,
  count: 2n ** 64n - 1n,
  delta: -(2n ** 63n),
  note: null,
  kind: { Named: { name: "x", since: AT } },
  marks: [0, 255],
  letter: "😀",
  limits: { low: 0n, high: 2n ** 53n + 1n },
  corner: [1, true],
  nothing: [],
};

const DEBUG = "Reading(Reading { at: 2024-01-02T03:04:05Z, value: 20.0, " +
  "short: 3.0, count: 18446744073709551615, delta: -9223372036854775808, " +
  'note: None, kind: Named { name: "x", since: Some(2024-01-02T03:04:05Z) }, ' +
  "marks: [0, 255], letter: '😀', " +
  'limits: {"high": 9007199254740993, "low": 0}, corner: (1.0, true), ' +
  "nothing: () })";

const JSON_TEXT = '{"Reading":{"at":"2024-01-02T03:04:05Z","value":20.0,' +
  '"short":3.0,"count":18446744073709551615,"delta":-9223372036854775808,' +
  '"note":null,"kind":{"Named":{"name":"x","since":"2024-01-02T03:04:05Z"}},' +
  '"marks":[0,255],"letter":"😀","limits":{"high":9007199254740993,"low":0},' +
  '"corner":[1.0,true],"nothing":null}}';

rustTest(
  "a declared enum is published as Rust reads it: dates, floats of both widths, 64 bits, options, chars",
  async (interop) => {
    const topic = defineTopic(`${interop.prefix}.test`, Message);
    await using rust = await interop.rust(
      `[module.hear]\ntopic = "${topic.name}"\n`,
    );
    await using ours = await interop.ours();
    const { context } = ours;
    const { note: _, nothing: __, ...rest } = READING;
    await context.publish(topic, { Reading: READING });
    // None and () may be left out
    await context.publish(topic, { Reading: rest });
    for (const kind of ["Idle", { Single: 2 }, { Range: [3, 4] }] as const) {
      await context.publish(topic, { Reading: { ...READING, kind } });
    }
    await context.publish(topic, "Stop");
    await context.publish(topic, { None: [] });
    const heard = await rust.heard(7);
    assert.deepEqual(heard.slice(0, 2).map(({ debug }) => debug), [
      DEBUG,
      DEBUG,
    ]);
    const kinds = heard.slice(2, 5).map(({ debug }) =>
      / kind: (.*), marks/.exec(debug)?.[1]
    );
    assert.deepEqual(kinds, ["Idle", "Single(2.0)", "Range(3.0, 4)"]);
    assert.deepEqual(heard.slice(5).map(({ debug }) => debug), [
      "Stop",
      "None(())",
    ]);
  },
);

rustTest(
  "messages from Rust are received as values of a declared enum",
  async (interop) => {
    const topic = defineTopic(`${interop.prefix}.test`, Message);
    await using ours = await interop.ours();
    const heard = ours.context.subscribe(topic);
    await heard.ready;
    await using rust = await interop.rust();
    await rust.publish(topic.name, JSON_TEXT);
    await rust.publish(
      topic.name,
      JSON_TEXT.replace(/"kind":{.*?}}/, '"kind":"Idle"')
        .replace('"note":null', '"note":"yes"'),
    );
    assert.deepEqual(messages(await take(heard, 2)), [
      { Reading: READING },
      { Reading: { ...READING, kind: "Idle", note: "yes" } },
    ]);
  },
);

rustTest(
  "requests and answers of a declared enum, both ways",
  async (interop) => {
    const { prefix } = interop;
    const answer = Message;
    const theirs = defineTopic(`${prefix}.rust`, Message, { answer });
    const own = defineTopic(`${prefix}.ours`, Message, { answer });
    await using rust = await interop.rust(
      `[module.answer]\ntopic = "${theirs.name}"\n`,
    );
    await rust.subscribed(`${theirs.name}._request.*`);
    await using ours = await interop.ours();
    const { context } = ours;
    await context.handle(own, ({ message }) => {
      assert.deepEqual(message, { Point: { x: 1n, y: 2 } });
      return { Point: { x: 3, y: 4 } };
    }).ready;
    assert.deepEqual(
      await context.request(theirs, { Point: { x: 1, y: 2 } }),
      { Point: { x: 1n, y: 2 } }, // an echo
    );
    assert.equal(
      (await rust.request(own.name, '{"Point":{"x":1,"y":2.0}}')).debug,
      "Point { x: 3, y: 4.0 }",
    );
  },
);

rustTest(
  "the null in an echo of Rust's JSON is null again, by any schema that wants null there",
  async (interop) => {
    const q = [1, "x", null];
    const name = `${interop.prefix}.json`;
    await using rust = await interop.rust(
      `[module.answer]\ntopic = "${name}"\n`,
    );
    await rust.subscribed(`${name}._request.*`);
    await using ours = await interop.ours();
    const untyped = await ours.context.request(name, { Json: { q } });
    assert.deepEqual(untyped, { Json: { q: [1, "x", []] } });
    const zod = z.object({
      Json: z.object({
        q: z.tuple([z.number(), z.string(), z.string().nullable()]),
      }),
    });
    const declared = defineEnum({
      Json: struct({ q: tuple(asNumber(i64), text, option(text)) }),
    });
    const { context } = ours;
    const byZod = defineTopic(name, zod, { answer: zod });
    assert.deepEqual(
      await context.request(byZod, { Json: { q: [1, "x", null] } }),
      { Json: { q } },
    );
    const byType = defineTopic(name, declared, { answer: declared });
    assert.deepEqual(
      await context.request(byType, { Json: { q: [1, "x", null] } }),
      { Json: { q } },
    );
  },
);

rustTest(
  "Rust takes no float of 64 bits for an f32: what `f32` is for",
  async (interop) => {
    const topic = `${interop.prefix}.test`;
    await using rust = await interop.rust(
      `[module.hear]\ntopic = "${topic}"\n`,
    );
    await using ours = await interop.ours();
    const { context } = ours;
    const wide = { Reading: { ...READING, short: 1.5 } };
    const encoded = Message["~wire"].encode(wide);
    assert(!encoded.issues);
    const { Reading } = encoded.value as { Reading: object };
    const half = struct({ short: f64 })["~wire"].encode({ short: 1.5 });
    assert(!half.issues);
    await context.publish(topic, {
      Reading: { ...Reading, ...half.value as object },
    });
    await context.publish(topic, encoded.value);
    assert.match((await rust.heard(1))[0]!.debug, / short: 1.5,/);
    assert.match(await rust.stop(), /unexpected type f64 .*expected f32/);
  },
);

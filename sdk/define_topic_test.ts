import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "./context.ts";
import { defineTopic } from "./define_topic.ts";
import { CaryatidError } from "./errors.ts";
import type { TypedTopic } from "./typed_topic.ts";

Deno.test("defineTopic returns a topic with its name and schemas", () => {
  const schema = z.object({ number: z.number() });
  const answer = z.string();
  const tick = defineTopic("clock.tick", schema, {
    answer,
    errors: { CLOCK_STOPPED: 409 },
  });
  assert.equal(tick.kind, "topic");
  assert.equal(tick.name, "clock.tick");
  assert.equal(tick.schema, schema);
  assert.equal(tick.answer, answer);
  assert.deepEqual(tick.errors, { CLOCK_STOPPED: 409 });
});

Deno.test("defineTopic returns a pattern if the name has a wildcard", () => {
  for (const name of ["order.*", "#", "*.a", "a.#.b"]) {
    assert.equal(defineTopic(name, z.unknown()).kind, "pattern");
  }
  assert.equal(defineTopic("order*", z.unknown()).kind, "topic");
});

Deno.test("at() replaces each wildcard and keeps the schemas", () => {
  const schema = z.object({ item: z.string() });
  const orders = defineTopic("order.*", schema, { answer: z.string() });
  const seventh = orders.at("7");
  assert.equal(seventh.kind, "topic");
  assert.equal(seventh.name, "order.7");
  assert.equal(seventh.schema, schema);
  assert.equal(seventh.answer, orders.answer);
  assert.equal(orders.at("8").name, "order.8");
  assert.equal(orders.at("7"), seventh);
  assert.equal(defineTopic("*", schema).at("a").name, "a");
  const two = defineTopic("a.*.b.*", schema);
  assert.equal(two.at("1", "2").name, "a.1.b.2");
  const any = defineTopic("a.#.z", schema);
  assert.equal(any.at(["b", "c"]).name, "a.b.c.z");
  assert.equal(any.at("b").name, "a.b.z");
  assert.equal(any.at([]).name, "a.z");
});

Deno.test("at() throws INVALID_TOPIC for a wrong word or number of words", () => {
  const schema = z.unknown();
  const one = defineTopic("order.*", schema);
  const two = defineTopic("a.*.#", schema);
  // deno-lint-ignore no-explicit-any -- as JavaScript calls it
  const call = (pattern: any, ...words: unknown[]) => () =>
    pattern.at(...words);
  const cases: [() => unknown, RegExp][] = [
    [call(one, "7.8"), /found "7\.8"; expected a word without dot/],
    [call(one, "*"), /found "\*"/],
    [call(one, "#"), /found "#"/],
    [call(one), /found no word/],
    [call(one, 7), /of type number/],
    [call(one, "7", "8"), /found 2 words; expected 1/],
    [call(one, ["7"]), /of type object/],
    [call(two, "x"), /found no word/],
    [call(two, "x", ["y", "z."]), /found "z\."/],
    [call(one, "x".repeat(250)), /255/],
  ];
  for (const [at, message] of cases) {
    assert.throws(at, { code: "INVALID_TOPIC", message });
  }
});

Deno.test("at() returns the same topic for a repeated word, for any number of words", () => {
  const orders = defineTopic("order.*", z.unknown());
  const first = orders.at("0");
  for (let n = 0; n < 5_000; n++) {
    assert.equal(orders.at(`${n}`).name, `order.${n}`);
  }
  assert.equal(orders.at("0").name, first.name);
});

Deno.test("error() creates a declared error and isError() recognizes it", () => {
  const orders = defineTopic("order.*", z.unknown(), {
    errors: { OUT_OF_STOCK: 409 },
  });
  for (const topic of [orders, orders.at("7")]) {
    const error = topic.error("OUT_OF_STOCK", "no tea", {
      details: { left: 0 },
    });
    assert(error instanceof CaryatidError);
    assert.equal(error.code, "OUT_OF_STOCK");
    assert.deepEqual(error.details, { left: 0 });
    assert(topic.isError(error));
    assert(!topic.isError(new CaryatidError("NO_HANDLER", "")));
    assert(!topic.isError(new Error("OUT_OF_STOCK")));
    // @ts-expect-error -- not declared
    assert.throws(() => topic.error("LOST", ""), { code: "INVALID_OPTION" });
  }
});

Deno.test("defineTopic throws INVALID_OPTION for a wrong error code or status", () => {
  const cases: Record<string, number>[] = [
    { lower: 409 },
    { NO_HANDLER: 409 },
    { A: 200 },
    { A: 4.5 },
    { A: NaN },
    { "": 400 },
  ];
  for (const errors of cases) {
    assert.throws(() => defineTopic("a", z.unknown(), { errors }), {
      code: "INVALID_OPTION",
    });
  }
});

Deno.test("A7 defineTopic throws INVALID_TOPIC if the name is not a valid pattern", () => {
  for (const name of ["x".repeat(256), "\ud800"]) {
    assert.throws(() => defineTopic(name, z.unknown()), {
      code: "INVALID_TOPIC",
    });
  }
});

Deno.test("a typed topic types published messages, deliveries, requests and answers", () => {
  const topic = defineTopic(
    "sum",
    z.object({ n: z.string().transform(Number) }),
    { answer: z.number().transform(String) },
  );
  const same: TypedTopic<{ n: string }, { n: number }, number, string> = topic;
  assert.equal(same, topic);

  // Only compiled: a mistake here fails `deno check`.
  async function use(context: Context): Promise<void> {
    await context.publish(topic, { n: "1" });
    // @ts-expect-error it takes text
    await context.publish(topic, { n: 1 });
    for await (const { message } of context.subscribe(topic)) {
      message.n satisfies number;
    }
    const answer: string = await context.request(topic, { n: "1" });
    assert(answer);
    // @ts-expect-error it takes text
    await context.request(topic, { n: 1 });
    context.handle(topic, ({ message }) => message.n + 1);
    // @ts-expect-error it answers with a number
    context.handle(topic, ({ message }) => String(message.n));
    for await (const { message } of context.subscribe("untyped")) {
      // @ts-expect-error nothing is known of it
      message.n;
    }
  }
  assert.equal(typeof use, "function");
});

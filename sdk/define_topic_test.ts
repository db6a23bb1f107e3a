import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "./context.ts";
import { defineTopic, type TypedTopic } from "./define_topic.ts";

Deno.test("a typed topic has its name and schemas", () => {
  const schema = z.object({ number: z.number() });
  const answer = z.string();
  const tick = defineTopic("clock.tick", schema);
  assert.deepEqual(tick, { name: "clock.tick", schema, answer: undefined });
  const asked = defineTopic("clock.*", schema, { answer });
  assert.deepEqual(asked, { name: "clock.*", schema, answer });
});

Deno.test("A7 a name that can't be a pattern is INVALID_TOPIC", () => {
  for (const name of ["x".repeat(256), "\ud800"]) {
    assert.throws(() => defineTopic(name, z.unknown()), {
      code: "INVALID_TOPIC",
    });
  }
});

Deno.test("a typed topic types what is published, heard, asked and answered", () => {
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

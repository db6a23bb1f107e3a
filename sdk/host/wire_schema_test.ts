import assert from "node:assert/strict";
import { defineTopic } from "../define_topic.ts";
import { defineModule } from "../module.ts";
import { char, struct, text } from "../rust/mod.ts";
import { MockBus } from "../testing/mock_bus.ts";
import { testModule } from "../testing/mod.ts";
import {
  answerChecked,
  publishChecked,
  requestChecked,
} from "./typed_sends.ts";

/** One character, sent as its code point. */
const form = struct({ letter: char });
const topic = defineTopic("letters.new", form, { answer: form });

Deno.test("publish sends the encoded message and leaves the published object unchanged", async () => {
  await using bus = new MockBus();
  const given = { letter: "a" };
  await publishChecked(bus, topic, given, undefined);
  assert.deepEqual(bus.published, [
    { topic: "letters.new", message: { letter: 97 } },
  ]);
  assert.deepEqual(given, { letter: "a" });
});

Deno.test("a message that needs no conversion is sent as the same object", async () => {
  await using bus = new MockBus();
  const plain = defineTopic("plain", struct({ text }));
  const given = { text: "a" };
  await publishChecked(bus, plain, given, undefined);
  assert.equal(bus.published[0]!.message, given);
});

Deno.test("a message that cannot be encoded rejects with INVALID_MESSAGE and its path, and is not sent", async () => {
  await using bus = new MockBus();
  const wrong = { letter: "ab" };
  const refusal = {
    code: "INVALID_MESSAGE",
    message:
      'Cannot use the message on "letters.new": letter: found "ab"; expected one character',
  };
  await assert.rejects(publishChecked(bus, topic, wrong, undefined), refusal);
  await assert.rejects(requestChecked(bus, topic, wrong, undefined), refusal);
  assert.deepEqual(bus.published, []);
  assert.deepEqual(bus.requested, []);
});

Deno.test("a subscriber receives the decoded message", async () => {
  const received: unknown[] = [];
  const listener = defineModule({
    name: "listener",
    init(context) {
      const letters = context.subscribe(topic);
      context.run(async () => {
        for await (const { message } of letters) received.push(message);
      });
    },
  });
  await using test = await testModule(listener);
  await test.bus.publish("letters.new", { letter: 98 });
  await test.settle();
  assert.deepEqual(received, [{ letter: "b" }]);
});

Deno.test("requests and answers are encoded and decoded, too", async () => {
  await using bus = new MockBus();
  bus.handle(
    topic.name,
    answerChecked(topic, ({ message }) => {
      assert.deepEqual(message, { letter: "a" });
      return { letter: "b" };
    }),
  );
  assert.deepEqual(await bus.ask(topic.name, { letter: 97 }), { letter: 98 });
  const answer = await requestChecked(bus, topic, { letter: "a" }, undefined);
  assert.deepEqual(answer, { letter: "b" });
  assert.deepEqual(bus.requested, [
    { topic: "letters.new", message: { letter: 97 } },
  ]);
});

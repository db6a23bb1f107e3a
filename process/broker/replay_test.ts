import { CaryatidError, type Log } from "@caryatid/sdk";
import { Deadlines } from "@caryatid/sdk/bus";
import { VirtualClock } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { type RepeatedMessage, Replay } from "./replay.ts";

const FULL = new CaryatidError("QUEUE_FULL", "the queue is full");
const CLOSED = new CaryatidError("BUS_CLOSED", "the bus is closed");

/** A broker whose queues have room for some messages, and its publisher. */
class Setting {
  room = 0;
  readonly attempts: string[] = [];
  readonly taken: string[] = [];
  readonly warnings: unknown[] = [];
  readonly clock = new VirtualClock();
  readonly replay: Replay;

  constructor(messages = 100) {
    const log: Log = {
      debug() {},
      info() {},
      warn: (_, properties) => void this.warnings.push(properties),
      error() {},
    };
    const deadlines = new Deadlines(this.clock);
    const limits = { messages, bytes: 1_000 };
    this.replay = new Replay({ ...limits, deadlines, log });
  }

  message(topic: string, name: string, error = FULL): RepeatedMessage {
    return {
      topic,
      size: 1,
      send: () => {
        this.attempts.push(name);
        if (this.room === 0) return Promise.reject(error);
        this.room--;
        this.taken.push(name);
        return Promise.resolve();
      },
    };
  }
}

Deno.test("C11 messages that a full queue refuses are published again in order, one at a time, until it takes them", async () => {
  const setting = new Setting();
  const { replay, clock, attempts, taken } = setting;
  for (const name of ["1", "2", "3"]) replay.add(setting.message("a", name));
  await clock.advance(0);
  assert.deepEqual(attempts.splice(0), ["1", "2", "3"]);
  await clock.advance(100);
  assert.deepEqual(attempts.splice(0), ["1"]);
  setting.room = 2;
  await clock.advance(200);
  assert.deepEqual(taken, ["1", "2"]);
  setting.room = 1;
  await clock.advance(100);
  assert.deepEqual(taken, ["1", "2", "3"]);
  await clock.advance(10_000);
  assert.equal(attempts.length, 4);
  assert.deepEqual(setting.warnings, []);
});

Deno.test("C11 a full queue of one topic does not delay the messages of another topic", async () => {
  const setting = new Setting();
  const { replay, clock } = setting;
  replay.add(setting.message("a", "1"));
  await clock.advance(0);
  setting.room = 1;
  await replay.add(setting.message("b", "2"));
  assert.deepEqual(setting.taken, ["2"]);
  setting.replay.close(CLOSED);
});

Deno.test("C11 one warning counts the dropped messages: by an error that remains, for lack of room, at the end", async () => {
  const setting = new Setting(2);
  const { replay, clock, warnings } = setting;
  const forbidden = new CaryatidError("FORBIDDEN", "no right");
  await replay.add(setting.message("a.b", "1", forbidden));
  for (const name of ["2", "3", "4"]) replay.add(setting.message("a.c", name));
  await clock.advance(1_000);
  assert.deepEqual(warnings, [
    { count: 2, pattern: "a.#", cause: "no right" },
  ]);
  replay.close(CLOSED);
  assert.deepEqual(warnings.slice(1), [
    { count: 2, pattern: "a.c", cause: "the bus is closed" },
  ]);
});

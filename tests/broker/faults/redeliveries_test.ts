import assert from "node:assert/strict";
import { take } from "../../../sdk/testing/conformance/take.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { done, runMember, taken } from "./run_member.ts";

const group = "workers";
const pattern = "c15";
const soak = Deno.env.has("CARYATID_SOAK");
/** Lives of a member with a full prefetch. */
const LIVES = soak ? 30 : 12;

/** Settings of a bus that keeps dead letters. */
function settingsOf({ url, exchange }: TestBroker): {
  url: string;
  exchange: string;
  [setting: string]: unknown;
} {
  return {
    url,
    exchange,
    "dead-letter-exchange": `${exchange}.dead`,
    "subscriber-queue-size": 20,
  };
}

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  brokerTest(
    `C15 ${LIVES} lives of a member with a full prefetch that ${signal} ends make no dead letter`,
    async (broker) => {
      const settings = settingsOf(broker);
      await using bus = newBus(settings);
      await bus.open();
      const first = bus.subscribe(pattern, { group });
      await first.ready;
      await first.close();
      const all = numbers(200).map((n) => `${n}`);
      await Promise.all(all.map((text) => bus.publish(pattern, text)));
      const finished = new Set<string>();
      for (let life = 0; life < LIVES; life++) {
        await using member = await runMember({
          ...settings,
          group,
          pattern,
          work: 20,
        });
        await member.line(/^took /, 2);
        member.kill(signal);
        await member.exitCode();
        for (const text of done(member)) finished.add(text);
      }
      const last = bus.subscribe(pattern, { group });
      while (finished.size < all.length) {
        const [delivery] = await take(last, 1, { timeout: 20_000 });
        finished.add(String(delivery!.message));
      }
      assert.deepEqual(await bus.deadLetters.list(), []);
    },
  );
}

brokerTest(
  "C15 a message that ends its process is a dead letter after at most 2 × redeliveries starts, its neighbors never",
  async (broker) => {
    const redeliveries = 2;
    const settings = { ...settingsOf(broker), redeliveries };
    await using bus = newBus(settings);
    await bus.open();
    const first = bus.subscribe(pattern, { group });
    await first.ready;
    await first.close();
    const all = ["1", "2", "stay", "3", "4", "5"];
    for (const text of all) await bus.publish(pattern, text);
    const finished = new Set<string>();
    let starts = 0;
    for (let life = 0; finished.size < 5 && life < 20; life++) {
      await using member = await runMember({ ...settings, group, pattern });
      await member.until(
        () =>
          taken(member).includes("stay") ||
          finished.size + done(member).length >= 5 || undefined,
        () => "the poison, or the last message",
      );
      if (taken(member).includes("stay")) starts++;
      member.kill(taken(member).includes("stay") ? "SIGKILL" : "SIGTERM");
      await member.exitCode();
      for (const text of done(member)) finished.add(text);
    }
    assert.deepEqual([...finished].sort(), ["1", "2", "3", "4", "5"]);
    assert(starts <= 2 * redeliveries, `${starts} starts`);
    const letters = await bus.deadLetters.list();
    assert.deepEqual(
      letters.map(({ message, code }) => [message, code]),
      [["stay", "MODULE_FAILED"]],
    );
  },
);

import type { Process } from "@caryatid/process";
import type { Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { guestProcess } from "../testing/guest_process.ts";

type Isolation = "worker" | "process";
const ISOLATIONS: readonly Isolation[] = ["worker", "process"];

async function take(received: Subscription, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  const loop = received[Symbol.asyncIterator]();
  while (messages.length < count) {
    const { done, value } = await loop.next();
    assert(!done, `it ended after ${messages}`);
    messages.push(value.message);
  }
  return messages;
}

/**
 * Outcome of a process whose module is a guest that fails when it is
 * asked on `topic`.
 */
async function failureOf(
  isolation: Isolation,
  guest: string,
  topic: string,
  message: unknown,
  more: Record<string, unknown> = {},
): Promise<{ took: number; failure: unknown }> {
  const process = await guestProcess(isolation, guest, more);
  await process.start();
  process.context.subscribe("x", { queueSize: 1 }); // without a reader
  const began = performance.now();
  const asked = process.context.request(topic, message, { timeout: 20_000 });
  asked.catch(() => {}); // it ends with the guest
  const { failure } = await ended(process);
  return { took: performance.now() - began, failure };
}

/** Outcome of a process that ends without a stop. */
async function ended(process: Process): Promise<{ failure: unknown }> {
  const tooLong = setTimeout(() => process.stop(), 30_000);
  const { error } = await process.run();
  clearTimeout(tooLong);
  Deno.exitCode = 0; // it was that of the program under test
  return { failure: error };
}

function causeOf(failure: unknown): { code: string; message: string } {
  const { code, cause } = failure as { code: string; cause: unknown };
  assert.equal(code, "MODULE_FAILED");
  return cause as { code: string; message: string };
}

/** Formatters fail on it, so it is not in a file. */
const NO_SYNTAX = "data:text/javascript,export default {";

for (const isolation of ISOLATIONS) {
  for (const [how, deadly] of [["exits", 3], ["throws", 30]] as const) {
    Deno.test(`D3 the successor of a ${isolation} that ${how} at one message of a fan-out receives the later ones once`, async () => {
      await using process = await guestProcess(isolation, "dies", {
        "on-failure": "restart",
        limits: { heartbeat: 1 },
      });
      const { context } = process;
      const lives = context.subscribe("lives");
      const received = context.subscribe("received");
      await process.start();
      for (const n of [1, 2, deadly, 4, 5]) await context.publish("numbers", n);
      assert.deepEqual(await take(received, 4), [1, 2, 4, 5]);
      assert.deepEqual(await take(lives, 2), [1, 1]);
      await context.publish("numbers", 6);
      assert.deepEqual(await take(received, 1), [6]);
    });
  }

  Deno.test(`D3 the successor of a ${isolation} that throws at one of many messages sent ahead receives the later ones once, in order`, async () => {
    await using process = await guestProcess(isolation, "dies", {
      "may-block": true,
      "on-failure": "restart",
    });
    const received = process.context.subscribe("received", {
      queueSize: 1_000,
    });
    await process.start();
    // A loop that is quick is sent some ahead.
    const before = Array.from({ length: 80 }, (_, n) => 1_000 + n);
    const after = before.map((n) => n + 1_000);
    for (const n of [...before, 30, ...after]) {
      await process.context.publish("numbers", n);
    }
    assert.deepEqual(await take(received, 160), [...before, ...after]);
    await process.context.publish("numbers", 6);
    assert.deepEqual(await take(received, 1), [6]);
  });

  Deno.test(`D3 when a ${isolation} dies, another member receives its message of a group, and its requests reject with HANDLER_FAILED`, async () => {
    await using process = await guestProcess(isolation, "dies", {
      "on-failure": "restart",
      limits: { heartbeat: 1 },
    });
    const { context } = process;
    const worked = context.subscribe("worked");
    await process.start();
    const asked = context.request("slow", 1, { timeout: 20_000 });
    asked.catch(() => {}); // looked at below
    await context.publish("work", "stuck");
    assert.deepEqual(await take(worked, 1), ["stuck"]);
    const other = context.subscribe("work", { group: "workers" });
    await context.publish("numbers", 3);
    assert.deepEqual(await take(other, 1), ["stuck"]);
    await assert.rejects(asked, {
      code: "HANDLER_FAILED",
      message: /GUEST_ENDED/,
    });
  });

  for (
    const [guest, wanted] of [
      ["throws_at_top", /at the top/],
      ["throws_null", /null/],
      [NO_SYNTAX, /Unexpected|Expected|expected/],
      ["overflows", /call stack/],
      ["nested", /Worker/],
    ] as const
  ) {
    Deno.test(`D12 a ${isolation} whose module ${guest} fails with LOAD_FAILED, and the host continues`, async () => {
      await using process = await guestProcess(isolation, guest);
      await assert.rejects(process.start(), {
        code: "LOAD_FAILED",
        message: wanted,
      });
    });
  }

  Deno.test(`D12 a ${isolation} whose module awaits for ever at its top fails at the start deadline`, async () => {
    await using process = await guestProcess(isolation, "awaits_for_ever", {
      limits: { "start-deadline": 0.5 },
    });
    await assert.rejects(process.start(), {
      message: /took more than 0\.5 s to start/,
    });
  });

  Deno.test(`D4 an unhandled rejection in a ${isolation} fails its module`, async () => {
    const { failure } = await failureOf(isolation, "rejects", "reject", 1);
    assert.match(causeOf(failure).message, /unhandled/);
  });

  Deno.test(`a ${isolation} that publishes faster than its limit fails`, async () => {
    const { failure } = await failureOf(isolation, "busy", "publish", 500, {
      limits: { "publish-rate": 100 },
    });
    assert.match(
      causeOf(failure).message,
      /more than 100 messages in a second/,
    );
  });
}

Deno.test("D11 D13 a process in an endless loop is ended within 3 s, and others continue", async () => {
  await using process = await guestProcess("process", "dies", {
    "on-failure": "restart",
    limits: { heartbeat: 1 },
  });
  const lives = process.context.subscribe("lives");
  await process.start();
  await process.context.publish("numbers", 300);
  assert.deepEqual(await take(lives, 2), [1, 1]);
});

Deno.test("D13 a process whose heap is full ends, and its module is restarted", async () => {
  await using process = await guestProcess("process", "greedy", {
    "on-failure": "restart",
    limits: { memory: 100, heartbeat: 60 },
  });
  const lives = process.context.subscribe("lives");
  await process.start();
  await take(lives, 1);
  const asked = process.context.request("heap", 1, { timeout: 20_000 });
  await assert.rejects(asked, {
    code: "HANDLER_FAILED",
    message: /GUEST_ENDED/,
  });
  assert.deepEqual(await take(lives, 1), [1]);
});

Deno.test("a process that takes more memory than its limit fails, also by memory that V8 does not count", async () => {
  const { failure } = await failureOf("process", "greedy", "eat", 400, {
    limits: { memory: 200, heartbeat: 12 },
  });
  assert.match(causeOf(failure).message, /MiB of memory/);
});

// A module in a worker has no way past the bridge: what posts messages is taken
// from it.
for (
  const way of [
    "no frame",
    "an unknown kind",
    "an unknown id",
    "a second hello",
    "a huge length",
    "a flood",
  ]
) {
  Deno.test(`D14 a process that sends ${way} past the bridge is ended within 1 s with PROTOCOL_VIOLATION, and uses no memory of its host`, async () => {
    // Other tests share the process and its memory.
    const { took, more } = await measureUntil(
      ({ took, more }) => took < 5_000 && more < 256,
      async () => {
        const before = Deno.memoryUsage().rss;
        const { failure, took } = await failureOf(
          "process",
          "hostile",
          "attack",
          1,
          { way, limits: { heartbeat: 60 } },
        );
        assert.equal(causeOf(failure).code, "PROTOCOL_VIOLATION");
        return { took, more: (Deno.memoryUsage().rss - before) / 2 ** 20 };
      },
    );
    assert(took < 5_000, `It took ${took} ms`); // 4 s for the machine
    assert(more < 256, `The host has ${more} MiB more`);
  });
}

Deno.test("D14 a process that requests deliveries and reads none uses at most 64 MiB of its host", async () => {
  // Other tests share the process and its memory.
  const more = await measureUntil((more) => more < 64, growthByDemands);
  assert(more < 64, `The host has ${more} MiB more`);
});

/**
 * Returns the growth of a host whose guest reads nothing of what it subscribed
 * to, in MiB.
 */
async function growthByDemands(): Promise<number> {
  const process = await guestProcess("process", "hostile", {
    way: "what it never reads",
  });
  await process.start();
  const { context } = process;
  const asked = context.request("attack", 1, { timeout: 20_000 });
  asked.catch(() => {});
  const message = new Uint8Array(60_000);
  const before = Deno.memoryUsage().rss;
  const late = AbortSignal.timeout(2_000);
  for (let i = 0; i < 3_000 && !late.aborted; i++) {
    await context.publish("y", message); // never waits for the guest
    await new Promise((resolve) => setImmediate(resolve));
  }
  const more = (Deno.memoryUsage().rss - before) / 2 ** 20;
  await process.stop();
  return more;
}

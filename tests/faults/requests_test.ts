import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { within } from "../../sdk/testing/conformance/within.ts";
import { faultTest } from "../broker/fault_case.ts";
import { brokerTest } from "../broker/shared_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { runMember } from "./run_member.ts";

/** Milliseconds until a request is refused with NO_HANDLER. Asks again and again, as long as a queue still takes the question. */
async function untilNoHandler(
  bus: RabbitMqBus,
  topic: string,
  patience: number,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    const request = bus.request(topic, null, { timeout: 100 });
    const code = await request.then(
      () => "an answer",
      ({ code }: CaryatidError) => code,
    );
    const took = performance.now() - began;
    if (code === "NO_HANDLER") return took;
    assert.equal(code, "REQUEST_TIMEOUT");
    assert(took < patience, `no NO_HANDLER in ${took} ms`);
  }
}

brokerTest(
  "B4 after the last handler is closed a request is NO_HANDLER within 1 s",
  async (settings) => {
    await using one = newBus({ ...settings });
    await using other = newBus({ ...settings });
    await Promise.all([one.open(), other.open()]);
    const first = one.handle("b4", () => "first");
    const second = other.handle("b4", () => "second");
    await Promise.all([first.ready, second.ready]);
    await first.close();
    assert.equal(await one.request("b4", null), "second");
    await second.close();
    assert(await untilNoHandler(one, "b4", 1_000) < 1_000);
  },
);

brokerTest(
  "B4 after the last handler is killed a request is NO_HANDLER within 1 s",
  async (settings) => {
    await using bus = newBus({ ...settings });
    await bus.open();
    await using handler = await runMember({
      ...settings,
      pattern: "b4",
      handle: true,
    });
    assert.equal(await bus.request("b4", "still there"), "still there");
    handler.kill("SIGKILL");
    await handler.exitCode();
    assert(await untilNoHandler(bus, "b4", 1_000) < 1_000);
  },
);

brokerTest(
  "B12 a request in the hands of a handler that is killed is answered once, by another one",
  async (settings) => {
    await using bus = newBus({ ...settings });
    await bus.open();
    await using killed = await runMember({
      ...settings,
      pattern: "b12",
      handle: true,
    });
    const answer = bus.request("b12", "stay", { timeout: 10_000 });
    await killed.line(/^took stay$/);
    let handled = 0;
    await bus.handle("b12", ({ message }) => `${message} ${++handled}`).ready;
    killed.kill("SIGKILL");
    assert.equal(await within(answer, "the other one's answer"), "stay 1");
    assert.equal(await bus.request("b12", "next"), "next 2");
  },
);

brokerTest(
  "B12 without another handler it fails by its deadline, with a code",
  async (settings) => {
    await using bus = newBus({ ...settings });
    await bus.open();
    await using killed = await runMember({
      ...settings,
      pattern: "b12",
      handle: true,
    });
    const began = performance.now();
    const refused = assert.rejects(
      bus.request("b12", "stay", { timeout: 1_000 }),
      { code: "REQUEST_TIMEOUT" },
    );
    await killed.line(/^took stay$/);
    killed.kill("SIGKILL");
    await within(refused, "the end of the request");
    const took = performance.now() - began;
    assert(took < 1_100, `${took} ms`);
  },
);

faultTest("B4, B13 with a broker that is killed", async (broker, t) => {
  await t.step(
    "B13 of 200 requests that wait when the broker is killed each settles by its deadline, and later ones are answered",
    async () => {
      const settings = { url: broker.url(), exchange: "requests" };
      await using asking = newBus({ ...settings });
      await using answering = newBus({ ...settings });
      await Promise.all([asking.open(), answering.open()]);
      const enough = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      let held = 0;
      await answering.handle("b13", async ({ message }) => {
        if (message === null) return "later";
        if (++held === 50) enough.resolve();
        await release.promise;
        return "late";
      }, { concurrency: 50 }).ready;
      const timeout = 2_000;
      const began = performance.now();
      const { all, order } = outcomes(
        numbers(200).map((n) => asking.request("b13", n, { timeout })),
      );
      await within(enough.promise, () => `50 requests at work, got ${held}`);
      await broker.kill();
      const codes = await within(all, () => `200 ends, got ${order.length}`);
      const took = performance.now() - began;
      assert(took < timeout + 200, `${took} ms`);
      assert.deepEqual([...new Set(codes)], ["REQUEST_TIMEOUT"]);
      const waiting = asking.request("b13", null, { timeout: 20_000 });
      release.resolve();
      await broker.restart();
      assert.equal(await within(waiting, "an answer", 10_000), "later");
      const answers = numbers(200).map(() => asking.request("b13", null));
      assert.equal((await Promise.all(answers)).length, 200);
    },
  );

  await t.step(
    "B4 handlers that a crash of the broker took with it are NO_HANDLER once their queue has expired",
    async () => {
      const settings = { url: broker.url(), exchange: "requests" };
      await using bus = newBus({ ...settings });
      await bus.open();
      await using handler = await runMember({
        ...settings,
        pattern: "b4",
        handle: true,
      });
      handler.kill("SIGSTOP"); // or it would close its connection before the broker dies
      await broker.kill();
      handler.kill("SIGKILL");
      await handler.exitCode();
      await broker.restart();
      const took = await untilNoHandler(bus, "b4", 15_000);
      assert(took < 12_000, `${took} ms`);
    },
  );
});

brokerTest(
  "B12 a request that waits for its next attempt holds up nobody; if its handler is killed meanwhile, it fails at its deadline",
  async (settings) => {
    await using bus = newBus({ ...settings });
    await bus.open();
    const retry = { attempts: 2, backoff: 3_600_000 };
    await using handler = await runMember({
      ...settings,
      pattern: "b12",
      handle: true,
      retry,
    });
    const waiting = outcomes(
      ["bad 1", "bad 2", "bad 3"].map((text) =>
        bus.request("b12", text, { timeout: 3_000 })
      ),
    );
    assert.equal(await bus.request("b12", "good"), "good");
    handler.kill("SIGKILL");
    await handler.exitCode();
    const timeout = new Array(3).fill("REQUEST_TIMEOUT");
    assert.deepEqual(await waiting.all, timeout);
  },
);

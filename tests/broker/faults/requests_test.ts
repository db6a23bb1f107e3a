import type { RabbitMqBus } from "@caryatid/process/rabbit-mq";
import type { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { faultTest } from "../fault_case.ts";
import { FaultProxy } from "../fault_proxy.ts";
import { idleTime, roundTripOf } from "../idle_time.ts";
import { brokerTest } from "../shared_broker.ts";
import { newBus } from "./new_bus.ts";
import { numbers, outcomes } from "./outcomes.ts";
import { runMember } from "./run_member.ts";

/**
 * Resolves when a request is refused with NO_HANDLER. Requests again, as long
 * as a queue still takes the request, and waits longer each time.
 */
async function noHandler(bus: RabbitMqBus, topic: string): Promise<void> {
  for (let timeout = 100;; timeout += 100) {
    const code = await bus.request(topic, null, { timeout }).then(
      () => "an answer",
      ({ code }: CaryatidError) => code,
    );
    if (code === "NO_HANDLER") return;
    assert.equal(code, "REQUEST_TIMEOUT");
  }
}

/** Asserts that requests are refused with NO_HANDLER within `limit` ms. */
async function assertNoHandler(
  bus: RabbitMqBus,
  topic: string,
  url: string,
  limit: number,
): Promise<void> {
  await using client = await openClient(url);
  const refused = noHandler(bus, topic);
  const took = await idleTime(refused, "NO_HANDLER", roundTripOf(client));
  assert(took < limit, `${took} ms`);
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
    await assertNoHandler(one, "b4", settings.url, 1_000);
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
    await assertNoHandler(bus, "b4", settings.url, 1_000);
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
    const refused = idleTime(
      assert.rejects(bus.request("b12", "stay", { timeout: 1_000 }), {
        code: "REQUEST_TIMEOUT",
      }),
      "the end of the request",
    );
    await killed.line(/^took stay$/);
    killed.kill("SIGKILL");
    const took = await refused;
    assert(took < 1_100, `${took} ms`);
  },
);

brokerTest(
  "B4 the first request after the last handler has closed is NO_HANDLER already, 400 times",
  async (settings) => {
    await using asking = newBus({ ...settings });
    await using answering = newBus({ ...settings });
    await Promise.all([asking.open(), answering.open()]);
    await Promise.all(
      numbers(8).map(async (n) => {
        const topic = `b4.${n}`;
        for (const round of numbers(50)) {
          const handling = answering.handle(topic, () => "answer");
          await handling.ready;
          const ask = () => asking.request(topic, round, { timeout: 30_000 });
          assert.equal(await ask(), "answer");
          await handling.close();
          await assert.rejects(ask(), { code: "NO_HANDLER" });
        }
      }),
    );
  },
);

brokerTest(
  "B4 requests that wait when the last handler closes are NO_HANDLER at once; what it works on is answered",
  async (settings) => {
    await using asking = newBus({ ...settings });
    await using answering = newBus({ ...settings });
    await Promise.all([asking.open(), answering.open()]);
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const handler = async () => {
      began.resolve();
      await release.promise;
      return "done";
    };
    const handlings = [1, 2].map(() =>
      answering.handle("b4", handler, { concurrency: 1 })
    );
    await Promise.all(handlings.map(({ ready }) => ready));
    const { all, order } = outcomes(
      numbers(200).map(() => asking.request("b4", null, { timeout: 120_000 })),
    );
    await within(began.promise, "the first request");
    await Promise.all(handlings.map((handling) => handling.close()));
    const late = asking.request("b4", null, { timeout: 120_000 });
    await assert.rejects(within(late, "the late one"), { code: "NO_HANDLER" });
    release.resolve();
    const codes = Map.groupBy(
      await within(all, () => `200 ends, got ${order.length}`),
      (code) => code,
    );
    assert.deepEqual([...codes.keys()].sort(), ["NO_HANDLER", "ok"]);
    assert(codes.get("ok")!.length <= 2, `${codes.get("ok")!.length} answers`);
  },
);

brokerTest(
  "B4 requests that wait when a handler closes go to another one, if there is one",
  async (settings) => {
    await using asking = newBus({ ...settings });
    await using leaving = newBus({ ...settings });
    await using staying = newBus({ ...settings });
    await Promise.all([asking.open(), leaving.open(), staying.open()]);
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const stuck = leaving.handle("b4", async () => {
      began.resolve();
      await release.promise;
      return "from the stuck one";
    }, { concurrency: 1 });
    await stuck.ready;
    const { all } = outcomes(
      numbers(100).map(() => asking.request("b4", null, { timeout: 30_000 })),
    );
    await within(began.promise, "the first request");
    await staying.handle("b4", () => "from the other one").ready;
    await stuck.close();
    release.resolve();
    const codes = await within(all, "100 answers");
    assert.deepEqual(new Set(codes), new Set(["ok"]));
  },
);

brokerTest(
  "B13 a request whose connection for answers is lost is BUS_UNAVAILABLE at once, with a hint",
  async ({ url, exchange }) => {
    const { hostname, port } = new URL(url);
    await using proxy = await FaultProxy.to({ hostname, port: Number(port) });
    const cut = new URL(url);
    cut.host = `127.0.0.1:${proxy.port}`;
    await using asking = newBus({ url: cut.href, exchange });
    await using answering = newBus({ url, exchange });
    await Promise.all([asking.open(), answering.open()]);
    const began = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    let times = 0;
    await answering.handle("b13", ({ message, signal }) => {
      if (message === "later") return message;
      times++;
      signal.addEventListener("abort", () => aborted.resolve());
      began.resolve();
      return new Promise(() => {});
    }).ready;
    const refused = assert.rejects(
      asking.request("b13", null, { timeout: 120_000 }),
      {
        code: "BUS_UNAVAILABLE",
        message: /on "b13": the connection that it would have come by is lost/,
        hint: /the handler may have done its work/,
      },
    );
    await within(began.promise, "the handler");
    // An unconfirmed request would be sent again. Confirms arrive in order:
    // that of this message follows that of the request.
    await asking.publish("b13.confirmed", null);
    await proxy.cut();
    await within(refused, "the end of the request");
    // The handler is notified as well, on the next connection.
    await within(aborted.promise, "the handler's signal");
    assert.equal(await asking.request("b13", "later"), "later");
    assert.equal(times, 1);
  },
);

brokerTest(
  "B15 a bus that is closed while its broker says nothing rejects what waits with BUS_CLOSED",
  async ({ url, exchange }) => {
    const { hostname, port } = new URL(url);
    await using proxy = await FaultProxy.to({ hostname, port: Number(port) });
    const stalled = new URL(url);
    stalled.host = `127.0.0.1:${proxy.port}`;
    await using asking = newBus({ url: stalled.href, exchange });
    await using answering = newBus({ url, exchange });
    await Promise.all([asking.open(), answering.open()]);
    const began = Promise.withResolvers<void>();
    await answering.handle("b15", ({ signal }) => {
      began.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    }).ready;
    const refused = assert.rejects(asking.request("b15", null), {
      code: "BUS_CLOSED",
    });
    await within(began.promise, "the handler");
    proxy.stall();
    const ended = Promise.all([asking.close(), refused]);
    const took = await idleTime(ended, "the end");
    assert(took < 12_000, `${took} ms`);
  },
);

faultTest("B4, B13 with a broker that is killed", async (broker, t) => {
  await t.step(
    "B13 when the broker is killed, each of 200 waiting requests rejects with BUS_UNAVAILABLE at once, and later ones are answered",
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
      const timeout = 120_000;
      const { all, order } = outcomes(
        numbers(200).map((n) => asking.request("b13", n, { timeout })),
      );
      await within(enough.promise, () => `50 requests at work, got ${held}`);
      await broker.kill();
      const codes = await within(all, () => `200 ends, got ${order.length}`);
      assert.deepEqual([...new Set(codes)], ["BUS_UNAVAILABLE"]);
      const waiting = asking.request("b13", null, { timeout: 120_000 });
      release.resolve();
      await broker.restart();
      assert.equal(await within(waiting, "an answer", 60_000), "later");
      const answers = numbers(200).map(() => asking.request("b13", null));
      assert.equal((await Promise.all(answers)).length, 200);
    },
  );

  await t.step(
    "B4 after a crash of the broker that took its handlers, requests reject with NO_HANDLER once their queue has expired",
    async () => {
      const settings = { url: broker.url(), exchange: "requests" };
      await using bus = newBus({ ...settings });
      await bus.open();
      await using handler = await runMember({
        ...settings,
        pattern: "b4",
        handle: true,
      });
      // or it would close its connection before the broker dies
      handler.kill("SIGSTOP");
      await broker.kill();
      handler.kill("SIGKILL");
      await handler.exitCode();
      await broker.restart();
      await assertNoHandler(bus, "b4", settings.url, 12_000);
    },
  );
});

brokerTest(
  "B12 a request that waits for its next attempt delays no other; if its handler is killed meanwhile, it fails at its deadline",
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

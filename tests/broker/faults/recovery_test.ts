import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { turn, within } from "../../../sdk/testing/conformance/promises.ts";
import { faultTest } from "../fault_case.ts";
import { idleTime } from "../idle_time.ts";
import { FaultProxy } from "../fault_proxy.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { brokerTest, type TestBroker } from "../shared_broker.ts";
import { Listener } from "./listener.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { numbers } from "./outcomes.ts";
import { report } from "./report.ts";

const CUTS = 5;
const PATTERNS = 10;
/** Time limit of the recovery on an idle machine, in milliseconds. */
const SOON = 10_000;
/** Longest wait for it, in milliseconds. */
const PATIENCE = 120_000;
/**
 * Number of queues of a bus in addition to those of its subscriptions and
 * handlings: answers, cancelled requests, renewed exchanges.
 */
const OWN_QUEUES = 3;

/** Returns the number of consumers of each queue. */
async function consumers(broker: PrivateBroker): Promise<number[]> {
  // the broker answers AMQP a moment before it answers this
  const all = await broker.list("consumers", "queue_name");
  const byQueue = Map.groupBy(all, ({ queue_name }) => queue_name);
  return [...byQueue.values()].map((consumers) => consumers.length);
}

faultTest(
  "C6 all subscriptions and handlers receive within 10 s of a broker restart, and each queue has one consumer after 5 cuts",
  async (broker) => {
    await using proxy = await FaultProxy.to(broker);
    const log = new LogWatch();
    const url = broker.url({ port: proxy.port });
    await using bus = newBus({ url, exchange: "c6" }, log);
    await bus.open();
    const subscriptions = numbers(PATTERNS).flatMap((n) => [
      bus.subscribe(`c6.${n}.#`),
      bus.subscribe(`c6.${n}.#`, { group: "workers" }),
    ]);
    const handlings = numbers(PATTERNS).map((n) =>
      bus.handle(`c6.${n}`, () => n)
    );
    const parts = [...subscriptions, ...handlings];
    await Promise.all(parts.map(({ ready }) => ready));
    const listeners = subscriptions.map((it) => new Listener(it));

    /**
     * Publishes until every subscription has received the round: messages
     * published before a subscription has recovered do not reach it.
     */
    const allHear = async (round: number) => {
      const subscription = Promise.all(
        listeners.map((it) => it.until(round, PATIENCE)),
      );
      while (!listeners.every((it) => it.has(round))) {
        await Promise.race([
          subscription,
          Promise.all(
            numbers(PATTERNS).map((n) => bus.publish(`c6.${n}.x`, round)),
          ),
        ]);
      }
      const answers = numbers(PATTERNS).map((n) =>
        bus.request(`c6.${n}`, null, { timeout: PATIENCE })
      );
      assert.deepEqual(await Promise.all(answers), numbers(PATTERNS));
    };

    for (const round of numbers(CUTS)) {
      log.lines.length = 0;
      await proxy.cut();
      await log.until(/connected to/);
      await allHear(round);
    }
    const one = new Array(parts.length + OWN_QUEUES).fill(1);
    // The broker may still close connections that were cut. It reports no such
    // event, so this polls.
    const counted = async () => {
      while (`${await consumers(broker)}` !== `${one}`);
    };
    await within(counted(), "one consumer of each queue");

    log.lines.length = 0;
    await broker.kill();
    await log.until(/no connection/);
    await broker.restart();
    const began = performance.now();
    const first = Promise.race(listeners.map((it) => it.until(CUTS, PATIENCE)))
      .then(() => performance.now() - began);
    const all = await idleTime(allHear(CUTS), "all deliveries and answers");
    report(
      `G4 broker's port ready to first delivery: ${
        Math.round(await first)
      } ms;` +
        ` to ${subscriptions.length} subscriptions and ${handlings.length} ` +
        `handlers: ${Math.round(all)} ms`,
    );
    assert(all < SOON, `${all} ms`);
    await bus.close();
    await Promise.all(listeners.map(({ ended }) => ended));
  },
);

/** Opens a bus behind a proxy, with a heartbeat of 1 s. */
async function behindProxy({ url, exchange }: TestBroker) {
  const { hostname, port } = new URL(url);
  const proxy = await FaultProxy.to({ hostname, port: Number(port) });
  const behind = new URL(url);
  behind.port = String(proxy.port);
  const log = new LogWatch();
  const bus = newBus({ url: behind.href, exchange, heartbeat: 1 }, log);
  await bus.open();
  return { proxy, bus, log };
}

brokerTest(
  "C13 the bus notices a silent connection within 3 heartbeats and 1 s, and acknowledges none of its deliveries on the next connection",
  async (broker) => {
    const { proxy, bus, log } = await behindProxy(broker);
    await using _proxy = proxy;
    await using _bus = bus;
    await using other = newBus({ ...broker });
    await other.open();
    const group = "workers";
    const subscription = bus.subscribe("c13", { group, queueSize: 1 });
    await subscription.ready;
    for (const text of ["1", "2"]) await other.publish("c13", text);
    assert.deepEqual(messages(await take(subscription, 1)), ["1"]);

    proxy.stall();
    const noticed = log.until(/no connection/);
    const took = await idleTime(noticed, "the end of the connection");
    assert(took < 4_000, `${took} ms`);
    report(`C13 silent connection noticed after ${Math.round(took)} ms`);

    await proxy.cut();
    await proxy.pass();
    await log.until(/connected to/);
    const again = (async () => {
      while (subscription.queued === 0) await turn();
    })();
    await within(
      again,
      "the redelivery of the message in flight, as the new tag 1",
    );
    // this acknowledges the first delivery, whose connection is closed
    const [once] = await take(subscription, 1);
    assert.equal(once!.message, "1");
    assert.equal(once!.redelivered, true);
    await subscription.close(); // unfinished: the message is redelivered
    const heir = other.subscribe("c13", { group });
    assert.deepEqual(messages(await take(heir, 2)), ["1", "2"]);
  },
);

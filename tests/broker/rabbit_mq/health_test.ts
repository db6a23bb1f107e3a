import { createRestServer } from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { DEADLINE } from "../../../sdk/testing/conformance/promises.ts";
import { FaultProxy } from "../fault_proxy.ts";
import { idleTime } from "../idle_time.ts";
import { brokerTest } from "../shared_broker.ts";

/** Longest time until a cut, or a recovery, shows, in milliseconds. */
const SHOWN_WITHIN = 2_000;

async function status(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

/** Resolves once `url` answers with `wanted`. Returns the time that took. */
function until(url: string, wanted: number): Promise<number> {
  const end = performance.now() + DEADLINE;
  const answered = async () => {
    while (await status(url) !== wanted) {
      assert(performance.now() < end, `no ${wanted}`);
    }
  };
  return idleTime(answered(), `${url} to answer ${wanted}`);
}

brokerTest(
  "E5 a cut of the broker shows in /health/ready and in requests within 2 s, and so does its recovery",
  async (broker) => {
    const url = new URL(broker.url);
    const { hostname } = url;
    const target = { hostname, port: Number(url.port || 5672) };
    await using proxy = await FaultProxy.to(target);
    url.port = `${proxy.port}`;
    let at = "";
    await using process = await Process.create({
      config: {
        "message-bus": {
          external: {
            class: "rabbit-mq",
            url: url.href,
            exchange: broker.exchange,
          },
        },
        "message-router": { route: [{ pattern: "#", bus: "external" }] },
        module: { "rest-server": { port: 0, health: "/health" } },
        log: { level: "error" },
      },
      modules: [createRestServer({ onListen: (found) => at = found.url })],
      buses: [rabbitMq],
      env: {},
    });
    process.context.handle("rest.get.a", () => ({ code: 200, body: "a" }));
    await process.start();
    assert.equal(await status(`${at}/health/ready`), 200);
    assert.equal(await status(`${at}/a`), 200);

    await proxy.refuse();
    await proxy.cut();
    assert(await until(`${at}/health/ready`, 503) < SHOWN_WITHIN);
    assert.equal(await status(`${at}/health/live`), 200);
    const refused = status(`${at}/a`);
    assert(await idleTime(refused, "an answer") < 1_000, "at once");
    assert.equal(await refused, 503);
    assert.match(process.health().problems.join(), /bus "external"/);

    await proxy.pass();
    await proxy.connected(1);
    assert(await until(`${at}/health/ready`, 200) < SHOWN_WITHIN);
    await until(`${at}/a`, 200);
  },
);

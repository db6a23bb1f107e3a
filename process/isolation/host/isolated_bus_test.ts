import { busConformance } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { MESSAGE_SIZE } from "../wire/frames.ts";
import type { GuestSpawner } from "./guest_spawner.ts";
import { isolatedBus } from "./isolated_bus.ts";
import { processSpawner } from "./process_spawner.ts";
import { workerSpawner } from "./worker_spawner.ts";
import { grants } from "../testing/some_grants.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

const log = { debug() {}, info() {}, warn() {}, error() {} };

function classIn(spawner: GuestSpawner) {
  return isolatedBus({
    id: "memory",
    specifier: new URL("../../testing/fixtures/bus.ts", import.meta.url).href,
    spawner,
    grants: grants({}),
    limits: {
      memory: 512 * 2 ** 20,
      startDeadline: 60_000,
      publishRate: 0,
      messageSize: MESSAGE_SIZE,
      heartbeat: 10_000,
    },
    log,
    keep: false,
  });
}

for (const spawner of [workerSpawner(false), processSpawner]) {
  // First: `deno test` checks the types of a worker's code when it meets it,
  // which takes longer than a bus has to open.
  Deno.test(`a bus in a ${spawner.isolation} has the class and abilities of its code`, async () => {
    await using bus = await classIn(spawner);
    assert.equal(bus.name, "loaded");
    await bus.config!["~standard"].validate({});
    const { abilities } = bus.create({ id: "memory", log }, {});
    assert.deepEqual(abilities, {
      external: true,
      durable: false,
      exactlyOnce: true,
      backPressure: "publisher",
    });
  });

  busConformance(
    `A bus in a separate ${spawner.isolation}`,
    async () => {
      const bus = await classIn(spawner);
      await bus.config!["~standard"].validate({});
      return bus.create({ id: "memory", log }, {});
    },
    { scale, maxMessageSize: MESSAGE_SIZE },
  );
}

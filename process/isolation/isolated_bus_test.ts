import { busConformance } from "@caryatid/sdk/testing";
import { MESSAGE_SIZE } from "./frames.ts";
import { isolatedBus } from "./host/isolated_bus.ts";
import { processSpawner } from "./host/process_spawner.ts";
import { workerSpawner } from "./host/worker_spawner.ts";
import { grants } from "./testing/some_grants.ts";

/** `deno task test:soak` does ten times as much. */
const scale = Deno.env.get("CARYATID_SOAK") ? 1 : 0.1;

const log = { debug() {}, info() {}, warn() {}, error() {} };

for (const spawner of [workerSpawner, processSpawner]) {
  busConformance(
    `A bus in a ${spawner.isolation} of its own`,
    async () => {
      const bus = await isolatedBus({
        id: "memory",
        specifier: new URL("../testing/fixtures/bus.ts", import.meta.url).href,
        spawner,
        grants: grants({}),
        limits: {
          memory: 512 * 2 ** 20,
          startDeadline: 30_000,
          publishRate: 0,
          messageSize: MESSAGE_SIZE,
          heartbeat: 10_000,
        },
        log,
        keep: false,
      });
      await bus.config!["~standard"].validate({});
      return bus.create({ id: "memory", log }, {});
    },
    { scale, maxMessageSize: MESSAGE_SIZE },
  );
}

import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { measureUntil } from "../../../sdk/testing/conformance/measure_until.ts";
import { DEFAULT_LIMITS } from "../../config/code_keys.ts";
import { guestModule } from "./guest_module.ts";
import type { GuestSpawner } from "./guest_spawner.ts";
import { startWorker } from "./worker_spawner.ts";
import { grants } from "../testing/some_grants.ts";

/**
 * The code of a real worker has no way past the bridge; these have one, to see
 * that their host stands it.
 */
const spawner: GuestSpawner = {
  isolation: "worker",
  spawn() {
    const code = new URL("../testing/bare_worker.ts", import.meta.url).href;
    return Promise.resolve(startWorker(code, { type: "module" }));
  },
};

/**
 * Why a process failed whose worker did that, how long that took, and how much
 * memory in MiB.
 */
async function failureOf(attack: string, onFailure = "fail") {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const module = await guestModule({
    id: "bare",
    specifier: "bare",
    integrity: undefined,
    spawner,
    grants: grants({}),
    limits: { ...DEFAULT_LIMITS, startDeadline: 60_000, heartbeat: 1_000 },
    log,
    keep: onFailure === "restart",
  });
  const process = await Process.create({
    config: {
      log: { level: "error" },
      module: { bare: { "on-failure": onFailure } },
    },
  });
  process.register(module);
  await process.start();
  const { context } = process;
  context.subscribe("x", { queueSize: 1 }); // without a reader
  const before = Deno.memoryUsage().rss;
  const began = performance.now();
  const asked = context.request("attack", attack, { timeout: 20_000 });
  const answer = asked.then(() => {}, () => {}); // it ends with the guest
  const { error } = await process.run();
  Deno.exitCode = 0; // it was that of the process under test
  await answer;
  const { code, cause } = error as { code: string; cause: unknown };
  assert.equal(code, "MODULE_FAILED");
  return {
    cause: cause as { code: string; message: string },
    took: performance.now() - began,
    memory: (Deno.memoryUsage().rss - before) / 2 ** 20,
  };
}

/**
 * Returns the time in which this machine, as busy as it is, makes, writes and
 * reads the largest message of the attacks, in milliseconds.
 */
function timeToPost(): number {
  const began = performance.now();
  structuredClone(structuredClone(new Uint8Array(2 ** 26)));
  return performance.now() - began;
}

for (
  const attack of [
    "a text",
    "nothing",
    "a port",
    "shared memory",
    "no frame",
    "a frame cut short",
    "an unknown kind",
    "an unknown id",
    "a second hello",
    "a huge length",
    "a huge frame",
    "a flood",
  ]
) {
  Deno.test(`D14 a worker that sends ${attack} past the bridge is ended within 1 s with PROTOCOL_VIOLATION, and uses no memory of its host`, async () => {
    // Other tests share the machine, the process and its memory.
    const { late, memory } = await measureUntil(
      ({ late, memory }) => late < 1_000 && memory < 256,
      async () => {
        const { cause, took, memory } = await failureOf(attack);
        assert.equal(cause.code, "PROTOCOL_VIOLATION", cause.message);
        return { late: took < 1_000 ? took : took - timeToPost(), memory };
      },
    );
    assert(late < 1_000, `It took ${late} ms`);
    assert(memory < 256, `The host has ${memory} MiB more`);
  });
}

for (const attack of ["an end by self.close", "an end by Deno.exit"]) {
  Deno.test(`D11 ${attack} of a worker is noticed within 3 s, and its module fails`, async () => {
    const took = await measureUntil((took) => took < 3_000, async () => {
      const { cause, took } = await failureOf(attack);
      assert.equal(cause.code, "GUEST_ENDED");
      assert.match(cause.message, /no sign of life/);
      return took;
    });
    assert(took < 3_000, `It took ${took} ms`);
  });
}

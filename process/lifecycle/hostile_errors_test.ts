import assert from "node:assert/strict";
import { defineModule } from "@caryatid/sdk";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

/** Thrown values that throw again when they are read. */
const HOSTILE: Readonly<Record<string, () => unknown>> = {
  "an object without prototype": () => Object.create(null),
  "an object whose text throws": () => ({
    get message() {
      throw new Error("message");
    },
    toString() {
      throw new Error("toString");
    },
  }),
  "an error whose message throws": () =>
    Object.defineProperty(new Error(), "message", {
      get() {
        throw new Error("message");
      },
    }),
  "an error whose stack is not a string": () =>
    Object.defineProperty(new Error("odd"), "stack", {
      value: Object.create(null),
    }),
  "a proxy that throws": () =>
    new Proxy({}, {
      get() {
        throw new Error("get");
      },
      getPrototypeOf() {
        throw new Error("getPrototypeOf");
      },
    }),
  "a symbol": () => Symbol("thrown"),
};

for (const [name, thrown] of Object.entries(HOSTILE)) {
  Deno.test(`a module that throws ${name} fails as others do`, async (t) => {
    await t.step("in init: INIT_FAILED", async () => {
      const bad = module("bad", () => {
        throw thrown();
      });
      const process = await silentProcess([bad]);
      await assert.rejects(process.start(), { code: "INIT_FAILED" });
    });
    await t.step("in a task: the process ends by MODULE_FAILED", async () => {
      using _logs = new CapturedLogs();
      const bad = module("bad", (context) => {
        context.run(() => Promise.reject(thrown()));
      });
      const process = await silentProcess([bad]);
      const { exitCode, error } = await process.run();
      Deno.exitCode = 0;
      assert.equal(exitCode, 1);
      assert.equal((error as { code?: unknown }).code, "MODULE_FAILED");
    });
    await t.step("in a task that is ignored: it is logged", async () => {
      using logs = new CapturedLogs();
      const bad = module("bad", (context) => {
        context.run(() => Promise.reject(thrown()));
      });
      const process = await silentProcess([bad], {
        module: { bad: { "on-failure": "ignore" } },
      });
      await process.start();
      await logs.until("caryatid.bad", 1);
      await process.stop();
      assert.match(logs.lines.join("\n"), /\[MODULE_FAILED\] Module "bad"/);
    });
    await t.step("in deferred work: stop continues", async () => {
      using _logs = new CapturedLogs();
      const bad = module("bad", (context) => {
        context.defer(() => Promise.reject(thrown()));
      });
      const process = await silentProcess([bad]);
      await process.start();
      await process.stop();
    });
    await t.step("in its schema: INVALID_CONFIG", async () => {
      const bad = defineModule({
        name: "bad",
        config: {
          "~standard": {
            version: 1,
            vendor: "hostile",
            validate: () => {
              throw thrown();
            },
          },
        },
        init() {},
      });
      const process = await silentProcess([bad]);
      await assert.rejects(process.start(), { code: "INVALID_CONFIG" });
    });
    await t.step("for its topics: LOAD_FAILED", async () => {
      const bad = defineModule({
        name: "bad",
        topics: () => {
          throw thrown();
        },
        init() {},
      });
      const process = await silentProcess([bad]);
      await assert.rejects(process.start(), { code: "LOAD_FAILED" });
    });
  });
}

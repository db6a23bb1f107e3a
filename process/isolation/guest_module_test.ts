import { Process } from "@caryatid/process";
import assert from "node:assert/strict";

const ISOLATIONS = ["worker", "process"] as const;

const TOPICS = {
  publish: ["#"],
  subscribe: ["#"],
  request: ["#"],
  handle: ["#"],
};

function configOf(
  isolation: string,
  guest: string,
  more: Record<string, unknown> = {},
) {
  return {
    log: { level: "error" },
    module: {
      guest: {
        import: `./testing/guests/${guest}.ts`,
        isolation,
        permissions: TOPICS,
        ...more,
      },
    },
  };
}

for (const isolation of ISOLATIONS) {
  Deno.test(`in a ${isolation} a module publishes, hears and answers as in the process itself`, async () => {
    await using process = await Process.create({
      config: configOf(isolation, "echo", { word: "hi" }),
      base: import.meta.url,
    });
    await process.start();
    const out = process.context.subscribe("echo.out");
    assert.deepEqual(await process.context.request("echo.ask", 1), ["hi", 1]);
    const message = new Map([["at", new Date(5)]]);
    await process.context.publish("echo.in", message);
    for await (const delivery of out) {
      assert.deepEqual(delivery.message, message);
      break;
    }
  });
}

import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

Deno.test("tracing is off without a [tracing]", async () => {
  assert.equal((await readConfig("", { env: {} })).tracing, undefined);
});

Deno.test("an empty [tracing] samples one message in a hundred and publishes no spans", async () => {
  const { tracing } = await readConfig("[tracing]", { env: {} });
  assert.deepEqual(tracing, {
    sample: 0.01,
    tracesPerSecond: 1_000,
    topic: undefined,
  });
});

Deno.test("[tracing] has a share and a topic, which variables can set", async () => {
  const env = { CARYATID_TRACING__SAMPLE: "1", CARYATID_TRACING__TOPIC: "t" };
  const { tracing } = await readConfig("", { env });
  assert.deepEqual(tracing, { sample: 1, tracesPerSecond: 1_000, topic: "t" });
});

Deno.test("[tracing] sample is a number from 0 to 1", async () => {
  for (const sample of ["-0.1", "1.1", "nan", "inf", '"1"', "true"]) {
    await assert.rejects(
      readConfig(`[tracing]\nsample = ${sample}`, { env: {} }),
      { code: "INVALID_CONFIG", message: /sample/ },
      sample,
    );
  }
});

Deno.test("an unknown key of [tracing] is reported", async () => {
  await assert.rejects(
    readConfig("[tracing]\nsampel = 1", { env: {} }),
    { code: "INVALID_CONFIG", message: /sampel/ },
  );
});

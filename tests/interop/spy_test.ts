import spy from "@caryatid/modules/spy";
import assert from "node:assert/strict";
import { CapturedLogs } from "../../process/testing/captured_logs.ts";
import { within } from "../../sdk/testing/conformance/promises.ts";
import { SAMPLES } from "./messages.ts";
import { type Interop, rustTest } from "./rust_case.ts";

rustTest("Rust's spy logs every kind of message of ours", async (interop) => {
  await using rust = await interop.rust(spying(interop));
  await using ours = await interop.ours();
  for (const { ours: message } of SAMPLES) {
    await ours.context.publish(`${interop.prefix}.test`, message);
  }
  for (const { debug } of SAMPLES) await rust.logged(`${debug}\n`);
});

rustTest("our spy logs every kind of message of Rust's", async (interop) => {
  const topic = `${interop.prefix}.test`;
  using logs = new CapturedLogs();
  await using _ours = await interop.ours({
    toml: `${spying(interop)}level = "error"\n`,
    modules: [spy],
  });
  await using rust = await interop.rust();
  for (const { json } of SAMPLES) await rust.publish(topic, json);
  const heard = await within(
    logs.until("caryatid.spy", SAMPLES.length),
    () => logs.lines.join("\n"),
  );
  assert.deepEqual(
    heard.map(({ properties }) => properties),
    SAMPLES.map((sample) => ({
      topic,
      message: shown(sample.heard ?? sample.ours),
    })),
  );
});

/** Values that JSON lacks are text in the log. */
function shown(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) {
    return `<${value.length} bytes: ${value.toHex()}>`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(shown);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, shown(one)]),
  );
}

function spying({ prefix }: Interop): string {
  return `[module.spy]\ntopic = "${prefix}.#"\n`;
}

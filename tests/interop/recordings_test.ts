import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { within } from "../../sdk/testing/conformance/within.ts";
import { SAMPLES } from "./messages.ts";
import { rustTest } from "./rust_case.ts";

rustTest(
  "Rust records what ours publishes, and plays it for ours to hear",
  async (interop) => {
    const { prefix } = interop;
    const folder = await Deno.makeTempDir({ prefix: "caryatid-recording-" });
    try {
      await using ours = await interop.ours();
      {
        await using _rust = await interop.rust(
          `[module.record]\ntopic = "${prefix}.test"\npath = "${folder}"\n`,
        );
        for (const { ours: message } of SAMPLES) {
          await ours.context.publish(`${prefix}.test`, message);
        }
        await recorded(folder, SAMPLES.length);
      }
      const heard = ours.context.subscribe(`${prefix}.played`);
      await heard.ready;
      await using _rust = await interop.rust(
        `[module.playback]\ntopic = "${prefix}.played"\npath = "${folder}"\n`,
      );
      assert.deepEqual(
        messages(await take(heard, SAMPLES.length)),
        SAMPLES.map((sample) => sample.heard ?? sample.ours),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** Resolves when the last file is there, and whole; asserts that each is the message in Rust's JSON. */
async function recorded(folder: string, count: number): Promise<void> {
  using changes = Deno.watchFs(folder);
  const next = changes[Symbol.asyncIterator]();
  const all = async () => {
    for (;;) {
      const files = await Promise.all(
        SAMPLES.map((_, index) =>
          Deno.readTextFile(`${folder}/${index}.json`).catch(() => "")
        ),
      );
      if (files.every((text, index) => text === SAMPLES[index]!.json)) return;
      await next.next();
    }
  };
  await within(all(), `${count} files in ${folder}`);
}

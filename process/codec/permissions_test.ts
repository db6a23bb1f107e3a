import assert from "node:assert/strict";
import { allBytes } from "./testing/vectors.ts";

const ENTRY = new URL("./mod.ts", import.meta.url);
/** `{ "__proto__": { "a": true } }`; Deno has no such accessor by default. */
const PROTO = "a1695f5f70726f746f5f5fa16161f5";
const PROGRAM = new URL("./testing/fingerprint.ts", import.meta.url);

Deno.test("F4 all vectors decode the same with all permissions and with none", async () => {
  const [all, none] = await Promise.all([run("--allow-all"), run()]);
  assert.equal(none.error, "");
  assert.equal(all.output, none.output);
  assert.equal(none.output.trim().split("\n").length, allBytes.length + 1);
  assert.match(none.output, /^1bffffffffffffffff$/m);
});

Deno.test("F4 the codec imports nothing from npm, so no native add-on is downloaded or loaded", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", ENTRY.pathname],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const foreign = modules
    .map(({ specifier }: { specifier: string }) => specifier)
    .filter((specifier: string) => !specifier.startsWith("file:"));
  assert.deepEqual(foreign, ["node:buffer"]);
});

Deno.test("F2 a key __proto__ is data, also if assigning to it would change the prototype, as in Node", async () => {
  const { output } = await run("--unstable-unsafe-proto");
  assert(output.split("\n").includes(PROTO));
});

async function run(...permissions: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-lock", ...permissions],
      PROGRAM.pathname,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = [PROTO, ...allBytes.map((bytes) => bytes.toHex())].join("\n");
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { output: text.decode(stdout), error: text.decode(stderr) };
}

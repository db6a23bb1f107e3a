import assert from "node:assert/strict";
import { allBytes } from "./testing/vectors.ts";

const ENTRY = new URL("./mod.ts", import.meta.url);
const PROGRAM = new URL("./testing/fingerprint.ts", import.meta.url);

Deno.test("F4 all vectors give the same with every permission and with none", async () => {
  const [all, none] = await Promise.all([run("--allow-all"), run()]);
  assert.equal(none.error, "");
  assert.equal(all.output, none.output);
  assert.equal(none.output.trim().split("\n").length, allBytes.length);
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
  const lines = allBytes.map((bytes) => bytes.toHex()).join("\n");
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { output: text.decode(stdout), error: text.decode(stderr) };
}

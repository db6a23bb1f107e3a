import assert from "node:assert/strict";

const PROGRAM = new URL("../testing/channel_flood_program.ts", import.meta.url);

Deno.test("a host reads other connections while a guest floods it with frames", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--allow-net=127.0.0.1"],
      PROGRAM.href,
    ],
    stderr: "inherit",
  }).output();
  const pieces: number[] = JSON.parse(new TextDecoder().decode(stdout));
  assert(Math.max(...pieces) <= 20, `read ${pieces} pieces of the flood first`);
});

import assert from "node:assert/strict";
import { Program } from "./program.ts";

const PATH = "tests/e2e/examples/standard_modules.ts";

Deno.test("a process that may read files finds clock and spy by their class", async () => {
  await using program = Program.run(PATH, ["--allow-read"]);
  await program.until([
    "module seconds (clock)",
    "spy: received clock.tick: { time: ",
    "spy: received clock.fast: { time: ",
    "spy: received clock.fast: { time: ",
  ]);
  program.interrupt();
  assert.equal(await program.ended(), 0);
  assert.equal(await program.errors(), "");
});

Deno.test("a process that may not read files names the missing permission for the class clock", async () => {
  await using program = Program.run(PATH, ["--allow-net"]);
  assert.equal(await program.ended(), 2);
  await program.until(["--allow-read"]);
});

Deno.test("a process that may read files, and listen, finds rest-server by its class", async () => {
  await using program = Program.run(
    "tests/e2e/examples/standard_rest_server.ts",
    [
      "--allow-read",
      "--allow-net=127.0.0.1",
    ],
  );
  await program.until([
    "module rest-server",
    "rest-server: REST server listening on http://127.0.0.1:",
  ]);
  program.interrupt();
  assert.equal(await program.ended(), 0);
  assert.equal(await program.errors(), "");
});

Deno.test("a rest-server that may not listen names the missing permission", async () => {
  await using program = Program.run(
    "tests/e2e/examples/standard_rest_server.ts",
    [
      "--allow-read",
    ],
  );
  assert.equal(await program.ended(), 1);
  await program.until(["--allow-net=127.0.0.1:0"]);
});

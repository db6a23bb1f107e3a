import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(
  new URL("../testing/relay_program.ts", import.meta.url),
);

/**
 * Returns the result of the program. It ends by itself only if nothing is left
 * open.
 */
async function resultOf(task: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", PROGRAM, task],
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a guest of a relay answers like any other guest", async () => {
  assert.deepEqual(await resultOf("ask"), ["hello", 1]);
});

Deno.test("a relay starts only modules of the configuration, for programs with its token", async () => {
  const { other, stranger, answers, mode } = await resultOf("strangers");
  assert.match(other, /^\[GUEST_REFUSED\] .* has no such order$/);
  assert.match(stranger, /^\[GUEST_REFUSED\] .* has a wrong token$/);
  for (const answer of answers) assert.match(answer, /a wrong token$/);
  assert.equal(mode, 0o700);
});

Deno.test("no more than four processes of a module run at a time", async () => {
  const { fifth, ended } = await resultOf("many");
  assert.match(fifth, /^\[GUEST_REFUSED\] .* 4 of it run already$/);
  assert.match(ended, /ended by SIGKILL|exited 0/);
});

Deno.test("guests end with the relay, and no folder of it is left", async () => {
  const { ended, left, after } = await resultOf("end");
  assert.match(ended, /the relay has ended|ended by SIGKILL/);
  assert.equal(left, "NotFound");
  assert.match(after, /^\[GUEST_REFUSED\] .* the relay has ended/);
});

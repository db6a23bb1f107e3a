import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(
  new URL("../testing/relay_program.ts", import.meta.url),
);

/** What the program says came of it. It ends by itself only if nothing is left open. */
async function resultOf(task: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", PROGRAM, task],
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a guest that somebody else starts is one like any other", async () => {
  assert.deepEqual(await resultOf("ask"), ["hello", 1]);
});

Deno.test("only modules of the configuration are started, and only for who knows the token", async () => {
  const { other, stranger, answers, mode } = await resultOf("strangers");
  assert.match(other, /^\[GUEST_REFUSED\] .* doesn't say so$/);
  assert.match(stranger, /^\[GUEST_REFUSED\] .* asked for by a stranger$/);
  for (const answer of answers) assert.match(answer, /by a stranger$/);
  assert.equal(mode, 0o700);
});

Deno.test("no more than four processes of a module run at a time", async () => {
  const { fifth, ended } = await resultOf("many");
  assert.match(fifth, /^\[GUEST_REFUSED\] .* 4 of it run already$/);
  assert.match(ended, /ended by SIGKILL|exited 0/);
});

Deno.test("guests end with the relay, and nothing of it is left", async () => {
  const { ended, left, after } = await resultOf("end");
  assert.match(ended, /what started it has ended|ended by SIGKILL/);
  assert.equal(left, "NotFound");
  assert.match(after, /^\[GUEST_REFUSED\] .* what started this program has/);
});

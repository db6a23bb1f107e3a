import assert from "node:assert/strict";
import {
  argumentsIn,
  constant,
  type Curl,
  fetchAsCurl,
  installedCurl,
} from "./curl.ts";
import { blocksIn, distinct, outputsIn, readmeOf } from "./readme.ts";
import { Program } from "./program.ts";
import { RestProgram } from "./rest_program.ts";

const README = await readmeOf("rest");
const [RUN = "", ...CURLS] = blocksIn(README, "sh");
const ANSWERS = blocksIn(README, "http");
const curl = await installedCurl();

if (curl) {
  Deno.test("examples/rest answers every curl of its README as shown there", () =>
    answersAll(curl));
} else {
  Deno.test.ignore(
    "examples/rest answers every curl of its README (skipped: no curl; fetch does the same, below)",
    () => {},
  );
}

Deno.test("examples/rest answers fetch as its README shows curl's answers", () =>
  answersAll(fetchAsCurl));

Deno.test("the README of examples/rest has a command to run it, and one answer for each curl", () => {
  assert.equal(RUN, "deno run --allow-net examples/rest/main.ts\n");
  assert(CURLS.length > 5);
  assert.equal(ANSWERS.length, CURLS.length);
});

Deno.test("examples/rest needs only the permission net", async () => {
  await using program = Program.run("examples/rest/main.ts", ["--allow-net"]);
  try {
    await program.until(["listening on http://127.0.0.1:4340"]);
  } catch (error) { // the example runs on this machine already
    assert.match(String(error), /127\.0\.0\.1:434[01]: the port is taken/);
  }
});

/**
 * Runs the program, then each command, and compares the output.
 */
async function answersAll(curl: Curl): Promise<void> {
  await using rest = await RestProgram.start();
  for (const [i, command] of CURLS.entries()) {
    const output = await curl(argumentsIn(rest.here(command)));
    assert.equal(constant(output), constant(ANSWERS[i]!), command);
  }
  const { program } = rest;
  program.interrupt();
  assert.equal(await program.ended(), 0);
  assert.equal(await program.errors(), "");
  const [shown = []] = outputsIn(README);
  assert.deepEqual(distinct(rest.lines), distinct(shown));
}

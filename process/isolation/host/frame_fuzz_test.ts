import assert from "node:assert/strict";

/** Number of generated frames: `CARYATID_FUZZ`, or 200,000 in the soak. */
const frames = Number(
  Deno.env.get("CARYATID_FUZZ") ??
    (Deno.env.get("CARYATID_SOAK") ? 200_000 : 20_000),
);
/** Stop deadline of the program, and time for the process itself. */
const STOP_TIME = 5_000 + 5_000;

Deno.test(`${frames} generated and damaged frames neither stop a host nor its other guests, and SIGTERM ends it in time`, async () => {
  const seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  const program = new URL("../testing/fuzz_program.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-all"],
      ...[program, `${seed}`, `${frames}`],
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let output = "";
  let report: string | undefined;
  const text = child.stdout.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  );
  let asked = 0;
  for await (const piece of text) {
    output += piece;
    report ??= output.split("\n").find((line) => line.startsWith("{"));
    if (report === undefined || asked > 0) continue;
    asked = performance.now();
    child.kill("SIGTERM");
  }
  await child.status;
  const took = performance.now() - asked;
  assert(report, `seed ${seed}: ${output}${await errors}`);
  const { slowest, grown, ends } = JSON.parse(report);
  assert(ends.PROTOCOL_VIOLATION > 0 && ends.none > 0, report);
  assert(slowest < 5_000, `seed ${seed}: the other guest waited ${slowest} ms`);
  assert(
    grown < 256 * 2 ** 20,
    `seed ${seed}: the host grew by ${grown} bytes`,
  );
  assert(took < STOP_TIME, `seed ${seed}: SIGTERM took ${took} ms`);
  await errors;
});

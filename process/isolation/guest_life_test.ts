import assert from "node:assert/strict";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { guestProcess } from "./testing/guest_process.ts";

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`stop() waits for what a ${isolation} has in hand and in its queue, and for what it deferred`, async () => {
    using logs = new CapturedLogs();
    const process = await guestProcess(isolation, "slow");
    const out = process.context.subscribe("out");
    await process.start();
    for (const n of [1, 2, 3]) await process.context.publish("in", n);
    const loop = out[Symbol.asyncIterator]();
    const heard = (async () => {
      const numbers: unknown[] = [];
      for (let step = await loop.next(); !step.done; step = await loop.next()) {
        numbers.push(step.value.message);
      }
      return numbers;
    })();
    await process.stop();
    assert.deepEqual(await heard, [1, 2, 3]);
    const lines = logs.lines.filter((line) =>
      line.startsWith("caryatid.guest:")
    );
    assert.deepEqual(lines, [
      "caryatid.guest: begun 1",
      "caryatid.guest: begun 2",
      "caryatid.guest: begun 3",
      "caryatid.guest: loop over true",
      "caryatid.guest: cleaned up",
    ]);
  });

  Deno.test(`two at once in a ${isolation} each, side by side, leave nothing behind`, async () => {
    await using one = await guestProcess(isolation, "echo", { word: "one" });
    await using two = await guestProcess(isolation, "echo", { word: "two" });
    await one.start();
    await two.start();
    assert.deepEqual(await one.context.request("echo.ask", 1), ["one", 1]);
    assert.deepEqual(await two.context.request("echo.ask", 2), ["two", 2]);
  });
}

Deno.test("a guest process ends when its host is killed", async () => {
  const host = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("./testing/host_program.ts", import.meta.url).href,
    ],
    stdout: "piped",
  }).spawn();
  const reader = host.stdout.getReader();
  await reader.read(); // it has started
  const guests = await childrenOf(host.pid);
  assert.equal(guests.length, 1);
  host.kill("SIGKILL");
  await reader.cancel();
  await host.status;
  for (const began = Date.now(); await isThere(guests[0]!);) {
    assert(Date.now() - began < 5_000, "it is still there");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await output("ps", ["-o", "pid=", "--ppid", `${pid}`]);
  return text.split("\n").filter((line) => line !== "").map(Number);
}

/** A zombie isn't: who should have waited for it is dead. */
async function isThere(pid: number): Promise<boolean> {
  const state = await output("ps", ["-o", "stat=", "-p", `${pid}`]);
  return state !== "" && !state.startsWith("Z");
}

async function output(command: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout).trim();
}

import { Watchdog } from "./watchdog.ts";

// A program that its test kills before it can clean up. Its child processes
// keep its standard output open.
const folder = await Deno.makeTempDir({ prefix: "caryatid-abandoned-" });
await Deno.writeTextFile(`${folder}/file`, "data");
const watchdog = new Watchdog(folder);
const [ended, left] = [sleep(), sleep()];
await watchdog.guard(ended.pid);
ended.kill("SIGKILL");
await ended.status;
await watchdog.release(ended.pid);
await watchdog.guard(left.pid);
await Deno.stdout.write(new TextEncoder().encode(`${folder}\n`));
await left.status;

function sleep(): Deno.ChildProcess {
  const command = new Deno.Command("sleep", { args: ["1000"] });
  return command.spawn();
}

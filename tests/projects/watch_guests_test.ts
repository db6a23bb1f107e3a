import assert from "node:assert/strict";
import type { RunningProgram } from "../support/running_program.ts";
import { startCaryatid, stop } from "../e2e/cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../e2e/cli/service_folder.ts";

/** Publishes some thousand numbers per second until it is stopped. */
const SOURCE = moduleText(`
  name: "source",
  init(context) {
    context.run(async () => {
      for (let n = 0; !context.signal.aborted; n++) {
        await context.publish("number", n);
        if (n % 20 === 0) await context.clock.sleep(1).catch(() => {});
      }
    });
  },
`);

/**
 * Logs the guest whose messages it receives, and numbers that are missing,
 * repeated or out of order.
 */
const JUDGE = moduleText(`
  name: "judge",
  init(context) {
    const seen = context.subscribe("seen");
    context.run(async () => {
      let [last, before] = ["", -1];
      for await (const { message } of seen) {
        const [name, number] = message as [string, number];
        if (number !== before + 1) context.log.error("gap " + before + " " + number);
        if (name !== last) context.log.info("begun " + name);
        [last, before] = [name, number];
      }
    });
  },
`);

/** Publishes what it receives, with its name and a file that it may read. */
function guest(name: string, before = ""): string {
  return moduleText(
    `
    name: "guest",
    config: z.object({ say: z.string().default("nothing") }),
    init(context, { say }) {
      const numbers = context.subscribe("number", { queueSize: 10 });
      context.log.info("has " + tokenOr("no token"));
      context.run(async () => {
        for await (const { message } of numbers) {
          await context.publish("seen", ["${name} " + say, message]);
        }
      });
    },`,
    `import { plus } from "./plus.ts";
     ${before}
     function tokenOr(none: string): string {
       const file = new URL("token.txt", import.meta.url);
       try { return Deno.readTextFileSync(file); } catch { return none + plus; }
     }`,
  );
}

const TOML = `
[module.guest]
import = "./guest.ts"
isolation = "ISOLATION"
may-block = true
[module.guest.permissions]
subscribe = ["number"]
publish = ["seen"]

[module.judge]
import = "./judge.ts"

[module.source]
import = "./source.ts"
`;

function service(isolation: string): Promise<ServiceFolder> {
  return ServiceFolder.make({
    "guest.ts": guest("one"),
    "plus.ts": 'export const plus: string = "";\n',
    "token.txt": "abc",
    "judge.ts": JUDGE,
    "source.ts": SOURCE,
    "service.toml": TOML.replace("ISOLATION", isolation),
  });
}

function watch(folder: ServiceFolder): RunningProgram {
  return startCaryatid(["run", "--watch", folder.file("service.toml")]);
}

async function edit(
  folder: ServiceFolder,
  name: string,
  from: string,
  to: string,
): Promise<void> {
  const path = folder.file(name);
  const text = await Deno.readTextFile(path);
  assert(text.includes(from));
  await Deno.writeTextFile(path, text.replace(from, to));
}

function complains(program: RunningProgram, pattern: RegExp): Promise<true> {
  return program.until(
    () => pattern.test(program.log) || undefined,
    () => `${pattern} in ${program.log}`,
  );
}

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`run --watch swaps the ${isolation} of an edited module under load without losing or reordering messages`, async () => {
    await using folder = await service(isolation);
    await using program = watch(folder);
    await program.line(/begun one nothing/);
    await Deno.writeTextFile(folder.file("guest.ts"), guest("two"));
    await program.line(/caryatid: swapped guest in \d+ ms/);
    await program.line(/begun two nothing/);
    await edit(folder, "plus.ts", '""', '" at all"'); // which it imports
    await program.line(/has no token at all/);
    const section = 'import = "./guest.ts"';
    await edit(folder, "service.toml", section, `${section}\nsay = "more"`);
    await program.line(/begun two more/);
    await stop(program);
    assert.deepEqual(program.lines.filter((line) => /gap/.test(line)), []);
    assert(!/restarting/.test(program.log), program.log);
  });

  Deno.test(`run --watch keeps the running ${isolation} if the new code is wrong or missing, and reports it`, async () => {
    await using folder = await service(isolation);
    await using program = watch(folder);
    await program.line(/begun one/);
    const file = folder.file("guest.ts");
    await Deno.writeTextFile(file, guest("two", "const n: number = 'text';"));
    await complains(program, /TS2322[\s\S]*watch: the old code keeps running/);
    await Deno.remove(file);
    await complains(program, /(the old code keeps running[\s\S]*){2}/);
    await Deno.writeTextFile(file, guest("three"));
    await program.line(/begun three/);
    await stop(program);
    assert.deepEqual(program.lines.filter((line) => /gap/.test(line)), []);
    assert(!program.lines.some((line) => /begun two/.test(line)));
  });
}

Deno.test("D16 run --watch restarts only the guest whose permissions or limits were edited, without its old permissions", async () => {
  await using folder = await service("process");
  await using program = watch(folder);
  await program.line(/begun one/);
  const granted = 'subscribe = ["number"]';
  await edit(
    folder,
    "service.toml",
    granted,
    `${granted}\nread = ["token.txt"]`,
  );
  await program.line(/has abc/);
  await edit(folder, "service.toml", 'read = ["token.txt"]', "");
  await program.line(/has no token/, 2);
  const limits = `[module.judge]`;
  await edit(
    folder,
    "service.toml",
    limits,
    `[module.guest.limits]\nmemory = 200\n${limits}`,
  );
  await program.line(/has no token/, 3);
  await stop(program);
  assert.deepEqual(program.lines.filter((line) => /gap/.test(line)), []);
  assert(!/restarting/.test(program.log), program.log);
});

Deno.test("D16 run --watch restarts the process if a worker needs permissions that the process lacks", async () => {
  await using folder = await service("worker");
  await using program = watch(folder);
  await program.line(/begun one/);
  const granted = 'subscribe = ["number"]';
  await edit(
    folder,
    "service.toml",
    granted,
    `${granted}\nread = ["token.txt"]`,
  );
  await complains(program, /restarting: a swap cannot change the permissions/);
  await program.line(/has abc/);
  await stop(program);
});

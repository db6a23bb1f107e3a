import assert from "node:assert/strict";
import { caryatid, startCaryatid } from "../cli/caryatid.ts";
import { CodeServer } from "../cli/code_server.ts";
import { moduleText, ServiceFolder } from "../cli/service_folder.ts";
import { gone, guestPids } from "./guest_pids.ts";

const RIGHTS = 'publish = ["#"]\nsubscribe = ["#"]\nhandle = ["#"]\n';

/**
 * Answers requests, and leaves a mark in the global scope in which its code
 * runs.
 */
const ANSWERS = moduleText(
  `name: "answers",
   init(context) {
     context.handle(context.id + ".ask", () => Reflect.get(globalThis, "mark"));
   },`,
  "Reflect.set(globalThis, 'mark', 'loaded here');",
);

/** Logs the answers of the isolated modules and its own permissions. */
const HOST = moduleText(`
  name: "host",
  config: z.object({ ask: z.array(z.string()) }),
  init(context, { ask }) {
    context.run(async () => {
      for (const id of ask) {
        const answer = await context.request(id + ".ask", null);
        context.log.info("{id} says {answer}", { id, answer });
      }
      const mark = String(Reflect.get(globalThis, "mark"));
      context.log.info("mine is {mark}", { mark });
      for (const name of ["run", "net", "read", "write", "env"]) {
        const { state } = await Deno.permissions.query({ name });
        context.log.info("all of {name}: {state}", { name, state });
      }
      try {
        new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync();
      } catch (error) {
        context.log.info("to start Deno is {name}", { name: error.name });
      }
      await context.clock.sleep(3_600_000, context.signal).catch(() => {});
    });
  },
`);

function service(...guests: [id: string, isolation: string][]): string {
  const ids = guests.map(([id]) => JSON.stringify(id)).join();
  return guests.map(([id, isolation]) =>
    `[module.${id}]\nclass = "answers"\nimport = "./answers.ts"\n` +
    `isolation = "${isolation}"\n[module.${id}.permissions]\n${RIGHTS}\n`
  ).join("") + `[module.host]\nimport = "./host.ts"\nask = [${ids}]\n`;
}

function unique(): string {
  return `guest-${crypto.randomUUID().slice(0, 8)}`;
}

Deno.test("run loads isolated code in its guest alone, and its process may start nothing", async () => {
  const id = unique();
  await using folder = await ServiceFolder.make({
    "answers.ts": ANSWERS,
    "host.ts": HOST,
    "service.toml": service(["inside", "worker"], [id, "process"]),
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["run", file]);
  await program.line(/to start Deno is NotCapable/);
  for (
    const line of [
      "inside says loaded here",
      `${id} says loaded here`,
      "mine is undefined",
      ...["run", "net", "read", "write", "env"].map((name) =>
        `all of ${name}: prompt`
      ),
    ]
  ) assert(program.lines.some((one) => one.endsWith(line)), line);
  const pids = await guestPids(id);
  assert.equal(pids.length, 1);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
  assert.equal(await program.stderr, "");
  await gone(pids);
});

Deno.test("the command of run --print works without caryatid and starts the processes itself", async () => {
  await using folder = await ServiceFolder.make({
    "answers.ts": ANSWERS,
    "service.toml": service(["apart", "process"]).split("[module.host]")[0]!,
  });
  const file = folder.file("service.toml");
  const { stdout } = await caryatid(["run", "--print", file]);
  assert.match(stdout, /--allow-run=\S*deno/);
  assert.doesNotMatch(stdout, /unix:|relay/);
});

Deno.test("guests end when the command is killed, and when only its process is", async (t) => {
  for (const victim of ["command", "process"]) {
    await t.step(victim, async () => {
      const id = unique();
      await using folder = await ServiceFolder.make({
        "answers.ts": ANSWERS,
        "host.ts": HOST,
        "service.toml": service([id, "process"]) +
          "[lifecycle]\nstop-deadline = 1\n",
      });
      const file = folder.file("service.toml");
      // Files that a killed command left are removed with the folder.
      const env = { TMPDIR: folder.path };
      await using program = startCaryatid(["run", file], env);
      await program.line(/to start Deno/);
      const pids = await guestPids(id);
      const host = await childOf(program.pid, file);
      Deno.kill(victim === "command" ? program.pid : host, "SIGKILL");
      await gone(pids);
      if (victim === "command") {
        await program.line(/\[GUEST_ENDED\]|stopped with exit code 1/);
      }
      await gone([host]);
    });
  }
});

Deno.test({
  name:
    "a guest that loops for ever ends when command and process are both killed with -9",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const id = unique();
    await using folder = await ServiceFolder.make({
      "loops.ts": moduleText(`
        name: "loops",
        init(context) {
          context.run(async () => {
            context.log.info("looping");
            await context.clock.sleep(50); // until that is logged
            for (;;);
          });
        },
      `),
      "idle.ts": moduleText(`
        name: "idle",
        init(context) { context.run(() => new Promise(() => {})); },
      `),
      "service.toml":
        `[module.${id}]\nclass = "loops"\nimport = "./loops.ts"\n` +
        'isolation = "process"\n[module.' + id + ".limits]\nheartbeat = 600\n" +
        '[module.idle]\nimport = "./idle.ts"\n',
    });
    const file = folder.file("service.toml");
    const env = { TMPDIR: folder.path };
    await using program = startCaryatid(["run", file], env);
    await program.line(/looping/);
    const pids = await guestPids(id);
    assert.equal(pids.length, 1);
    const host = await childOf(program.pid, file);
    Deno.kill(host, "SIGSTOP"); // else it stops its guest as the command ends
    Deno.kill(program.pid, "SIGKILL");
    Deno.kill(host, "SIGKILL");
    await gone(pids);
  },
});

Deno.test({
  name:
    "a process that exceeds its memory limit during init is ended before its first report",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await ServiceFolder.make({
      "greedy.ts": moduleText(`
        name: "greedy",
        async init() {
          const kept = []; // not counted by the limit of V8
          for (let i = 0; i < 600; i++) kept.push(new Uint8Array(2 ** 20).fill(1));
          await new Promise(() => kept);
        },
      `),
      "service.toml": '[module.greedy]\nimport = "./greedy.ts"\n' +
        'isolation = "process"\n[module.greedy.limits]\nmemory = 200\n' +
        "start-deadline = 60\n",
    });
    const file = folder.file("service.toml");
    const { code, stdout, stderr } = await caryatid(["run", file]);
    assert.equal(code, 1, stdout + stderr);
    assert.match(
      stdout,
      /MiB of memory, more than the 200 of its limits\.memory/,
    );
  },
});

Deno.test("a guest has the code of its imports and downloads nothing while it runs", async (t) => {
  await using server = new CodeServer({
    "known.js": "export default 'known'",
  });
  const imports =
    `import known from ${JSON.stringify(server.url("known.js"))};` +
    moduleText(`
    name: "imports",
    init(context) {
      context.run(async () => {
        context.log.info("got {known}", { known });
        const more = [${
      JSON.stringify(server.url("secret.js"))
    }, "?what=I-saw"];
        await import(more.join("")).catch(({ message }) =>
          context.log.info("refused: {message}", { message }));
      });
    },
  `);
  for (const isolation of ["worker", "process"]) {
    await t.step(isolation, async () => {
      await using folder = await ServiceFolder.make({
        "imports.ts": imports,
        "service.toml":
          `[module.imports]\nimport = "./imports.ts"\nisolation = "${isolation}"\n`,
      });
      await using program = startCaryatid(
        ["run", `--allow-import=${server.host}`, folder.file("service.toml")],
      );
      await program.line(/got known/);
      await program.line(/refused: /);
      program.kill("SIGTERM");
      assert.equal(await program.exitCode(), 0);
    });
  }
  assert.equal(server.count, 1, "of known.js alone");
});

Deno.test("up supervises processes whose modules run in separate processes", async () => {
  const id = unique();
  await using folder = await ServiceFolder.make({
    "answers.ts": ANSWERS,
    "host.ts": HOST,
    "service.toml": service([id, "process"]) +
      `[process.all]\nmodules = ["${id}", "host"]\n`,
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["up", file]);
  await program.line(/says loaded here/);
  const host = await childOf(program.pid, file);
  const pids = await guestPids(id);
  Deno.kill(host, "SIGKILL");
  await gone(pids);
  await program.line(/says loaded here/, 2);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
});

Deno.test("run --watch swaps guests, and leaves no earlier guest behind", async () => {
  const id = unique();
  await using folder = await ServiceFolder.make({
    "answers.ts": ANSWERS,
    "host.ts": HOST,
    "service.toml": service(["inside", "worker"], [id, "process"]),
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["run", "--watch", file]);
  await program.line(/to start Deno is NotCapable/);
  const pids = await guestPids(id);
  assert.equal(pids.length, 1);
  const newer = ANSWERS.replace("loaded here", "newer code");
  await Deno.writeTextFile(folder.file("answers.ts"), newer);
  await program.line(/swapped inside in/);
  await program.line(new RegExp(`swapped ${id} in`));
  await gone(pids);
  assert.equal((await guestPids(id)).length, 1);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
});

/** The process that a command has started for this file. */
async function childOf(pid: number, file: string): Promise<number> {
  const search = `for f in /proc/[0-9]*; do ` +
    `grep -qs "^PPid:.${pid}$" $f/status && ` +
    `grep -qsa "runFiles" $f/cmdline && grep -qsaF "${file}" $f/cmdline && ` +
    `echo "$f"; done; true`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", search] })
    .output();
  return Number(new TextDecoder().decode(stdout).trim().split("/")[2]);
}

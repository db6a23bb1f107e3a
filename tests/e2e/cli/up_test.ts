import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/**
 * Runs on, or ends in one of several ways, depending on its section.
 */
const ACTOR = moduleText(`
  name: "actor",
  config: z.object({ does: z.string().default("stays"), port: z.number().default(0), file: z.string().optional() }),
  permissions: ({ port, file }) => ({
    net: port ? ["127.0.0.1:" + port] : [],
    write: file ? [file] : [],
  }),
  async init(context, { does, port, file }) {
    if (port) {
      globalThis.keptOpen = await Deno.connect({ port });
    }
    context.run(async () => {
      context.log.info("begun");
      if (does === "fails") throw new Error("it broke");
      if (does.startsWith("exits") && port) await keptOpen.read(new Uint8Array(1));
      if (does.startsWith("exits")) Deno.exit(Number(does.slice(6)));
      if (does === "complains") console.error("a complaint");
      if (does === "hangs") return await new Promise(() => {});
      await context.clock.sleep(3_600_000, context.signal).catch(() => {});
      if (file) Deno.writeTextFileSync(file, "its work is finished");
      if (does === "loops") for (;;);
    });
  },
`);

/** Returns a file with an actor in each of these processes. */
function service(does: Readonly<Record<string, string>>, more = ""): string {
  const sections = Object.entries(does).map(([name, what]) =>
    `[module.${name}]\nclass = "actor"\nimport = "./actor.ts"\n${what}\n` +
    `[process.p-${name}]\nmodules = ["${name}"]\n`
  );
  return sections.join("") + more;
}

function folderWith(toml: string): Promise<ServiceFolder> {
  return ServiceFolder.make({ "actor.ts": ACTOR, "service.toml": toml });
}

Deno.test("up starts all processes, prefixes their lines, and stops the last one first", async () => {
  await using folder = await folderWith(service({ a: "", longer: "" }));
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/^p-a {6}\| .*caryatid\.a: begun$/);
  await program.line(/^p-longer \| .*caryatid\.longer: begun$/);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
  const ends = program.lines.flatMap((line) =>
    /^(\S+) .*stopped with exit code (\d)/.exec(line)?.slice(1, 3) ?? []
  );
  assert.deepEqual(ends, ["p-longer", "0", "p-a", "0"]);
  assert.match(await program.stderr, /^p-a {6}\| started$/m);
  assert.match(program.log, /^SIGINT received, stopping all$/m);
  assert(!(program.log + program.lines.join("")).includes("\x1b"));
});

Deno.test("up grants each process only its own permissions", async () => {
  await using server = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = server.addr as Deno.NetAddr;
  const reacher = moduleText(`
    name: "reacher",
    init: async (context) => {
      const { state } = await Deno.permissions.query({ name: "net", host: "127.0.0.1:${port}" });
      context.log.info("net is {state}", { state });
    },
  `);
  await using folder = await ServiceFolder.make({
    "actor.ts": ACTOR,
    "reacher.ts": reacher,
    "service.toml": service({ a: `port = ${port}` }) +
      '[module.reacher]\nimport = "./reacher.ts"\n[process.other]\nmodules = ["reacher"]\n',
  });
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/^p-a .*begun/);
  (await server.accept()).close();
  assert.match(await program.line(/net is/), /^other .*net is (prompt|denied)/);
  await stop(program);
});

Deno.test("up restarts a failed process after 1 s and then 2 s, and not the others", async () => {
  await using folder = await folderWith(
    service({ steady: "", weak: 'does = "fails"' }),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/^p-weak .*begun/, 2);
  const said = (text: string) => () => program.log.includes(text) || undefined;
  for (const wait of [1, 2]) {
    const text = `p-weak   | ended with exit code 1, starts again in ${wait} s`;
    await program.until(said(text), () => text);
  }
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 1);
  assert.equal(
    program.lines.filter((l) => /^p-steady .*begun/.test(l)).length,
    1,
  );
});

Deno.test("up does not restart a process that ended with 0, and exits with 0 at the end", async () => {
  await using folder = await folderWith(
    service({ a: 'does = "exits 0"', b: 'does = "exits 0"' }),
  );
  const ran = await caryatid(["up", folder.file("service.toml")]);
  assert.equal(ran.code, 0);
  for (const name of ["p-a", "p-b"]) {
    assert.match(
      ran.stderr,
      new RegExp(`^${name} \\| ended with exit code 0$`, "m"),
    );
  }
});

Deno.test("up stops all processes if one exits with 2", async () => {
  await using server = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = server.addr as Deno.NetAddr;
  await using folder = await folderWith(
    service({ a: "", b: `does = "exits 2"\nport = ${port}` }),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/^p-a .*begun/);
  (await server.accept()).close();
  assert.equal(await program.exitCode(), 2);
  await program.line(/^p-a .*stopped with exit code 0/);
  assert.doesNotMatch(await program.stderr, /again/);
});

Deno.test("up starts nothing if there is a problem, and exits with 2", async () => {
  await using folder = await folderWith(
    service({ a: "" }) +
      '[module.b]\nimport = "./absent.ts"\n[process.other]\nmodules = ["b"]\n',
  );
  const ran = await caryatid(["up", folder.file("service.toml")]);
  assert.equal(ran.code, 2);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, /error \[LOAD_FAILED\] .*service\.toml:8:1: /);
  assert.doesNotMatch(ran.stderr, /started/);
});

Deno.test("up --only starts the named processes, and reports unknown ones", async () => {
  await using folder = await folderWith(service({ a: "", b: "", c: "" }));
  const file = folder.file("service.toml");
  await using program = startCaryatid(["up", file, "--only", "p-c,p-a"]);
  await program.line(/^p-a .*begun/);
  await program.line(/^p-c .*begun/);
  await stop(program);
  assert(!program.lines.some((line) => line.startsWith("p-b")));
  const ran = await caryatid(["up", file, "--only", "p-x"]);
  assert.equal(ran.code, 2);
  assert.match(
    ran.stderr,
    /\[INVALID_OPTION\] Cannot start only "p-x": expected one of p-a, p-b, p-c/,
  );
});

Deno.test("up runs a file without processes as one process with the file's name", async () => {
  await using folder = await ServiceFolder.make({
    "actor.ts": ACTOR,
    "my shop.toml":
      '[module.actor]\nimport = "./actor.ts"\ndoes = "complains"\n',
  });
  await using program = startCaryatid(["up", folder.file("my shop.toml")]);
  await program.line(/^my-shop \| .*begun/);
  await stop(program);
  assert.match(program.log, /^my-shop \| a complaint$/m);
});

Deno.test("up adds the process as a field of JSON logs", async () => {
  await using folder = await folderWith(
    service({ a: "", b: "" }, '[log]\nformat = "json"\n'),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/"p-a".*begun/);
  await program.line(/"p-b".*begun/);
  await stop(program);
  for (const line of program.lines) {
    assert.match(JSON.parse(line).process, /^p-[ab]$/);
  }
});

Deno.test("up exits with 3 if a process has work left at the stop deadline", async () => {
  await using folder = await folderWith(
    service(
      { a: "", b: 'does = "hangs"' },
      "[lifecycle]\nstop-deadline = 0.2\n",
    ),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/^p-b .*begun/);
  await program.line(/^p-a .*begun/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 3);
  assert.match(program.lines.at(-1)!, /^p-a .*stopped with exit code 0/);
});

Deno.test("up kills a process 3 s after its stop deadline", async () => {
  await using folder = await folderWith(
    service({ a: 'does = "loops"' }, "[lifecycle]\nstop-deadline = 0\n"),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await program.line(/begun/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 3);
  assert.match(program.log, /^p-a \| is late, killing it$/m);
});

Deno.test("a second Ctrl-C kills up and its processes", async () => {
  await using line = Lifelines.open();
  await using folder = await folderWith(
    service(
      { a: `does = "hangs"\nport = ${line.port}` },
      "[lifecycle]\nstop-deadline = 3600\n",
    ),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await line.connected();
  await program.line(/begun/);
  program.kill("SIGINT");
  await program.line(/received, shutting down/);
  program.insist("SIGINT");
  assert.equal(await program.exitCode(), 130);
  await line.cut();
});

Deno.test("processes finish their work and end when up is killed with -9", async () => {
  await using line = Lifelines.open();
  await using folder = await folderWith("");
  const file = folder.file("done.txt");
  await Deno.writeTextFile(
    folder.file("service.toml"),
    service({ a: `port = ${line.port}\nfile = "${file}"` }),
  );
  await using program = startCaryatid(["up", folder.file("service.toml")]);
  await line.connected();
  await program.line(/begun/);
  program.kill("SIGKILL");
  await line.cut();
  assert.equal(await Deno.readTextFile(file), "its work is finished");
});

/**
 * A connection to a child, which the system closes when the child ends.
 */
class Lifelines implements AsyncDisposable {
  readonly #server = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  #connection: Deno.Conn | undefined;

  static open(): Lifelines {
    return new Lifelines();
  }

  get port(): number {
    return (this.#server.addr as Deno.NetAddr).port;
  }

  async connected(): Promise<void> {
    this.#connection = await this.#server.accept();
  }

  /** Resolves when the other end is closed. */
  async cut(): Promise<void> {
    const end = await this.#connection!.read(new Uint8Array(1)).catch(() =>
      null
    );
    assert.equal(end, null);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#connection?.close();
    this.#server.close();
    return Promise.resolve();
  }
}

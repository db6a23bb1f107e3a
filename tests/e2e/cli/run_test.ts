import assert from "node:assert/strict";
import { caryatid, COMMAND, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const TALKER = moduleText(`
  name: "talker",
  config: z.object({ say: z.string().default("hello"), fail: z.boolean().default(false) }),
  init(context, config) {
    context.run(async () => {
      context.log.info("said {say}", { say: config.say });
      if (config.fail) throw new Error("it broke");
      await context.clock.sleep(3_600_000, context.signal).catch(() => {});
    });
  },
`);
const SERVICE = '[module.talker]\nimport = "./talker.ts"\n';

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`run forwards ${signal}, and exits with the code of the process`, async () => {
    await using folder = await ServiceFolder.make({
      "talker.ts": TALKER,
      "service.toml": SERVICE,
    });
    await using program = startCaryatid(["run", folder.file("service.toml")]);
    await program.line(/said hello/);
    program.kill(signal);
    await program.line(new RegExp(`${signal} received, shutting down`));
    assert.equal(await program.exitCode(), 0);
    assert.match(program.lines.at(-1)!, /stopped with exit code 0/);
    assert.equal(await program.stderr, "");
  });
}

Deno.test("run exits with 1 if a module fails", async () => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "service.toml": SERVICE + "fail = true\n",
  });
  const ran = await caryatid(["run", folder.file("service.toml")]);
  assert.equal(ran.code, 1);
  assert.match(
    ran.stdout,
    /\[MODULE_FAILED\] Module "talker" failed: it broke/,
  );
});

Deno.test("run ends with 130 at a second SIGINT, as its process does", async () => {
  await using folder = await ServiceFolder.make({
    "stuck.ts": moduleText(`
      name: "stuck",
      init(context) {
        context.run(() => { context.log.info("begun"); return new Promise(() => {}); });
      },
    `),
    "stuck.toml": '[module.stuck]\nimport = "./stuck.ts"\n' +
      "[lifecycle]\nstop-deadline = 3600\n",
  });
  await using program = startCaryatid(["run", folder.file("stuck.toml")]);
  await program.line(/begun/);
  program.kill("SIGINT");
  await program.line(/received, shutting down/);
  program.insist("SIGINT");
  assert.equal(await program.exitCode(), 130);
});

for (const how of ["run", "run --watch"]) {
  Deno.test(`a second Ctrl-C ends ${how}, also if its code loops without end`, async () => {
    await using folder = await ServiceFolder.make({
      "loop.ts": moduleText(`
        name: "loop",
        init() { console.error("loops in " + Deno.pid); for (;;); },
      `),
      "loop.toml": '[module.loop]\nimport = "./loop.ts"\n',
    });
    const [command, ...options] = how.split(" ");
    await using program = startCaryatid([
      command!,
      folder.file("loop.toml"),
      ...options,
    ]);
    const pid = await program.until(
      () => program.log.match(/loops in (\d+)/)?.[1],
      () => "a loop",
    );
    program.insist("SIGINT");
    assert.equal(await program.exitCode(), 130);
    assert.throws(
      () => Deno.kill(Number(pid), "SIGCONT"),
      Deno.errors.NotFound,
    );
  });
}

Deno.test("run starts nothing if there is a problem, and exits with 2", async (t) => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "wrong.toml": SERVICE + '[module.other]\nimport = "./other.ts"\n',
    "broken.toml": "[module.x",
    "empty.toml": "",
  });
  const cases: [file: string, says: RegExp][] = [
    [
      "wrong.toml",
      /error \[LOAD_FAILED\] .*wrong\.toml:4:1: .*\[module\.other\]/,
    ],
    ["broken.toml", /error \[INVALID_CONFIG\] .*broken\.toml:1:2/],
    ["empty.toml", /found no module; expected one at least/],
    ["none.toml", /none\.toml: .*found no such file/],
  ];
  for (const [file, says] of cases) {
    await t.step(file, async () => {
      const ran = await caryatid(["run", folder.file(file)]);
      assert.equal(ran.code, 2);
      assert.equal(ran.stdout, "");
      assert.match(ran.stderr, says);
    });
  }
});

Deno.test("run --print prints the fewest flags that suffice", async () => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "asks.ts": moduleText(`
      name: "asks", init() {}, config: z.object({ host: z.string() }),
      permissions: ({ host }) => ({ net: [host], env: ["TOKEN"], read: ["ab"] }),
    `),
    "service.toml": `${SERVICE}
      [module.asks]
      import = "./asks.ts"
      host = "api.example.com:443"
      [module.rest-server]
      port = 4999
      [module.record]
      path = "recordings"
      [message-bus.external]
      class = "rabbit-mq"
      url = "amqp://me:secret@broker/"
      [monitor]
      output = "state.json"
    `,
  });
  const file = folder.file("service.toml");
  const { code, stdout } = await caryatid(["run", file, "--print"]);
  assert.equal(code, 0);
  assert.deepEqual(permissionsIn(stdout), [
    "--allow-net=api.example.com:443,127.0.0.1:4999,broker:5672",
    `--allow-read=${file},state.json,state.json.tmp,ab,recordings`,
    "--allow-write=state.json,state.json.tmp,recordings",
    "--allow-env=CARYATID_*,TOKEN",
  ]);
  assert(!stdout.includes("secret"));
});

Deno.test("run adds grants, and passes on denials and flags of Deno", async () => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "service.toml": SERVICE,
  });
  const print = async (...flags: string[]) => {
    const file = folder.file("service.toml");
    return (await caryatid(["run", "--print", file, ...flags])).stdout;
  };
  assert.deepEqual(
    permissionsIn(
      await print(
        "--allow-net=example.com",
        "--allow-env",
        "--allow-sys=hostname",
        "--deny-net=10.0.0.1",
      ),
    ),
    [
      "--deny-net=10.0.0.1",
      "--allow-net=example.com",
      `--allow-read=${folder.file("service.toml")}`,
      "--allow-env",
      "--allow-sys=hostname",
    ],
  );
  assert.deepEqual(permissionsIn(await print("-A")), ["--allow-all"]);
  assert.match(await print("--cached-only"), / --cached-only /);
  // The inspection has downloaded the code again.
  assert.doesNotMatch(await print("--reload"), /--reload/);
  assert.equal(await print("--reload", "--cached-only"), "");
});

Deno.test("a module has no permission without a request, unless the command line grants it", async () => {
  await using folder = await ServiceFolder.make({
    "secret.txt": "a secret",
    "spy.ts": moduleText(`
      name: "spy-out", config: z.object({ file: z.string() }),
      init: (context, { file }) => context.log.info(Deno.readTextFileSync(file)),
    `),
  });
  const file = folder.file("secret.txt");
  await Deno.writeTextFile(
    folder.file("service.toml"),
    `[module.spy-out]\nimport = "./spy.ts"\nfile = "${file}"\n`,
  );
  const args = ["run", folder.file("service.toml")];
  const refused = await caryatid(args);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /\[INIT_FAILED\].*Requires read access/);
  await using program = startCaryatid([...args, `--allow-read=${file}`]);
  await program.line(/a secret/);
  await stop(program);
});

Deno.test("run layers files, and then the environment", async () => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "service.toml": SERVICE + 'say = "base"\n',
    "over.toml": '[module.talker]\nsay = "over"\n',
  });
  const args = ["run", folder.file("service.toml"), folder.file("over.toml")];
  await using over = startCaryatid(args);
  await over.line(/said over/);
  await stop(over);
  await using environment = startCaryatid(args, {
    CARYATID_MODULE__TALKER__SAY: "environment",
  });
  await environment.line(/said environment/);
  await stop(environment);
});

Deno.test("run imports a module over http, from its host and from no other", async () => {
  const text = `export default {
    "~caryatid": { kind: "module", version: 1 },
    name: "remote", description: "", config: undefined, permissions: {},
    init(context) { context.run(async () => { context.log.info("from afar"); }); },
  };`;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) =>
      url.endsWith("/m.js")
        ? new Response(text, { headers: { "content-type": "text/javascript" } })
        : url.endsWith("/elsewhere.js")
        ? Response.redirect("http://localhost:1/m.js")
        : new Response("no such module", { status: 404 }),
  );
  const { port } = server.addr;
  const host = `127.0.0.1:${port}`;
  const section = (name: string) =>
    `[module.remote]\nimport = "http://${host}/${name}.js"\n`;
  await using folder = await ServiceFolder.make({
    "remote.toml": section("m"),
    "absent.toml": section("absent"),
    "elsewhere.toml": section("elsewhere"),
  });
  await using program = startCaryatid(["run", folder.file("remote.toml")]);
  await program.line(/caryatid\.remote: from afar/);
  await stop(program);
  const printed = await caryatid(
    ["run", "--print", folder.file("remote.toml")],
  );
  assert(
    printed.stdout.includes(
      "--allow-import=deno.land:443,jsr.io:443,esm.sh:443,raw.esm.sh:443," +
        "cdn.jsdelivr.net:443,raw.githubusercontent.com:443," +
        `gist.githubusercontent.com:443,${host} `,
    ),
    printed.stdout,
  );
  const absent = await caryatid(["run", folder.file("absent.toml")]);
  assert.equal(absent.code, 2);
  assert.match(
    absent.stderr,
    /\[LOAD_FAILED\] .*absent\.toml:2:1: .*not found/,
  );
  const elsewhere = await caryatid(["run", folder.file("elsewhere.toml")]);
  assert.equal(elsewhere.code, 2);
  assert.match(
    elsewhere.stderr,
    /\[LOAD_FAILED\] .*localhost:1.*Allow it with --allow-import=localhost:1/s,
  );
});

Deno.test("the command of --print runs", async () => {
  await using folder = await ServiceFolder.make({
    "talker.ts": TALKER,
    "service.toml": SERVICE + "fail = true\n",
  });
  const args = ["run", "--print", folder.file("service.toml")];
  const { stdout } = await caryatid(args);
  const { code, stdout: said } = await new Deno.Command("sh", {
    args: ["-c", stdout],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(said), /said hello/);
});

Deno.test("caryatid reports unknown commands and options, and prints help", async (t) => {
  const cases: [args: string[], code: number, says: RegExp][] = [
    [["--version"], 0, /^0\.\d+\.\d+$/],
    [["--help"], 0, /^Usage: caryatid[\s\S]*Examples:\n {2}caryatid check/],
    [["run", "--help"], 0, /--watch[\s\S]*--print[\s\S]*Examples:/],
    [["check", "--help"], 0, /--json[\s\S]*Examples:/],
    [["run", "--prnt", "x.toml"], 2, /\[INVALID_OPTION\].*\n.*--print\?/],
    [["chekc"], 2, /\[INVALID_OPTION\] unknown command.*\n.*check\?/],
    [["run"], 2, /\[INVALID_OPTION\] missing required argument 'files'/],
    [["run", "--allow-net", "--", "x"], 2, /\[INVALID_OPTION\].*equals sign/],
    [["check", "--deadline=soon", "x"], 2, /expected seconds/],
    [[], 2, /^Usage: caryatid/],
  ];
  for (const [args, code, says] of cases) {
    await t.step(["caryatid", ...args].join(" "), async () => {
      const ran = await caryatid(args);
      assert.equal(ran.code, code);
      assert.match(code === 0 ? ran.stdout : ran.stderr, says);
      assert(!(ran.stdout + ran.stderr).includes("\x1b"));
    });
  }
});

/** Returns the permission flags of a printed command. */
function permissionsIn(printed: string): string[] {
  assert(!printed.includes(COMMAND));
  return printed.split(" ").map((word) => word.replaceAll("'", ""))
    .filter((word) => /^--(allow|deny)-/.test(word));
}

Deno.test("run reads files that are symbolic links, and their imports, as in a Kubernetes volume", async (t) => {
  await using folder = await ServiceFolder.make({});
  await Deno.mkdir(folder.file("..2026"));
  await Deno.symlink("..2026", folder.file("..data"));
  const files = {
    "service.toml": '[module.linked]\nimport = "./linked.ts"\n',
    "linked.ts": moduleText(
      'name: "linked", init(context) { context.log.info(SAYS); }',
      'import { SAYS } from "./says.ts";',
    ),
    "says.ts": 'export const SAYS = "said by a link";',
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(folder.file(`..data/${name}`), text);
    await Deno.symlink(`..data/${name}`, folder.file(name));
  }
  const file = folder.file("service.toml");
  const runs = async (...args: readonly string[]) => {
    await using program = startCaryatid(["run", file, ...args]);
    await program.line(/said by a link/);
    await stop(program);
  };
  await t.step("run", () => runs());
  await t.step("with an integrity", async () => {
    const { stdout } = await caryatid(["integrity", file]);
    await Deno.writeTextFile(folder.file("pins.toml"), stdout);
    await runs(folder.file("pins.toml"));
  });
});

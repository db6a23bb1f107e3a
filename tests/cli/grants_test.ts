import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const FILES = {
  "asks.ts": moduleText(`
    name: "asks",
    permissions: { net: ["api.example.com:443"], read: ["/data/x"] },
    init(context) {
      context.run(async () => {
        await context.publish("yours", 1).catch((error) => {
          console.log(error.code, "said with", error.hint);
        });
        Deno.kill(Deno.pid, "SIGTERM");
      });
    },
  `),
};
const WHOLE = `
[module.asks]
import = "./asks.ts"
[module.asks.permissions]
net = ["api.example.com"]
read = ["/data"]
`;

Deno.test("what a module asks for and its file doesn't grant is a problem that names the line to add, and run starts nothing", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "service.toml": `
[module.asks]
import = "./asks.ts"
[module.asks.permissions]
net = ["api.example.com:80"]
`,
  });
  const file = folder.file("service.toml");
  for (const command of ["check", "run", "permissions"]) {
    const { code, stderr } = await caryatid([command, file]);
    assert.equal(code, 2, command);
    assert.deepEqual(stderr.split("\n").slice(0, 2), [
      `error [INVALID_CONFIG] ${file}:5:1: Cannot run module "asks": it asks ` +
      'for net of "api.example.com:443", found no grant of it, wanted one ' +
      '(add "api.example.com:443" to net of [module.asks.permissions])',
      `error [INVALID_CONFIG] ${file}:4:14: Cannot run module "asks": it ` +
      'asks for read of "/data/x", found no grant of it, wanted one ' +
      '(add read = ["/data/x"] to [module.asks.permissions])',
    ]);
  }
});

Deno.test("a path that is asked for is named as the file would have to say it", async () => {
  await using folder = await ServiceFolder.make({
    "asks.ts": moduleText(`
      name: "asks", init() {},
      permissions: { read: [new URL("data/x", import.meta.url).pathname] },
    `),
    "service.toml":
      '[module.asks]\nimport = "./asks.ts"\n[module.asks.permissions]\n',
  });
  const { stderr } = await caryatid(["check", folder.file("service.toml")]);
  assert(stderr.includes('(add read = ["./data/x"] to [module.asks'), stderr);
});

Deno.test("run grants what the file grants, not what is asked for, and topics outside the rights are FORBIDDEN", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "service.toml": `${WHOLE}publish = ["mine"]\n`,
  });
  const file = folder.file("service.toml");
  const printed = await caryatid(["run", file, "--print"]);
  assert.match(printed.stdout, /--allow-net=api\.example\.com --allow-read=/);
  assert.match(printed.stdout, /--allow-read=[^ ]*service\.toml,\/data /);
  const { stdout, code } = await caryatid(["run", file]);
  assert.equal(code, 0);
  assert(
    stdout.includes(
      'FORBIDDEN said with add "yours" to publish of ' +
        `[module.asks.permissions] in ${file}:7`,
    ),
    stdout,
  );
});

Deno.test("permissions shows who has what: the process, a worker in it, or a process of its own", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "service.toml": `
[module.inside]
import = "./asks.ts"
isolation = "worker"
[module.inside.permissions]
net = ["api.example.com"]
read = ["/data"]
[module.apart]
import = "./asks.ts"
isolation = "process"
[module.apart.permissions]
net = ["api.example.com"]
read = ["/data"]
write = ["./out"]
`,
  });
  const file = folder.file("service.toml");
  const { stdout } = await caryatid(["permissions", file]);
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
  const both = "it asks for it, and it is granted";
  const out = folder.file("out");
  assert.deepEqual(rows.slice(3), [
    ["module.inside", "net", "api.example.com", `${both}: to its worker`],
    ["module.inside", "read", "/data", `${both}: to its worker`],
    ["module.apart", "run", Deno.execPath(), "its process is started"],
    ["module.apart", "net", "api.example.com", `${both}: to its process`],
    ["module.apart", "read", "/data", `${both}: to its process`],
    [
      "module.apart",
      "write",
      out,
      "granted, though it doesn't ask for it: to its process",
    ],
    ["message-bus.memory", "-", "-", "it asks for nothing"],
    [""],
    [
      "deno run --unstable-worker-options --allow-net=api.example.com " +
      `--allow-read=${file},/data '--allow-env=CARYATID_*' ` +
      `--allow-run=${Deno.execPath()}`,
    ],
    [""],
    [
      "A worker can have only what its process has, so this has it, too, and modules without isolation with it.",
    ],
    [""],
    [
      "Who may start Deno may do anything: so may modules without isolation here. A module's own process has only what is granted to it.",
    ],
  ]);
});

Deno.test("permissions --json writes what is asked, what is granted, and to whom", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "service.toml": WHOLE.replace("import", 'isolation = "worker"\nimport'),
  });
  const file = folder.file("service.toml");
  const { stdout } = await caryatid(["permissions", "--json", file]);
  const { parts, grants } = JSON.parse(stdout);
  assert.deepEqual(parts[0], {
    who: "module.asks",
    specifier: `file://${folder.file("asks.ts")}`,
    asks: { net: ["api.example.com:443"], read: ["/data/x"] },
    isolation: "worker",
    granted: { net: ["api.example.com"], read: ["/data"] },
  });
  assert.equal(grants.at(-1).holder, "worker");
});

Deno.test("check warns of links that lead out of what is granted: Deno follows them", async () => {
  await using folder = await ServiceFolder.make({
    "quiet.ts": moduleText(`
      name: "quiet", init() {},
      permissions: { read: [new URL("data", import.meta.url).pathname] },
    `),
    "service.toml":
      '[module.quiet]\nimport = "./quiet.ts"\n[module.quiet.permissions]\nread = ["data"]\n',
  });
  const file = folder.file("service.toml");
  const data = folder.file("data");
  await Deno.mkdir(`${data}/sub`, { recursive: true });
  await Deno.symlink(data, `${data}/self`);
  assert.equal((await caryatid(["check", file])).stderr, "");
  await Deno.symlink("/etc", `${data}/sub/out`);
  const { code, stderr } = await caryatid(["check", file]);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /service\.toml:4:1: Module "quiet" is granted read of .* found 1, such as ".*\/sub\/out" to "\/etc", wanted none/,
  );
});

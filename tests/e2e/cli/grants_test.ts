import assert from "node:assert/strict";
import { jail } from "../../support/jail.ts";
import { ROOT } from "../../support/running_program.ts";
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

Deno.test("run reports a request without a grant with the line to add, and starts nothing", async () => {
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
      `error [INVALID_CONFIG] ${file}:4:14: Cannot run module "asks": it ` +
      'asks for read of "/data/x", found no grant of it; expected one ' +
      '(Add read = ["/data/x"] to [module.asks.permissions].)',
      `error [INVALID_CONFIG] ${file}:5:1: Cannot run module "asks": it asks ` +
      'for net of "api.example.com:443", found no grant of it; expected one ' +
      '(Add "api.example.com:443" to net of [module.asks.permissions].)',
    ]);
  }
});

Deno.test("check shows a requested path as the file has to write it", async () => {
  await using folder = await ServiceFolder.make({
    "asks.ts": moduleText(`
      name: "asks", init() {},
      permissions: { read: [new URL("data/x", import.meta.url).pathname] },
    `),
    "service.toml":
      '[module.asks]\nimport = "./asks.ts"\n[module.asks.permissions]\n',
  });
  const { stderr } = await caryatid(["check", folder.file("service.toml")]);
  assert(stderr.includes('(Add read = ["./data/x"] to [module.asks'), stderr);
});

Deno.test("run grants the grants of the file, and other topics are FORBIDDEN", async () => {
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
      'FORBIDDEN said with Add "yours" to publish of ' +
        `[module.asks.permissions] in ${file}:7.`,
    ),
    stdout,
  );
});

Deno.test("permissions lists the grants of the process, of workers and of separate processes", async () => {
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
  const code = [`${ROOT}process/`, `${ROOT}sdk/`, folder.file("asks.ts")];
  assert.deepEqual(rows.slice(1, 4), [
    ["process", "read", code[0], "its code, for workers"],
    ["process", "read", code[1], "its code, for workers"],
    ["module.inside", "read", code[2], "its code"],
  ]);
  assert.deepEqual(rows.slice(6), [
    ["module.inside", "net", "api.example.com", `${both}: to its worker`],
    ["module.inside", "read", "/data", `${both}: to its worker`],
    ["module.apart", "net", "api.example.com", `${both}: to its process`],
    ["module.apart", "read", "/data", `${both}: to its process`],
    [
      "module.apart",
      "write",
      out,
      "granted, though it does not ask for it: to its process",
    ],
    ["message-bus.memory", "-", "-", "it asks for nothing"],
    [""],
    [
      "deno run --unstable-worker-options --allow-net=api.example.com " +
      `--allow-read=${[...code, file, "/data"]} '--allow-env=CARYATID_*'`,
    ],
    [""],
    [
      "A worker can have only permissions that its process has: this process, and so its modules without isolation, have them, too.",
    ],
    [""],
    [
      "caryatid run starts the processes of modules itself: this process has a socket to it for that, not the right to start Deno, which would be every right.",
    ],
    [
      Deno.build.os === "linux"
        ? "limits.memory: the host watches the memory of each separate process"
        : "limits.memory: each separate process reports its memory to its host",
    ],
    ["jail of [module.apart]: auto"],
    [
      "missing" in jail
        ? `this machine has no jail: ${jail.missing}`
        : `this machine has a jail: ${jail.bwrap}`,
    ],
  ]);
});

Deno.test("permissions --json prints requests, grants and holders", async () => {
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

Deno.test("check warns about links that lead out of granted paths", async () => {
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
    /service\.toml:4:1: Module "quiet" is granted read of .* found 1, such as ".*\/sub\/out" to "\/etc"; expected none/,
  );
});

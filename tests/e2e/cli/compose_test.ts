import assert from "node:assert/strict";
import { parse } from "yaml";
import { moduleText, ServiceFolder } from "./service_folder.ts";
import { caryatid, COMMAND } from "./caryatid.ts";
import { ROOT } from "../../support/running_program.ts";

const ASKS = moduleText(`
  name: "asks",
  config: z.object({ data: z.string(), out: z.string() }),
  permissions: ({ data, out }) => ({ read: [data], write: [out], env: ["TOKEN"], net: ["api.example.com:443"] }),
  init() {},
`);

const BROKER = `
[message-bus.external]
class = "rabbit-mq"
url = "amqp://me:top-secret@127.0.0.1:5673/a%24b"
`;

/**
 * https://github.com/compose-spec/compose-spec: the keys of it that are used.
 */
const SERVICE_KEYS = new Set([
  "cap_drop",
  "command",
  "depends_on",
  "environment",
  "healthcheck",
  "hostname",
  "image",
  "read_only",
  "restart",
  "security_opt",
  "stop_grace_period",
  "tmpfs",
  "user",
  "volumes",
  "working_dir",
]);

interface Service {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes: readonly (string | Bind)[];
  readonly [key: string]: unknown;
}

interface Bind {
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

Deno.test("compose prints a container for each process, and the broker between them", async (t) => {
  await using data = await ServiceFolder.make({ "in.json": "{}" });
  await using folder = await ServiceFolder.make({
    "asks.ts": ASKS,
    "My service.toml": `${BROKER}
[lifecycle]
stop-deadline = 20.5
[module.asks]
import = "./asks.ts"
data = "${data.file("in.json")}"
out = "${data.file("recordings")}"
[module.clock]
[process.asks]
modules = ["asks"]
[process.time]
modules = ["clock"]
`,
  });
  const { code, stdout, stderr } = await caryatid([
    "compose",
    folder.file("My service.toml"),
  ]);
  assert.equal(code, 0, stderr);
  const { name, services, volumes } = parse(stdout) as ComposeFile;
  const { asks, time, rabbitmq } = services;

  await t.step(
    "services, volumes and keys are those of the specification",
    () => {
      assert.equal(name, "my-service");
      assert.deepEqual(Object.keys(services), ["asks", "time", "rabbitmq"]);
      assert.deepEqual(volumes, { "deno-dir": {}, rabbitmq: {} });
      for (const service of Object.values(services)) {
        const keys = new Set(Object.keys(service));
        assert.deepEqual([...keys.difference(SERVICE_KEYS)], []);
      }
    },
  );
  await t.step(
    "each runs its own modules, with the permissions that they need",
    () => {
      const flags = asks!.command.filter((word) => word.startsWith("--allow-"));
      assert.deepEqual(flags, [
        "--allow-net=api.example.com:443,rabbitmq:5672",
        `--allow-read=${folder.file("My service.toml")},${
          data.file("in.json")
        }`,
        `--allow-write=${data.file("recordings")}`,
        "--allow-env=CARYATID_*,TOKEN",
      ]);
      assert.equal(asks!.command[0], "run");
      assert.match(
        asks!.command.at(-2)!,
        /,process:"asks",variables:\["CARYATID_MODULE__ASKS__DATA",/,
      );
      assert.equal(asks!.command.at(-1), folder.file("My service.toml"));
      assert.doesNotMatch(time!.command.join(" "), /api\.example|TOKEN|write/);
    },
  );
  await t.step(
    "containers write only granted paths, and do not run as root",
    () => {
      for (const service of [asks!, time!]) {
        assert.equal(service["read_only"], true);
        assert.equal(service["user"], "1993:1993");
        assert.deepEqual(service["cap_drop"], ["ALL"]);
        assert.deepEqual(service["security_opt"], ["no-new-privileges:true"]);
      }
      const root = ROOT.replace(/\/$/, "");
      assert.deepEqual(mounts(asks!), [
        [root, "read"],
        [folder.path, "read"],
        [data.file("in.json"), "read"],
        [data.file("recordings"), "write"],
      ]);
      assert.deepEqual(mounts(time!), [
        [root, "read"],
        [folder.file("My service.toml"), "read"],
      ]);
    },
  );
  await t.step(
    "no secret is in it: compose puts it in from its environment",
    () => {
      assert(!stdout.includes("top-secret"));
      assert.deepEqual(asks!.environment, {
        TOKEN: null,
        CARYATID_MESSAGE_BUS__EXTERNAL__URL:
          "amqp://caryatid:${RABBITMQ_PASSWORD:?expected, for example in .env}" +
          "@rabbitmq:5672/a%24b",
      });
      assert.equal(
        rabbitmq!.environment!["RABBITMQ_DEFAULT_PASS"],
        "${RABBITMQ_PASSWORD:?expected, for example in .env}",
      );
      assert.equal(rabbitmq!.environment!["RABBITMQ_DEFAULT_VHOST"], "a$$b");
    },
  );
  await t.step(
    "it waits for the broker, is started again, and has time to stop",
    () => {
      assert.deepEqual(asks!["depends_on"], {
        rabbitmq: { condition: "service_healthy" },
      });
      assert(rabbitmq!["healthcheck"]);
      assert.equal(asks!["restart"], "on-failure");
      assert.equal(asks!["stop_grace_period"], "24s");
    },
  );
});

Deno.test("compose starts separate processes by caryatid run, in an image with bubblewrap", async () => {
  await using folder = await ServiceFolder.make({
    "quiet.ts": moduleText('name: "quiet", init() {}'),
    "data.txt": "data",
    "service.toml": '[module.quiet]\nimport = "./quiet.ts"\n' +
      'isolation = "process"\n[module.quiet.permissions]\n' +
      'read = ["./data.txt"]\n',
  });
  const file = folder.file("service.toml");
  const { code, stdout, stderr } = await caryatid(["compose", file]);
  assert.equal(code, 0, stderr);
  const { services } = parse(stdout) as ComposeFile;
  const { service } = services as unknown as Record<
    string,
    Record<string, unknown>
  >;
  const { build, command, security_opt: options } = service!;
  assert.match(
    (build as Record<string, string>)["dockerfile_inline"]!,
    /^FROM denoland\/deno:\d[^]*install -y [^\n]*bubblewrap[^]*USER deno\n$/,
  );
  assert.deepEqual((command as string[]).slice(-2), ["run", file]);
  assert.deepEqual(options, [
    "no-new-privileges:true",
    "seccomp:unconfined",
    "apparmor:unconfined",
    "systempaths=unconfined",
  ]);
  assert.equal(service!["image"], undefined);
  const mounts = JSON.stringify(service!["volumes"]);
  assert(mounts.includes(folder.path), mounts);
});

Deno.test("the command of a container runs on this machine", async () => {
  await using folder = await ServiceFolder.make({
    "ends.ts": moduleText(`
      name: "ends",
      init(context) { context.run(() => { throw new Error("it ran"); }); },
    `),
    "a$b.toml": '[module.ends]\nimport = "./ends.ts"\n',
  });
  const { stdout } = await caryatid(["compose", folder.file("a$b.toml")]);
  const { services } = parse(stdout) as ComposeFile;
  const { command } = services["a-b"]!;
  assert.match(command.at(-1)!, /\/a\$\$b\.toml$/);
  const { code, stdout: said } = await new Deno.Command(Deno.execPath(), {
    // Compose reads a doubled dollar sign as one.
    args: command.map((word) => word.replaceAll("$$", "$")),
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(said), /Module "ends" failed: it ran/);
});

Deno.test("compose adds no container for a broker on another host", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": `[module.clock]${
      BROKER.replace("127.0.0.1", "broker.example")
    }`,
  });
  const { stdout } = await caryatid(["compose", folder.file("service.toml")]);
  const { services } = parse(stdout) as ComposeFile;
  assert.deepEqual(Object.keys(services), ["service"]);
  assert.equal(services["service"]!.environment, undefined);
  assert(
    services["service"]!.command.includes("--allow-net=broker.example:5673"),
  );
  assert(!stdout.includes("top-secret"));
});

Deno.test("compose mounts the folder of a written file, and supports a process called rabbitmq", async () => {
  await using folder = await ServiceFolder.make({ "deno.json": "{}" });
  const toml = (output: string) => `
[module.clock]
[process.rabbitmq]
modules = ["clock"]
${BROKER}
[monitor]
output = "${output}"
`;
  await Deno.mkdir(folder.file("state"));
  await Deno.writeTextFile(
    folder.file("service.toml"),
    toml(folder.file("state/now.json")),
  );
  const { stdout } = await caryatid(["compose", folder.file("service.toml")]);
  const { services } = parse(stdout) as ComposeFile;
  assert.deepEqual(Object.keys(services), ["rabbitmq", "rabbitmq-broker"]);
  assert(
    mounts(services["rabbitmq"]!).some(([path, may]) =>
      path === folder.file("state") && may === "write"
    ),
  );
});

Deno.test("compose prints the problems of a wrong configuration, and exits with 2", async () => {
  await using folder = await ServiceFolder.make({ "x.toml": "[module.clokc]" });
  const ran = await caryatid(["compose", folder.file("x.toml")]);
  assert.equal(ran.code, 2);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, /\[UNKNOWN_CLASS\]/);
  assert(!ran.stderr.includes(COMMAND));
});

function mounts({ volumes }: Service): [path: string, may: string][] {
  return volumes.filter((volume) => typeof volume === "object").map(
    ({ source, target, read_only }) => {
      assert.equal(source, target);
      return [source, read_only ? "read" : "write"];
    },
  );
}

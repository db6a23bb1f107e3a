import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";
import { SINGLE_KEYS } from "./input.ts";

const TOML = `
[module.rest-server]
port = 1
[message-bus.ext]
class = "rabbit-mq"
`;
const ENV = {
  CARYATID_MODULE__REST_SERVER__PORT: "2",
  "CARYATID_MODULE.REST_SERVER.ADDRESS": "x",
  CARYATID_MODULE__REST_SERVER__TOPIC: "x",
  CARYATID_MODULE__REST_SERVER__ON_FAILURE: "ignore",
  CARYATID_MESSAGE_BUS__EXT__URL: "amqp://h",
  CARYATID_LOG__LEVEL: "debug",
};

// In a separate process: variables are shared with the other tests.
Deno.test("D17 readConfig() reads the variables that it may read, and prompts for no others", async (t) => {
  await t.step("--allow-env: all", async () => {
    assert.deepEqual(await run("--allow-env"), {
      section: { port: 2, address: "x", topic: "x" },
      onFailure: "ignore",
      settings: { url: "amqp://h" },
      level: "debug",
    });
  });

  await t.step("--allow-env=CARYATID_*: those of known keys", async () => {
    assert.deepEqual(await run("--allow-env=CARYATID_*"), {
      section: { port: 2 },
      onFailure: "ignore",
      settings: { url: "amqp://h" },
      level: "debug",
    });
  });

  await t.step(
    "--allow-env with some denied: those of known keys",
    async () => {
      assert.deepEqual(
        await run("--allow-env", "--deny-env=CARYATID_LOG__LEVEL"),
        {
          section: { port: 2 },
          onFailure: "ignore",
          settings: { url: "amqp://h" },
          level: "info",
        },
      );
    },
  );

  await t.step("one variable: that one", async () => {
    const { level, section } = await run("--allow-env=CARYATID_LOG__LEVEL");
    assert.deepEqual([level, section], ["debug", { port: 1 }]);
  });

  await t.step("--allow-env=ACROPOLIS_*: those of known keys", async () => {
    const env = Object.fromEntries(
      Object.entries(ENV).map(([name, value]) => [
        name.replace("CARYATID", "ACROPOLIS"),
        value,
      ]),
    );
    const found = await runWith({ env, envPrefix: "ACROPOLIS" }, [
      "--allow-env=ACROPOLIS_*",
    ]);
    assert.deepEqual([found.level, found.section], ["debug", { port: 2 }]);
  });

  await t.step("no permission: none", async () => {
    const { level, section } = await run();
    assert.deepEqual([level, section], ["info", { port: 1 }]);
  });
});

Deno.test("every key that a variable may set without a file is a key of the process", async () => {
  const values: Record<string, string> = {
    "import.hosts": "[]",
    "isolation.jail": "off",
    "log.format": "json",
    "log.level": "warn",
    "monitor.opentelemetry": "true",
    "monitor.control": '["pause"]',
    "monitor.output": "x",
    "tracing.sample": "0.5",
  };
  const env = Object.fromEntries(SINGLE_KEYS.map((key) => [
    `CARYATID_${key.toUpperCase().replaceAll("-", "_").replaceAll(".", "__")}`,
    values[key] ?? (key.endsWith("topic") ? "x" : "3"),
  ]));
  const config = await readConfig("", { env });
  assert.deepEqual(config.notices, []);
  assert.equal(config.startupTopic, "x");
  assert.equal(config.stopDeadline, 3000);
});

interface Outcome {
  section: unknown;
  onFailure: string;
  settings: unknown;
  level: string;
}

async function run(...flags: string[]): Promise<Outcome> {
  return await runWith({ env: ENV }, flags);
}

async function runWith(
  { env, envPrefix }: {
    readonly env: Readonly<Record<string, string>>;
    readonly envPrefix?: string;
  },
  flags: readonly string[],
): Promise<Outcome> {
  const options = JSON.stringify({ envPrefix });
  const program = `
    import { readConfig } from "./read_config.ts";
    const { modules, buses, log } = await readConfig(${
    JSON.stringify(TOML)
  }, ${options});
    const [{ section, onFailure }] = modules;
    const { settings } = buses[0];
    console.log(JSON.stringify({ section, onFailure, settings, level: log.level }));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...flags, "-"],
    cwd: new URL(".", import.meta.url),
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

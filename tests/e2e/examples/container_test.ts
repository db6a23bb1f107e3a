import assert from "node:assert/strict";
import { parse } from "yaml";
import { brokerTest } from "../../broker/shared_broker.ts";
import { caryatid } from "../cli/caryatid.ts";
import { CompiledFile } from "../cli/compiling.ts";
import { ROOT } from "../../support/running_program.ts";

const FOLDER = `${ROOT}examples/container`;
const CONFIG = `${FOLDER}/caryatid.toml`;
const dockerfile = await Deno.readTextFile(`${FOLDER}/Dockerfile`);

interface Service {
  readonly build?: {
    readonly context: string;
    readonly dockerfile: string;
    readonly args: Readonly<Record<string, string>>;
  };
  readonly environment: Readonly<Record<string, string>>;
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] | string };
}

const { services } = parse(
  await Deno.readTextFile(`${FOLDER}/docker-compose.yml`),
  { merge: true },
) as { readonly services: Readonly<Record<string, Service>> };

/** Returns the instructions, each on one line. */
const instructions = dockerfile.replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "").split("\n").filter((line) => line !== "");

Deno.test("examples/container: the Dockerfile has what the machine has, and runs a command that is right", async () => {
  const [run] = instructions.filter((line) => line.startsWith("RUN "));
  const [, script, args] = run!.match(/^RUN deno run -A (\S+) (.*)$/)!;
  assert((await Deno.stat(`${ROOT}${script}`)).isFile);
  const out = await Deno.makeTempDir();
  const words = args!.replace('"${PROCESS}"', "web").replace(
    "/service",
    `${out}/service`,
  ).replace("examples/", `${ROOT}examples/`).split(" ");
  const { code, stderr } = await caryatid([...words, "--print"]);
  assert.equal(code, 0, stderr);
  await Deno.remove(out, { recursive: true });
  assert(instructions.includes(`ARG DENO_VERSION=${Deno.version.deno}`));
});

Deno.test("examples/container: one binary runs without root and receives signals itself", () => {
  const last = instructions.slice(
    instructions.findLastIndex((line) => line.startsWith("FROM ")),
  );
  assert.deepEqual(last, [
    "FROM gcr.io/distroless/cc-debian12:nonroot",
    "COPY --from=build /service /service",
    "USER nonroot",
    "EXPOSE 8080",
    'ENTRYPOINT ["/service"]',
  ]);
});

Deno.test("examples/container: compose builds each process of the file, and gives it time to stop", async (t) => {
  const toml = await Deno.readTextFile(CONFIG);
  const names = [...toml.matchAll(/^\[process\.(\w+)\]/gm)].map(([, name]) =>
    name!
  );
  const [, deadline] = toml.match(/^stop-deadline = (\d+)/m)!;
  const built = Object.entries(services).filter(([, { build }]) => build);
  assert.deepEqual(built.map(([name]) => name).sort(), names.toSorted());
  for (const [name, { build, stop_grace_period, environment }] of built) {
    await t.step(name, async () => {
      assert.equal(build!.args["PROCESS"], name);
      const context = `${FOLDER}/${build!.context}`;
      assert.equal(
        await Deno.realPath(`${context}/${build!.dockerfile}`),
        await Deno.realPath(`${FOLDER}/Dockerfile`),
      );
      assert(parseInt(stop_grace_period!) > Number(deadline));
      assert.match(
        environment["CARYATID_MESSAGE_BUS__EXTERNAL__URL"]!,
        /^amqp:\/\/caryatid:\$\{RABBITMQ_PASSWORD:\?.*\}@rabbitmq:5672\//,
      );
    });
  }
  const [, , ...health] = services["web"]!.healthcheck!.test;
  assert.deepEqual(health, ["--health", "http://0.0.0.0:8080/health/ready"]);
});

brokerTest(
  "examples/container: web answers by greeter over the broker, is healthy, and both stop by SIGTERM",
  async ({ url, exchange }) => {
    const out = await Deno.makeTempDir();
    const env = {
      CARYATID_MESSAGE_BUS__EXTERNAL__URL: url,
      CARYATID_MESSAGE_BUS__EXTERNAL__EXCHANGE: exchange,
      CARYATID_MODULE__REST_SERVER__PORT: "0",
    };
    const written = (process: string) =>
      CompiledFile.write([
        ...[CONFIG, "--process", process, "-o", `${out}/${process}`],
        "--allow-net", // a free port of this machine
      ]);
    {
      await using webFile = await written("web");
      await using greeterFile = await written("greeter");
      await using web = webFile.start([], env);
      await using greeter = greeterFile.start([], env);
      const line = await web.line(/listening on/);
      const [, port] = line.match(/http:\/\/0\.0\.0\.0:(\d+)/)!;
      await greeter.line(/module .*greeter/);
      const health = `http://0.0.0.0:${port}/health/ready`;
      await using probe = webFile.start(["--health", health]);
      assert.equal(await probe.exitCode(), 0);
      assert.deepEqual(await answer(`http://127.0.0.1:${port}/hello/Ada`), {
        hello: "Ada",
      });
      for (const program of [web, greeter]) {
        program.kill("SIGTERM");
        assert.equal(await program.exitCode(), 0);
      }
      await using late = webFile.start(["--health", health]);
      assert.equal(await late.exitCode(), 1);
      assert.match(await late.stderr, /refused/);
    }
    await Deno.remove(out, { recursive: true });
  },
);

/** Answer of a handler; 404 until one is subscribed. */
async function answer(url: string): Promise<unknown> {
  for (;;) {
    const response = await fetch(url);
    if (response.status === 200) return await response.json();
    assert.equal(response.status, 404);
    await response.body?.cancel();
  }
}

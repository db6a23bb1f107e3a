/**
 * Programs of users on Node.js and Bun, with the packages in the form of npm:
 * their output and their end.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { certificateFiles } from "../../modules/rest_server/testing/certificate_files.ts";
import {
  RawClient,
  statusOf,
} from "../../modules/rest_server/testing/raw_client.ts";
import { withBroker } from "../broker/shared_broker.ts";
import { RunningProgram } from "../support/running_program.ts";
import { NpmForm } from "./npm_form.ts";
import { meetBadClients, restAnswers } from "./rest_answers.ts";
import { bun, node, node20, type Runtime, runtimeTest } from "./runtime.ts";

const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));
const LISTENING = /listening on http:\/\/127\.0\.0\.1:(\d+)/;

const anyRuntime = [node, bun].some((each) => typeof each !== "string");
/** Text of the error by the argument of the program. */
const FOR_DENO: Readonly<Record<string, RegExp>> = {
  remote:
    /\[LOAD_FAILED\].*"jsr:@scope\/name".*only Deno imports jsr: at run time; install the package/,
  pinned:
    /\[LOAD_FAILED\].*no way on .* to run just what was hashed.*Remove integrity/,
  isolated:
    /\[INVALID_CONFIG\].*module\.isolated\.isolation: found "worker" on .* which isolates no modules/,
};
let form: NpmForm;
if (anyRuntime) {
  Deno.test.beforeAll(async () => {
    form = await NpmForm.make(PROGRAMS);
  });
  Deno.test.afterAll(() => form[Symbol.asyncDispose]());
}

/** Runs a program as its user would. */
function run(
  { path }: Runtime,
  program: string,
  ...args: string[]
): RunningProgram {
  return new RunningProgram([form.program(program), ...args], {}, {
    command: path,
  });
}

/** Resolves with the address of its REST server. */
async function portOf(running: RunningProgram): Promise<number> {
  return Number(LISTENING.exec(await running.line(LISTENING))![1]);
}

async function stopsCleanly(running: RunningProgram): Promise<void> {
  running.kill("SIGTERM");
  assert.equal(await running.exitCode(), 0, running.lines.join("\n"));
  assert.equal(await running.stderr, "");
}

for (
  const [name, runtime, kit] of [
    ["Node 22", node, ["--test", "--test-reporter=tap"]],
    ["Bun", bun, ["test", "--timeout=60000"]],
  ] as const
) {
  runtimeTest(
    runtime,
    `on ${name} modules publish, receive, request and are refused, by class, import or name`,
    async (runtime) => {
      await using running = run(runtime, "in_memory");
      assert.match(await running.line(/Caryatid/), runtime.name);
      await running.line(
        /greeter: received greet\.world: \{ hello: 'world' \}/,
      );
      await running.line(/spy: received greet\.world: \{ hello: "world" \}/);
      await running.line(/shout: GREET\.WORLD!/);
      await running.line(/shout: publishing elsewhere: FORBIDDEN/);
      await running.line(/asked: \{ answer: 42 \}/);
      await running.line(/refused: NO_HANDLER/);
      await stopsCleanly(running);
      const monitor = `${form.path}/monitor.json`;
      const seen = JSON.parse(await Deno.readTextFile(monitor));
      assert.equal(seen.greeter.writes["greet.world"].written, 1);
    },
  );

  runtimeTest(
    runtime,
    `on ${name} the REST server answers as on Deno`,
    async (runtime) => {
      await using running = run(runtime, "in_memory");
      await restAnswers(await portOf(running));
      await stopsCleanly(running);
    },
  );

  runtimeTest(
    runtime,
    `on ${name} clients that leave early or do not speak HTTP affect no other client`,
    async (runtime) => {
      await using running = run(runtime, "in_memory");
      await meetBadClients(await portOf(running));
      await stopsCleanly(running);
    },
  );

  runtimeTest(
    runtime,
    `on ${name} the REST server serves HTTPS`,
    async ({ path }) => {
      await using files = await certificateFiles();
      const env = {
        CARYATID_MODULE__REST_SERVER__TLS__CERT: files.cert,
        CARYATID_MODULE__REST_SERVER__TLS__KEY: files.key,
      };
      await using running = new RunningProgram(
        [form.program("in_memory")],
        env,
        { command: path },
      );
      const listening = await running.line(/listening on https:/);
      const [url] = /https:\S+/.exec(listening)!;
      using client = Deno.createHttpClient({ caCerts: [files.authority] });
      const answer = await fetch(`${url}/hello/Ada`, { client });
      assert.equal((await answer.json()).name, "Ada");
      await stopsCleanly(running);
    },
  );

  runtimeTest(
    runtime,
    `on ${name} pages receive live messages, and a stop ends their streams`,
    async (runtime) => {
      await using running = run(runtime, "in_memory");
      const port = await portOf(running);
      await using page = await RawClient.connect(port);
      await page.send(
        "GET /live/events?topic=clock.tick HTTP/1.1\r\nHost: a\r\n\r\n",
      );
      await page.until((text) => text.includes('"number"'));
      assert.equal(statusOf(page.text), 200);
      await stopsCleanly(running);
      await page.ended();
    },
  );

  for (
    const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const
  ) {
    runtimeTest(
      runtime,
      `D6 on ${name} a program that never stops exits with ${exitCode} on ${signal} and ${signal}`,
      async (runtime) => {
        await using running = run(runtime, "in_memory", "never");
        await running.line(/asked/);
        running.kill(signal);
        await running.line(/received, shutting down/);
        running.insist(signal);
        assert.equal(await running.exitCode(), exitCode);
      },
    );
  }

  runtimeTest(
    runtime,
    `D5 on ${name} a module that runs at the stop deadline ends with the program, and the exit code is 3`,
    async (runtime) => {
      await using running = run(runtime, "in_memory", "late");
      await running.line(/asked/);
      running.kill("SIGTERM");
      assert.equal(await running.exitCode(10_000), 3);
      assert.match(
        running.lines.join("\n"),
        /\[DRAIN_TIMEOUT\].*: greeter.*\n.*stopped with exit code 3$/,
      );
    },
  );

  runtimeTest(
    runtime,
    `on ${name} what is recorded is played, and a folder has one recorder`,
    async (runtime) => {
      await Deno.remove(`${form.path}/recording`, { recursive: true })
        .catch(() => {}); // the other runtime may have created it
      await using running = run(runtime, "record");
      assert.equal(await running.exitCode(), 0, await running.stderr);
      assert.deepEqual(running.lines, [
        "refused: FOLDER_IN_USE",
        "recorded as many as received, or more: true",
        "played all",
      ]);
    },
  );

  runtimeTest(
    runtime,
    `on ${name} a process whose output has no reader continues, and stops on SIGINT`,
    async ({ path }) => {
      const child = new Deno.Command(path, {
        args: [form.program("in_memory")],
        env: { CARYATID_MODULE__SPY__TOPIC: "clock.tick" },
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const output = child.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      let text = "";
      while (!LISTENING.test(text)) text += (await output.read()).value;
      await output.cancel();
      await using page = await RawClient.connect(
        Number(LISTENING.exec(text)![1]),
      );
      await page.send(
        "GET /live/events?topic=clock.tick HTTP/1.1\r\nHost: a\r\n\r\n",
      );
      // The spy has logged some of them without a reader.
      await page.until((text) => text.split('"number"').length > 5);
      child.kill("SIGINT");
      assert.equal((await child.status).code, 0);
    },
  );

  for (const how of ["throw", "reject"]) {
    runtimeTest(
      runtime,
      `D6 on ${name} an uncaught error is logged, and the exit code is 1 (${how})`,
      async (runtime) => {
        await using running = run(runtime, "in_memory", how);
        assert.equal(await running.exitCode(), 1);
        assert.match(
          running.lines.join("\n"),
          /an uncaught error ends the process.*\n.*Error: uncaught/,
        );
      },
    );
  }

  runtimeTest(
    runtime,
    `on ${name} a missing configuration is reported, and the exit code is 2`,
    async (runtime) => {
      await using running = run(runtime, "in_memory", "without a file");
      assert.equal(await running.exitCode(), 2);
      assert.match(
        running.lines.join("\n"),
        /\[INVALID_CONFIG\].*no such file/,
      );
    },
  );

  for (const [what, says] of Object.entries(FOR_DENO)) {
    runtimeTest(
      runtime,
      `on ${name} a module that is to be ${what} does not run, and the error has a remedy`,
      async (runtime) => {
        await using running = run(runtime, "in_memory", what);
        assert.equal(await running.exitCode(), 2);
        const text = running.lines.join("\n");
        assert.match(text, says);
        assert.doesNotMatch(text, /listening/);
      },
    );
  }

  runtimeTest(
    runtime,
    `on ${name} a variable overrides the configuration`,
    async ({ path }) => {
      const env = { CARYATID_LOG__FORMAT: "json" };
      await using running = new RunningProgram(
        [form.program("in_memory")],
        env,
        {
          command: path,
        },
      );
      const line = JSON.parse(await running.line(/Caryatid/));
      assert.equal(line.level, "INFO");
      await stopsCleanly(running);
    },
  );

  const overRabbitMq =
    `on ${name} a process receives and answers over RabbitMQ`;
  withBroker(overRabbitMq, (broker) => {
    runtimeTest(runtime, overRabbitMq, async (runtime) => {
      const { url, exchange } = broker();
      await using running = run(runtime, "rabbit_mq", url, exchange);
      await running.line(/received \{.* bytes: /);
      await running.line(/asked: \{ answer: 1099511627776 \}/);
      await stopsCleanly(running);
    });
  });

  for (const program of ["testing_kit", "conformance"]) {
    runtimeTest(
      runtime,
      `on ${name} the SDK's testing kit finds nothing wrong (${program})`,
      async ({ path }) => {
        await using running = new RunningProgram(
          [...kit, form.program(program)],
          {},
          { command: path },
        );
        const exitCode = await running.exitCode();
        const said = [...running.lines, await running.stderr].join("\n");
        assert.equal(exitCode, 0, said);
        assert.match(said, /^# pass [1-9]|^ *[1-9]\d* pass$/m);
        assert.match(said, /^# fail 0$|^ *0 fail$/m);
      },
    );
  }
}

runtimeTest(
  node20,
  "on Node 20 a process does not start, and the error names the oldest supported version",
  async (runtime) => {
    await using running = run(runtime, "in_memory");
    assert.equal(await running.exitCode(), 1);
    assert.match(
      running.lines.join("\n"),
      /\[WRONG_VERSION\] Cannot run on "Node\.js 20\..*expected 22 or later/,
    );
  },
);

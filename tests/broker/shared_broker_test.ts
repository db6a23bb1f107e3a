import assert from "node:assert/strict";
import { RunningProgram } from "../support/running_program.ts";
import { openClient } from "./amqp_client.ts";
import { freePort } from "./free_port.ts";
import { PrivateBroker } from "./private_broker.ts";
import { brokerTest } from "./shared_broker.ts";
import { silentServer } from "./wrong_servers.ts";

const FIXTURE = new URL("./shared_broker_fixture.ts", import.meta.url).pathname;
const seen = new Set<string>();

for (const nth of ["one", "another"]) {
  brokerTest(
    `brokerTest() gives ${nth} test a broker and a new exchange name`,
    async ({ url, exchange }) => {
      assert(!seen.has(exchange));
      seen.add(exchange);
      await using client = await openClient(url);
      await client.channel.assertExchange(exchange, "topic", {
        durable: false,
      });
      await client.channel.deleteExchange(exchange);
    },
  );
}

Deno.test("brokerTest() ignores a test where there is no broker, and says why without the password", async (t) => {
  await t.step("nobody listens", async () => {
    const port = freePort();
    const why = `no broker at 127.0.0.1:${port}: connect ECONNREFUSED`;
    await assertSkipped(port, why);
  });
  await t.step("somebody is silent", async () => {
    await using silent = await silentServer();
    const why = `no broker at 127.0.0.1:${silent.port}: connect ETIMEDOUT`;
    await assertSkipped(silent.port, why);
  });
});

const reason = PrivateBroker.unavailable();
Deno.test({
  name:
    `brokerTest() starts one private broker for a file where none is shared${
      reason === undefined ? "" : ` (skipped: ${reason})`
    }`,
  ignore: reason !== undefined,
  async fn() {
    const { code, output } = await runFixture(freePort());
    assert.match(output, /2 passed/);
    assert.equal(code, 0);
  },
});

async function assertSkipped(port: number, why: string): Promise<void> {
  const absent = { CARYATID_TEST_RABBITMQ: "/nowhere" };
  const { code, output } = await runFixture(port, absent);
  assert(output.includes(`the first (skipped: ${why}`), output);
  assert.match(output, /no rabbitmq-server in \/nowhere\) \.\.\. ignored/);
  assert.doesNotMatch(output, /s3cr3t/);
  assert.equal(code, 0);
}

async function runFixture(
  port: number,
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  await using program = new RunningProgram(
    ["test", "-P=test", "--no-prompt", FIXTURE],
    { CARYATID_TEST_AMQP: `amqp://guest:s3cr3t@127.0.0.1:${port}`, ...env },
  );
  const code = await program.exitCode();
  const output = `${program.lines.join("\n")}\n${await program.stderr}`;
  return { code, output };
}

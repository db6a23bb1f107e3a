import assert from "node:assert/strict";
import { freePort } from "../../broker/free_port.ts";
import { brokerTest } from "../../broker/shared_broker.ts";
import { EXPECTED } from "./expected.ts";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";
import { blocksIn, distinct, outputsIn, readmeOf } from "./readme.ts";

const EXAMPLES = ["simple", "typed", "request", "multi"];

/** Lines that appear only if the requester starts before the responder. */
const PASSING = 'NO_HANDLER: Cannot get an answer on "test.request"';

const SIMPLE = "examples/simple/rabbitmq.ts";
const BOTH = ["run", "--allow-run=deno", "examples/both.ts", SIMPLE];
const MAY_READ = "--allow-env=CARYATID_*";

for (const name of EXAMPLES) {
  brokerTest(
    `examples/${name} prints over RabbitMQ what its README shows, and Ctrl-C ends both processes`,
    async (broker) => {
      const readme = await readmeOf(name);
      const [, command = ""] = blocksIn(readme, "sh");
      const [, output = []] = outputsIn(readme);
      await using both = new Program(argumentsOf(command), variables(broker));
      await both.until(EXPECTED[name]!);
      both.interrupt();
      assert.equal(await both.ended(), 0);
      assert.equal(await both.errors(), "");
      const printed = both.lines.filter((line) => !line.includes(PASSING));
      assert.deepEqual(distinct(output), distinct(printed));
    },
  );
}

brokerTest(
  "the halves of examples/simple come and go in any order",
  async (broker) => {
    const [, , commands = ""] = blocksIn(await readmeOf("simple"), "sh");
    const [listen = "", publish = ""] = commands.split("\n");
    // The permissions of the README, and those for a new exchange.
    const start = (command: string) => {
      const [run = "", ...rest] = argumentsOf(command);
      return new Program([run, MAY_READ, ...rest], variables(broker));
    };
    await using first = start(publish);
    await first.until(["publisher: Sending"]);
    await using subscriber = start(listen);
    await subscriber.until(["subscriber: Received"]);
    first.interrupt();
    assert.equal(await first.ended(), 0);
    const received = subscriber.lines.filter((line) =>
      line.includes("Received")
    );
    await using second = start(publish);
    await subscriber.until([...received, "subscriber: Received"]);
    for (const half of [second, subscriber]) {
      half.interrupt();
      assert.equal(await half.ended(), 0);
      assert.equal(await half.errors(), "");
    }
  },
);

brokerTest(
  "examples/simple/rabbitmq.ts without arguments runs both halves",
  async (broker) => {
    const permissions = ["--allow-net", MAY_READ];
    await using program = Program.run(SIMPLE, permissions, variables(broker));
    await program.until(EXPECTED.simple!);
    program.interrupt();
    assert.equal(await program.ended(), 0);
  },
);

Deno.test("an example without a broker logs it, tries until start-deadline, and exits with 1", async () => {
  const url = absent();
  const env = {
    ...variables({ url }),
    CARYATID_LIFECYCLE__START_DEADLINE: "3",
  };
  await using program = Program.run(SIMPLE, ["--allow-net", MAY_READ], env);
  assert.equal(await program.ended(), 1);
  const { host } = new URL(url);
  await program.until([
    `no connection to ${host}`,
    "[BUS_UNAVAILABLE]",
    "stopped with exit code 1",
  ]);
});

Deno.test("examples/both.ts counts a Ctrl-C of the terminal and its copy from deno task as one", async () => {
  const halves = ["subscriber", "publisher"];
  const env = variables({ url: absent() });
  await using both = new Program([...BOTH, ...halves], env);
  await both.until([
    "subscriber | WARN  caryatid.external: no connection",
    "publisher  | WARN  caryatid.external: no connection",
  ]);
  both.interrupt();
  both.interrupt();
  assert.equal(await both.ended(), 0);
  await both.until(halves.map(() => "stopped with exit code 0"));
});

Deno.test("examples/both.ts ends all processes when one ends by itself, with its exit code", async () => {
  const env = variables({ url: absent() });
  await using both = new Program([...BOTH, "subscriber", "absent"], env);
  assert.equal(await both.ended(), 2);
  assert.equal(
    await both.errors(),
    'absent     | found "absent"; expected subscriber or publisher\n',
  );
});

Deno.test("a task of each example starts it over RabbitMQ as its README does", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  for (const name of EXAMPLES) {
    const [, command] = blocksIn(await readmeOf(name), "sh");
    assert.equal(`${tasks[`example:${name}:rabbitmq`]}\n`, command);
  }
});

/** Arguments after `deno`. */
function argumentsOf(command: string): string[] {
  const [deno, ...rest] = command.trim().split(" ");
  assert.equal(deno, "deno");
  return rest;
}

function variables(
  broker: { readonly url: string; readonly exchange?: string },
): Record<string, string> {
  const { url, exchange = "caryatid" } = broker;
  return {
    CARYATID_MESSAGE_BUS__EXTERNAL__URL: url,
    CARYATID_MESSAGE_BUS__EXTERNAL__EXCHANGE: exchange,
  };
}

/** Address at which no broker listens. */
function absent(): string {
  return `amqp://127.0.0.1:${freePort()}`;
}

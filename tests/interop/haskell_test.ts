// All in one file, as files are run in parallel and ghc builds into one folder.
import { defineTopic, Float } from "@caryatid/sdk";
import { defineEnum, i64, struct, text, unit } from "@caryatid/sdk/rust";
import assert from "node:assert/strict";
import {
  badCases,
  goodCases,
  rustInputs,
} from "../../process/codec/testing/vectors.ts";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { openClient } from "../broker/amqp_client.ts";
import { FaultProxy } from "../broker/fault_proxy.ts";
import { freePort } from "../broker/free_port.ts";
import { Program } from "../e2e/examples/program.ts";
import {
  blocksIn,
  distinct,
  outputsIn,
  readmeOf,
} from "../e2e/examples/readme.ts";
import { ROOT } from "../support/running_program.ts";
import { ANSWER, HELLO, REFUSED } from "./haskell_bytes.ts";
import { haskellTest } from "./haskell_case.ts";
import { HaskellPeer, variables } from "./haskell_peer.ts";
import { listen, send, startOurs } from "./haskell_wire.ts";

const README = await readmeOf("haskell");
const COMMAND = blocksIn(README, "sh").map((block) => block.trim())
  .find((command) => command.startsWith("deno run ")) ?? "";

/** The output of ghc depends on earlier builds. */
const BUILDING = /^(\[\d of \d\] (Compiling|Linking)|Linking) /;

const EXPECTED = [
  'haskell    | Received: TestMessage (Test {dataField = "Hello, world!", numberField = 42})',
  "haskell    | Response sent.",
  "typescript | INFO  caryatid.greeter: Received test: Hello from Haskell! 42",
];

const INSTALL = "sudo apt install ghc librabbitmq-dev";

const Message = defineEnum({
  None: unit,
  Test: struct({ data: text, number: i64 }),
  String: text,
});

haskellTest(
  "Haskell answers a test of Rust's in the very bytes that Rust's own example has",
  async (broker) => {
    await using peer = await HaskellPeer.listening(broker);
    await using raw = await openClient(broker.url);
    const answers = await listen(raw.channel, broker.exchange);
    send(raw.channel, broker, HELLO);
    assert.equal(await answers.next(), ANSWER);
    assert.deepEqual(await peer.stop(), { code: 0, complaints: [] });
    assert.deepEqual(peer.received, [
      'TestMessage (Test {dataField = "Hello, world!", numberField = 42})',
    ]);
  },
);

haskellTest(
  "Haskell reads a declared enum of ours, with its fields in any order, and is read: all 64 bits, both ways",
  async (broker) => {
    // Its name is not ASCII either.
    const own = { ...broker, exchange: `${broker.exchange}-λ` };
    await using peer = await HaskellPeer.listening(own);
    await using ours = await startOurs(own);
    const answers = ours.context.subscribe(
      defineTopic("sample.haskell", Message),
    );
    await answers.ready;
    const tests = defineTopic("sample.test", Message);
    const numbers = [42, 0, 23, 24, 2 ** 32, -1, 2n ** 63n - 1n, -(2n ** 63n)];
    for (const number of numbers) {
      await ours.context.publish(tests, { Test: { number, data: "λ\0" } });
    }
    await ours.context.publish(tests, { String: "Bye!" }); // not answered
    await ours.context.publish(tests, { None: [] });
    await ours.context.publish(tests, { Test: { data: "", number: 1 } });
    assert.deepEqual(
      messages(await take(answers, numbers.length + 1)),
      [...numbers, 1].map((number) => ({
        Test: { data: "Hello from Haskell!", number: BigInt(number) },
      })),
    );
    const { complaints } = await peer.stop();
    assert.deepEqual(complaints, []);
    const shown = numbers.map((number) =>
      `TestMessage (Test {dataField = "\\955\\NUL", numberField = ${number}})`
    );
    assert.deepEqual(peer.received, [
      ...shown,
      'StringMessage "Bye!"',
      "NoMessage",
      'TestMessage (Test {dataField = "", numberField = 1})',
    ]);
    assert(peer.program.lines[0]!.endsWith("-λ"), peer.program.lines[0]);
  },
);

haskellTest(
  "a message that Haskell cannot read is skipped with a line that has the reason",
  async (broker) => {
    await using peer = await HaskellPeer.listening(broker);
    await using raw = await openClient(broker.url);
    const answers = await listen(raw.channel, broker.exchange);
    for (const [hex] of REFUSED) send(raw.channel, broker, hex);
    send(raw.channel, broker, HELLO);
    assert.equal(await answers.next(), ANSWER);
    const { code, complaints } = await peer.stop();
    assert.equal(code, 0);
    assert.equal(peer.received.length, 1);
    assert.deepEqual(
      complaints,
      REFUSED.map(([hex, why]) =>
        `Cannot read a message of ${hex.length / 2} bytes: ${why}`
      ),
    );
  },
);

haskellTest(
  "Haskell outlives every hostile body of the vectors, and megabytes of noise",
  async (broker) => {
    await using peer = await HaskellPeer.listening(broker);
    await using raw = await openClient(broker.url);
    const answers = await listen(raw.channel, broker.exchange);
    const bodies = [...badCases, ...goodCases, ...rustInputs];
    for (const { hex } of bodies) send(raw.channel, broker, hex);
    for (const byte of ["00", "81", "a1", "7b", "9f"]) {
      send(raw.channel, broker, byte.repeat(2_000_000));
    }
    send(raw.channel, broker, HELLO.replace(/182a$/, "07")); // unlike any other
    let last;
    do last = await answers.next(); while (!last.endsWith("07"));
    const { code, complaints } = await peer.stop();
    assert.equal(code, 0);
    assert(complaints.length >= badCases.length + 5);
    assert.equal(
      complaints.length + peer.received.length,
      bodies.length + 5 + 1,
    );
  },
);

haskellTest(
  "a float in JavaScript's hands is an integer to Haskell only if it is declared so",
  async (broker) => {
    await using peer = await HaskellPeer.listening(broker);
    await using ours = await startOurs(broker);
    const answers = ours.context.subscribe("sample.haskell");
    await answers.ready;
    const data = "x";
    const { context } = ours;
    await context.publish("sample.test", {
      Test: { data, number: new Float(42) },
    });
    await assert.rejects(
      context.publish(defineTopic("sample.test", Message), {
        Test: { data, number: 42.5 },
      }),
      { code: "INVALID_MESSAGE" },
    );
    await context.publish("sample.test", { Test: { number: 42, data } });
    await context.publish(defineTopic("sample.test", Message), {
      Test: { number: 42.0, data },
    });
    await take(answers, 1);
    const { complaints } = await peer.stop();
    assert.deepEqual(complaints.map((line) => line.split(": ")[1]), [
      "found a float; expected an integer",
      'found the key "number"; expected "data"',
    ]);
  },
);

haskellTest(
  "Haskell says in one line, without the password, why it ends: no broker, another exchange, a connection that is lost",
  async (broker) => {
    const { exchange } = broker;
    const port = freePort();
    const url = `amqp://guest:secret@127.0.0.1:${port}/%2f`;
    await using lonely = new HaskellPeer({ url, exchange });
    assert.deepEqual(await lonely.ended(), {
      code: 1,
      complaints: [
        `Cannot connect to 127.0.0.1:${port}: a socket error occurred`,
      ],
    });

    await using raw = await openClient(broker.url);
    const durable = `${exchange}-durable`;
    await raw.channel.assertExchange(durable, "topic", {
      durable: true,
      autoDelete: true,
    });
    await using refused = new HaskellPeer({ ...broker, exchange: durable });
    const { code, complaints } = await refused.ended();
    assert.equal(code, 1);
    assert.match(
      complaints.join("\n"),
      /^Cannot declare the exchange: PRECONDITION_FAILED .*$/,
    );

    const { hostname, port: real } = new URL(broker.url);
    await using proxy = await FaultProxy.to({ hostname, port: Number(real) });
    const through = new URL(broker.url);
    through.port = `${proxy.port}`;
    await using lost = await HaskellPeer.listening({
      url: through.href,
      exchange,
    });
    await proxy.cut();
    const end = await lost.ended();
    assert.equal(end.code, 1);
    assert.match(
      end.complaints.join("\n"),
      /^Cannot listen: a socket error occurred$/,
    );
  },
);

haskellTest(
  "examples/haskell prints what its README shows, and Ctrl-C ends both processes",
  async (broker) => {
    await using both = runExample(variables(broker));
    await both.until([...EXPECTED, ...EXPECTED]);
    both.interrupt();
    assert.equal(await both.ended(), 0);
    assert.equal(await both.errors(), "");
    const [shown = []] = outputsIn(README);
    const printed = both.lines.map((line) =>
      line.replace(broker.exchange, "caryatid")
    );
    assert.deepEqual(withoutBuilding(printed), withoutBuilding(shown));
  },
);

Deno.test("examples/haskell names what to install if ghc is missing or cannot build", async (t) => {
  assert(README.includes(INSTALL));
  await t.step("no ghc", async () => {
    await using both = runExample({ PATH: "/nowhere" });
    assert.equal(await both.ended(), 1);
    const errors = await both.errors();
    assert.match(errors, /^Cannot find ghc\.$/m);
    assert(errors.includes(INSTALL), errors);
  });
  await t.step("no librabbitmq", async () => {
    const folder = await Deno.makeTempDir();
    const script =
      "#!/bin/sh\necho amqp.h: No such file or directory\nexit 1\n";
    await Deno.writeTextFile(`${folder}/ghc`, script, { mode: 0o755 });
    await using both = runExample({ PATH: folder });
    assert.equal(await both.ended(), 1);
    const errors = await both.errors();
    assert.match(errors, /^Cannot build the Haskell program: see above\.$/m);
    assert(errors.includes(INSTALL), errors);
    await both.until(["amqp.h: No such file or directory"]);
    await Deno.remove(folder, { recursive: true });
  });
});

Deno.test("deno task example:haskell is what the README of examples/haskell says", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assert.equal(tasks["example:haskell"], COMMAND);
});

function runExample(env: Readonly<Record<string, string>>): Program {
  const [deno, run = "", ...rest] = COMMAND.split(" ");
  assert.equal(deno, "deno");
  return new Program([run, "--no-prompt", ...rest], env);
}

function withoutBuilding(lines: readonly string[]): string[] {
  return distinct(lines.filter((line) => !BUILDING.test(line)));
}

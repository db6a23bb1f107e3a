import { type Context, defineModule, type Module } from "@caryatid/sdk";
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import assert from "node:assert/strict";
import { brokerTest } from "../shared_broker.ts";

const MESSAGES = 3_000;

/** Messages that all versions received. */
class Received {
  readonly numbers: number[] = [];
  readonly #all = Promise.withResolvers<void>();
  /** Resolves when all published messages were received. */
  readonly all: Promise<void> = this.#all.promise;

  add(number: number): void {
    this.numbers.push(number);
    if (this.numbers.length === MESSAGES) this.#all.resolve();
  }
}

/** Notes received messages in some loops, and answers with its version. */
function reader(received: Received, version: number, options = {}, loops = 1) {
  return defineModule({
    name: "reader",
    init(context) {
      const messages = context.subscribe("number", options);
      context.handle("version", () => version);
      for (let loop = 0; loop < loops; loop++) {
        context.run(async () => {
          for await (const { message } of messages) {
            received.add(message as number);
          }
        });
      }
    },
  });
}

async function started(
  module: Module,
  broker: { readonly url: string; readonly exchange: string },
): Promise<Process> {
  const process = await Process.create({
    config: {
      module: { reader: {} },
      "message-bus": { broker: { class: "rabbit-mq", ...broker } },
      log: { level: "error" },
      monitor: {},
    },
    env: {},
    modules: [module],
    buses: [rabbitMq],
    swappable: true,
  });
  await process.start();
  return process;
}

async function publishAll(context: Context): Promise<void> {
  for (let n = 0; n < MESSAGES; n += 100) {
    const some = Array.from({ length: 100 }, (_, i) => n + i);
    await Promise.all(some.map((one) => context.publish("number", one)));
  }
}

for (
  const [how, options, loops] of [
    ["", {}, 1],
    [" of a group", { group: "g" }, 1],
    [" of a group with two loops", { group: "g" }, 2],
  ] as const
) {
  brokerTest(
    `a swap loses and doubles no message of a broker${how}`,
    async (broker) => {
      const received = new Received();
      const module = (version: number) =>
        reader(received, version, options, loops);
      const process = await started(module(0), broker);
      const versions: unknown[] = [];
      const load = publishAll(process.context);
      for (const version of [1, 2, 3]) {
        const swap = process.swap("reader", module(version));
        versions.push(await process.context.request("version", null));
        await swap;
      }
      await load;
      await received.all;
      await process.stop();
      const { numbers } = received;
      assert.deepEqual(
        loops === 1 ? numbers : numbers.toSorted((a, b) => a - b),
        Array.from({ length: MESSAGES }, (_, n) => n),
      );
      assert.deepEqual(versions, versions.toSorted());
    },
  );
}

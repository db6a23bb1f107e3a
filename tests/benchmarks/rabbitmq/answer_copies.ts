import { openBus } from "../../broker/open_bus.ts";
import { threadTime } from "../core/thread_time.ts";
import type { Case } from "../harness.ts";
import { brokerUrl, fresh, RawClient, removeFromBroker } from "./raw_client.ts";

const REQUESTS = 2_000;
/** Rounds of one run: conditions of the machine change. */
const ROUNDS = 2;
const IN_FLIGHT = 64;
/** Time in which a bus finds out that its copies have a queue, in ms. */
const NOTICED = 1_500;

/** Maximum time until the last copy is in the queue, in ms. */
const COPIED = 5_000;

/** Rate of requests without and with a queue for copies of their answers. */
export const answerCopies: readonly Case[] = [{
  name: "request-copies",
  unit: "/s",
  run: () => rates(() => performance.now()),
  ratio: ["copied", "alone"],
  remark:
    `${IN_FLIGHT} in flight; copied: a queue takes a copy of each answer, ` +
    "as while a spy listens; alone: without such a queue",
}, {
  name: "request-copies-cpu",
  unit: "/s",
  clock: "thread",
  run: () => rates(threadTime),
  ratio: ["copied", "alone"],
  remark: "the same per second of the thread that requests and handles",
}];

async function rates(
  clock: () => number,
): Promise<{ alone: number; copied: number }> {
  await using client = await RawClient.open();
  const exchange = fresh();
  try {
    await using bus = await openBus({ url: brokerUrl(), exchange });
    await bus.handle("bench.ask", ({ message }) => message).ready;
    const ask = (question: number) => bus.request("bench.ask", question);
    const { consuming } = client;
    const { queue } = await consuming.assertQueue("", { exclusive: true });
    await rate(ask, clock); // warms up
    let [alone, copied] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      await ask(0); // its copy has no queue: the bus pauses
      alone += await rate(ask, clock) / ROUNDS;
      await consuming.bindQueue(queue, `${exchange}.answers`, "#");
      await noticed(ask);
      await consuming.purgeQueue(queue);
      copied += await rate(ask, clock) / ROUNDS;
      await allCopied(async () =>
        (await consuming.checkQueue(queue)).messageCount
      );
      await consuming.unbindQueue(queue, `${exchange}.answers`, "#");
    }
    return { alone, copied };
  } finally {
    await removeFromBroker(exchange);
  }
}

/** Makes a request after the pause of a bus whose copies had no queue. */
async function noticed(
  ask: (question: number) => Promise<unknown>,
): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, NOTICED));
  await ask(0);
}

/** Waits for the copies: they leave after the answers. */
async function allCopied(count: () => Promise<number>): Promise<void> {
  const end = performance.now() + COPIED;
  for (;;) {
    const missing = REQUESTS - await count();
    if (missing <= 0) return;
    if (performance.now() > end) {
      throw new Error(`${missing} copies are missing`);
    }
  }
}

/** Requests per second of this clock, which counts milliseconds. */
async function rate(
  ask: (question: number) => Promise<unknown>,
  clock: () => number,
): Promise<number> {
  let next = 0;
  const begun = clock();
  const worker = async () => {
    while (next < REQUESTS) {
      const question = next++;
      const answer = await ask(question);
      if (answer !== question) throw new Error(`wrong answer to ${question}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return REQUESTS / (clock() - begun) * 1000;
}

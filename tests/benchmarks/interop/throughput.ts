import type { Case } from "../harness.ts";
import { type Language, needRust, Peer } from "./peers.ts";
import { inMemory, onBroker } from "./setting.ts";

const MESSAGES = 50_000;
/**
 * Concurrent publishes of Caryatid for Deno, each of which awaits its confirm.
 * Rust publishes in sequence and awaits no confirm.
 */
const WINDOW = 1_000;

/**
 * Throughput over a broker, with publisher and subscriber in separate
 * processes.
 */
export const throughput: readonly Case[] = [{
  name: "throughput",
  unit: "/s",
  runs: 3,
  async run() {
    needRust();
    return {
      ours: (await carry("ours", "ours")).rate,
      rust: (await carry("rust", "rust")).rate,
      "ours→rust": (await carry("ours", "rust")).rate,
      "rust→ours": (await carry("rust", "ours")).rate,
    };
  },
  ratio: ["ours", "rust"],
  goals: [{ of: "ratio", least: 1 }],
  remark: `${MESSAGES.toLocaleString("en")} messages of 100 characters over ` +
    `RabbitMQ; ours confirmed by the broker, ${WINDOW} in flight, Rust's not`,
}, {
  name: "throughput-queue-1000",
  unit: "/s",
  runs: 3,
  async run() {
    needRust();
    const queue = "subscriber-queue-size = 1000";
    return {
      ours: (await carry("ours", "ours", queue)).rate,
      rust: (await carry("rust", "rust")).rate,
      "rust→ours": (await carry("rust", "ours", queue)).rate,
    };
  },
  ratio: ["ours", "rust"],
  goals: [{ of: "ratio", least: 1 }],
  remark: "the same, where our subscriber is sent 1,000 ahead and not 100; " +
    "Rust's is sent all there is",
}, {
  name: "throughput-cpu",
  unit: "µs",
  runs: 3,
  async run() {
    needRust();
    return {
      ours: (await carry("ours", "ours")).cpu,
      rust: (await carry("rust", "rust")).cpu,
    };
  },
  ratio: ["ours", "rust"],
  remark: "the same: time of all cores that publisher and subscriber take " +
    "for a message, without the broker",
}];

/** Rust's `performance` example, as it is shipped and with long queues. */
export const performance: readonly Case[] = [
  example("performance", undefined, "as shipped: queues of 100 and Rust's 10"),
  example("performance-queue-100000", 100_000, "queues of 100,000"),
];

/**
 * Returns the messages per second, and the CPU time of both processes for one
 * message in microseconds.
 */
async function carry(
  from: Language,
  to: Language,
  keys = "",
): Promise<{ rate: number; cpu: number }> {
  await using setting = await onBroker(keys);
  const { toml, topic } = setting;
  await using subscriber = await Peer.start(
    to,
    `${toml}[module.subscriber]\ntopic = "${topic}"\ncount = ${MESSAGES}\n`,
  );
  const threads = from === "ours" ? WINDOW : 1;
  await using publisher = await Peer.start(
    from,
    `${toml}[module.publisher]\ntopic = "${topic}"\n` +
      `count = ${MESSAGES / threads}\nthreads = ${threads}\n`,
  );
  const rate = await subscriber.rate();
  const cpu = (publisher.cpuTime() + subscriber.cpuTime()) / MESSAGES;
  return { rate, cpu };
}

function example(
  name: string,
  queueSize: number | undefined,
  queues: string,
): Case {
  const count = 1_000_000;
  const toml = `${inMemory(queueSize)}
[module.subscriber]
topic = "performance.test"
count = ${count}

[module.publisher]
topic = "performance.test"
count = ${count}
threads = 1
length = 1000000
`;
  const rate = async (language: Language) => {
    await using peer = await Peer.start(language, toml);
    return await peer.rate();
  };
  return {
    name,
    unit: "/s",
    async run() {
      needRust();
      return { ours: await rate("ours"), rust: await rate("rust") };
    },
    ratio: ["ours", "rust"],
    goals: [{ of: "ratio", least: 3 }],
    remark: `a million messages in memory, ${queues}`,
  };
}

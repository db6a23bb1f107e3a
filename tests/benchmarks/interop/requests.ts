import type { Case } from "../harness.ts";
import { type Language, needRust, Peer } from "./peers.ts";
import { inMemory, onBroker, type Setting } from "./setting.ts";

/** Requests in sequence, with requester and handler in the same process. */
export const requests: readonly Case[] = [
  {
    ...rateOf(1_500, () => onBroker()),
    name: "requests-rabbitmq",
    goals: [{ of: "ratio", least: 10 }],
    remark: "1,500 in sequence; Rust opens a channel for each, 2,047 at most",
  },
  {
    ...rateOf(20_000, () => ({
      toml: inMemory(),
      topic: "bench.ask",
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })),
    name: "requests-memory",
    goals: [{ of: "ratio", least: 50 }],
    remark: "20,000 in sequence; each of Rust's leaves a subscription behind",
  },
];

function rateOf(
  count: number,
  setting: () => Setting | Promise<Setting>,
): Omit<Case, "name"> {
  const rate = async (language: Language) => {
    await using used = await setting();
    const { toml, topic } = used;
    await using peer = await Peer.start(
      language,
      `${toml}[module.answer]\ntopic = "${topic}"\n` +
        `[module.requests]\ntopic = "${topic}"\ncount = ${count}\n`,
    );
    return await peer.rate();
  };
  return {
    unit: "/s",
    runs: 3,
    async run() {
      needRust();
      return { ours: await rate("ours"), rust: await rate("rust") };
    },
    ratio: ["ours", "rust"],
  };
}

import spyModule from "@caryatid/modules/spy";
import { against, type Case } from "../harness.ts";
import { expectAll, perThreadSecond, readAll } from "../core/count.ts";
import { Subject } from "../core/subject.ts";

const MESSAGES = 500_000;
const TOPIC = "bench.spied";
const MESSAGE = { kind: "order", total: 120 };

/** Publish to one loop, without a spy and with one that logs nothing of it. */
export const spy: readonly Case[] = [
  {
    ...beside({ except: "bench.#" }),
    name: "spy-other-topics",
    goals: [{ of: "ratio", least: 0.8 }],
    remark: "a spy on # that leaves the topic out; peer: no spy",
  },
  {
    ...beside({ where: { "message.kind": "offer" } }),
    name: "spy-other-fields",
    goals: [{ of: "ratio", least: 0.8 }],
    remark: "a spy on # that looks at a field of each message; peer: no spy",
  },
  {
    ...beside({ "per-second": 1 }),
    name: "spy-one-a-second",
    remark: "a spy on # that logs one message a second; peer: no spy",
  },
];

function beside(config: Record<string, unknown>): Omit<Case, "name"> {
  return {
    unit: "/s",
    runs: 9,
    run: against(() => published(config), () => published()),
    ratio: ["ours", "peer"],
  };
}

async function published(config?: Record<string, unknown>): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const received = context.subscribe(TOPIC);
  if (config) await start(subject, config);
  const rate = await perThreadSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, MESSAGE);
    await read;
  });
  if (received.dropped > 0) expectAll(MESSAGES - received.dropped, MESSAGES);
  return rate;
}

async function start(
  { context }: Subject,
  config: Record<string, unknown>,
): Promise<void> {
  const checked = await spyModule.config!["~standard"].validate(config);
  if (checked.issues) throw new Error(checked.issues[0]!.message);
  await spyModule.init(context, checked.value);
  await context.ready();
}

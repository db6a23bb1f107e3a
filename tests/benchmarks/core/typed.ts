import { defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import { against, type Case } from "../harness.ts";
import { perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 500_000;
const TICK = defineTopic(
  "bench.typed",
  z.object({ number: z.number().int(), name: z.string() }),
);

/** Publishes the same object on a typed topic and on an untyped one. */
export const typed: Case = {
  name: "typed",
  unit: "/s",
  run: against(checked, unchecked),
  ratio: ["ours", "peer"],
  goals: [{ of: "ours", least: 3e6 }],
  remark: "a zod object of two, at both ends; peer: the same untyped",
};

async function checked(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const ticks = context.subscribe(TICK);
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(ticks, MESSAGES);
    for (let number = 0; number < MESSAGES; number++) {
      await context.publish(TICK, { number, name: "tick" });
    }
    await read;
  });
}

async function unchecked(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const ticks = context.subscribe(TICK.name);
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(ticks, MESSAGES);
    for (let number = 0; number < MESSAGES; number++) {
      await context.publish(TICK.name, { number, name: "tick" });
    }
    await read;
  });
}

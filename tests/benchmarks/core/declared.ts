import { DeclaredBus, ModuleContext } from "@caryatid/sdk/internal/host";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "../../../process/buses/routing.ts";
import type { Case } from "../harness.ts";
import { perThreadSecond, readAll } from "./count.ts";

const MESSAGES = 100_000;
const ROUNDS = 30;
const TOPIC = "bench.declared";

/**
 * Throughput of a module with declared topics compared with one without. The
 * module publishes and reads in one loop; each publish is awaited.
 */
export const declared: Case = {
  name: "publish-declared",
  unit: "/s",
  run: bestRounds,
  ratio: ["declared", "plain"],
  goals: [{ of: "ratio", least: 0.95 }],
  remark: "a module that declares its topics, and one that does not",
};

/**
 * Runs both variants in turns and returns the best round of each: another
 * program on the machine slows a few rounds, not all.
 */
async function bestRounds(): Promise<{ declared: number; plain: number }> {
  const best = { declared: 0, plain: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    best.declared = Math.max(best.declared, await publish(true));
    best.plain = Math.max(best.plain, await publish(false));
  }
  return best;
}

async function publish(declares: boolean): Promise<number> {
  const routing = new RoutingBus(
    [{ pattern: "#", buses: ["memory"] }],
    new Map([["memory", new InMemoryBus()]]),
  );
  const topics = { publish: ["other.#", "bench.*"], subscribe: ["bench.*"] };
  const bus = declares
    ? new DeclaredBus(routing, topics, (use) => new Error(`strayed: ${use}`))
    : routing;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const context = new ModuleContext({ id: "bench", bus, log });
  context.begin();
  const received = context.subscribe(TOPIC);
  const rate = await perThreadSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
  await context.close();
  await routing.close();
  return rate;
}

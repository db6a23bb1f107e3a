import type { MessageBus } from "@caryatid/sdk";
import { ModuleContext } from "@caryatid/sdk/internal/host";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { RoutingBus } from "../../../process/buses/routing.ts";
import { readConfig } from "../../../process/config/read_config.ts";
import { restrictTopics } from "../../../process/rights/rights_bus.ts";
import { perThreadSecond, readAll } from "../core/count.ts";
import type { Case } from "../harness.ts";

/**
 * Number of short rounds, many, so that other load of the machine affects both
 * sides equally.
 */
const TURNS = 40;
const MESSAGES = 50_000;
const TOPICS = 100;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const RIGHTS = `[module.bench.permissions]
publish = ["other.*", "bench.#"]
subscribe = ["bench.#"]`;

const NO_TOPICS = '[module.bench.permissions]\nnet = ["a.example"]';

/** Cost of topic rights for a module with and one without them. */
export const rights: readonly Case[] = [
  {
    name: "rights",
    unit: "/s",
    run: () => compare(RIGHTS, 1),
    ratio: ["rights", "without"],
    runs: 11,
    remark: "publish in memory, one topic",
  },
  {
    name: "rights-topics",
    unit: "/s",
    run: () => compare(RIGHTS, TOPICS),
    ratio: ["rights", "without"],
    goals: [{ of: "ratio", least: 0.95 }],
    runs: 11,
    remark: `publish in memory, ${TOPICS} topics in turn`,
  },
  {
    name: "rights-unused",
    unit: "/s",
    run: () => compare(NO_TOPICS, 1),
    ratio: ["rights", "without"],
    remark:
      "publish in memory, by a module that is granted hosts and no topics",
  },
];

async function compare(
  section: string,
  topics: number,
): Promise<{ rights: number; without: number }> {
  await using rights = await Publisher.of(section, topics);
  await using without = await Publisher.of("[module.bench]", topics);
  let [mine, others] = [0, 0];
  for (let turn = 0; turn < TURNS; turn++) {
    mine += 1 / await rights.perSecond();
    others += 1 / await without.perSecond();
  }
  return { rights: TURNS / mine, without: TURNS / others };
}

/** A module that awaits each publish and receives all in one loop. */
class Publisher implements AsyncDisposable {
  readonly #bus: MessageBus;
  readonly #context: ModuleContext;
  readonly #topics: readonly string[];

  private constructor(bus: MessageBus, context: ModuleContext, topics: number) {
    this.#bus = bus;
    this.#context = context;
    this.#topics = Array.from({ length: topics }, (_, i) => `bench.${i}`);
  }

  static async of(section: string, topics: number): Promise<Publisher> {
    const buses = new Map([["memory", new InMemoryBus()]]);
    const bus = new RoutingBus([{ pattern: "#", buses: ["memory"] }], buses);
    return new Publisher(bus, await contextOf(section, bus), topics);
  }

  async perSecond(): Promise<number> {
    const received = this.#context.subscribe("bench.#", { queueSize: 100 });
    const topics = this.#topics;
    return await perThreadSecond(MESSAGES, async () => {
      const read = readAll(received, MESSAGES);
      for (let i = 0; i < MESSAGES; i++) {
        await this.#context.publish(topics[i % topics.length]!, i);
      }
      await read;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    await this.#bus.close();
  }
}

async function contextOf(
  section: string,
  bus: MessageBus,
): Promise<ModuleContext> {
  const config = await readConfig(section, { env: {} });
  const module = config.modules[0]!;
  const context = new ModuleContext({
    id: module.id,
    bus: await restrictTopics(bus, module, config),
    log: silent,
  });
  context.begin();
  return context;
}

import type { Case, Figures } from "../harness.ts";
import { measurePeer, type PeerProgram } from "../peers/installed_peer.ts";
import { perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const EVENTS = 500_000;
const REQUESTS = 100_000;
const TOPIC = "bench.peers";

const EVENT_EMITTER_3: PeerProgram = {
  file: "emitter_program.ts",
  packages: { eventemitter3: "5.0.4" },
};
const EMITTERY: PeerProgram = {
  file: "emitter_program.ts",
  packages: { emittery: "2.2.0" },
};
const MOLECULER: PeerProgram = {
  file: "moleculer_program.ts",
  packages: { moleculer: "0.15.2", amqplib: "0.10.9" },
};

/** Other libraries in memory, installed when they are measured. */
export const peers: readonly Case[] = [
  {
    ...publishAgainst(EVENT_EMITTER_3, "eventemitter3"),
    name: "peer-eventemitter3",
    remark: "peer: EventEmitter3, synchronous, unbounded, no back-pressure",
  },
  {
    ...publishAgainst(EMITTERY, "emittery"),
    name: "peer-emittery",
    remark: "each event awaited; peer: Emittery, which awaits its listeners",
  },
  {
    name: "peer-moleculer",
    unit: "/s",
    async run(): Promise<Figures> {
      return {
        ours: await requestRate(),
        peer: await measurePeer(MOLECULER, { count: REQUESTS }),
      };
    },
    ratio: ["ours", "peer"],
    remark: "requests in sequence; peer: Moleculer, both sides on one node",
  },
];

function publishAgainst(
  peer: PeerProgram,
  name: string,
): Omit<Case, "name" | "remark"> {
  return {
    unit: "/s",
    async run(): Promise<Figures> {
      return {
        ours: await publishRate(),
        peer: await measurePeer(peer, { package: name, count: EVENTS }),
      };
    },
    ratio: ["ours", "peer"],
  };
}

async function publishRate(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const deliveries = context.subscribe(TOPIC);
  return await perThreadSecond(EVENTS, async () => {
    const read = readAll(deliveries, EVENTS);
    for (let i = 0; i < EVENTS; i++) await context.publish(TOPIC, i);
    await read;
  });
}

async function requestRate(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  context.handle(TOPIC, ({ message }) => message);
  return await perThreadSecond(REQUESTS, async () => {
    for (let i = 0; i < REQUESTS; i++) {
      if (await context.request(TOPIC, i) !== i) {
        throw new Error(`wrong answer to ${i}`);
      }
    }
  });
}

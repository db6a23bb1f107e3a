import eventemitter2 from "eventemitter2";
import { against, type Case } from "../harness.ts";
import { expectAll, perThreadSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 1_000_000;
const TOPIC = "bench.bare";

/**
 * The lower bound: a synchronous call of a callback, without a queue and
 * without back-pressure.
 */
export const bare: readonly Case[] = [
  {
    ...lostTo(throughEmitter, "EventEmitter2 without wildcards"),
    name: "bare-emitter",
  },
  {
    ...lostTo(throughEventTarget, "an EventTarget"),
    name: "bare-event-target",
  },
];

function lostTo(peer: () => Promise<number>, what: string): Omit<Case, "name"> {
  return {
    unit: "/s",
    run: against(throughCaryatid, peer),
    ratio: ["ours", "peer"],
    remark: `peer: ${what}, synchronous, unbounded, no back-pressure`,
  };
}

async function throughCaryatid(): Promise<number> {
  await using subject = new Subject();
  const { context } = subject;
  const received = context.subscribe(TOPIC);
  return await perThreadSecond(MESSAGES, async () => {
    const read = readAll(received, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
}

async function throughEmitter(): Promise<number> {
  const emitter = new eventemitter2.EventEmitter2();
  let received = 0;
  emitter.on(TOPIC, () => received++);
  const rate = await perThreadSecond(MESSAGES, () => {
    for (let i = 0; i < MESSAGES; i++) emitter.emit(TOPIC, i);
    return Promise.resolve();
  });
  expectAll(received, MESSAGES);
  return rate;
}

async function throughEventTarget(): Promise<number> {
  const target = new EventTarget();
  let received = 0;
  target.addEventListener(TOPIC, () => received++);
  const rate = await perThreadSecond(MESSAGES, () => {
    for (let i = 0; i < MESSAGES; i++) {
      target.dispatchEvent(new CustomEvent(TOPIC, { detail: i }));
    }
    return Promise.resolve();
  });
  expectAll(received, MESSAGES);
  return rate;
}

import eventemitter2 from "eventemitter2";
import { against, type Case } from "../harness.ts";
import { expectAll, perSecond, readAll } from "./count.ts";
import { Subject } from "./subject.ts";

const MESSAGES = 1_000_000;
const TOPIC = "bench.bare";

/** What we lose: a synchronous call of a callback, which has no queue and makes nobody wait. */
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
  const heard = context.subscribe(TOPIC);
  return await perSecond(MESSAGES, async () => {
    const read = readAll(heard, MESSAGES);
    for (let i = 0; i < MESSAGES; i++) await context.publish(TOPIC, i);
    await read;
  });
}

async function throughEmitter(): Promise<number> {
  const emitter = new eventemitter2.EventEmitter2();
  let heard = 0;
  emitter.on(TOPIC, () => heard++);
  const rate = await perSecond(MESSAGES, () => {
    for (let i = 0; i < MESSAGES; i++) emitter.emit(TOPIC, i);
    return Promise.resolve();
  });
  expectAll(heard, MESSAGES);
  return rate;
}

async function throughEventTarget(): Promise<number> {
  const target = new EventTarget();
  let heard = 0;
  target.addEventListener(TOPIC, () => heard++);
  const rate = await perSecond(MESSAGES, () => {
    for (let i = 0; i < MESSAGES; i++) {
      target.dispatchEvent(new CustomEvent(TOPIC, { detail: i }));
    }
    return Promise.resolve();
  });
  expectAll(heard, MESSAGES);
  return rate;
}

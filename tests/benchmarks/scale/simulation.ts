import { brokerTime, type Cluster, type Costs, receiveTime } from "./model.ts";

/** Results of a simulation. */
export interface Simulated {
  /** Messages per second until the last delivery was handled. */
  readonly rate: number;
  /** Mean time from a publish until a delivery is handled, in microseconds. */
  readonly deliveryTime: number;
}

/**
 * Simulates a cluster, event by event: `messages` are published at random
 * moments, `rate` in a second. Each passes a process, a broker, and a process
 * for each delivery; all serve in the order of arrival. The network takes no
 * time. Equal seeds give equal results.
 */
export function simulate(
  costs: Costs,
  cluster: Cluster,
  rate: number,
  messages: number,
  seed = 1,
): Simulated {
  const random = generator(seed);
  const { machines, brokers, brokerCores, fanOut } = cluster;
  const processes = servers(machines * cluster.processes, 1);
  const nodes = servers(brokers, brokerCores);
  const any = (all: readonly Server[]) =>
    all[Math.floor(random() * all.length)]!;
  const agenda = new Agenda();
  const receive = receiveTime(costs, cluster);
  const accept = brokerTime(costs, cluster);
  let total = 0;
  let last = 0;

  function publish(born: number): void {
    const sent = any(processes).serve(born, costs.publish);
    agenda.add(sent, () => route(born, sent));
  }

  function route(born: number, now: number): void {
    const routed = any(nodes).serve(now, accept);
    for (let i = 0; i < fanOut; i++) {
      agenda.add(routed, () => deliver(born, routed));
    }
  }

  function deliver(born: number, now: number): void {
    const handled = any(processes).serve(now, receive);
    total += handled - born;
    last = Math.max(last, handled);
  }

  let left = messages;
  function arrive(now: number): void {
    publish(now);
    if (--left === 0) return;
    const next = now - Math.log(1 - random()) * 1e6 / rate;
    agenda.add(next, () => arrive(next));
  }

  arrive(0);
  agenda.run();
  return {
    rate: messages * 1e6 / last,
    deliveryTime: total / (messages * fanOut),
  };
}

/** Cores that share one queue, in the order of arrival. */
class Server {
  /** Moment at which each core is free again. */
  readonly #free: number[];

  constructor(cores: number) {
    this.#free = new Array(cores).fill(0);
  }

  /** Returns the moment at which work that arrives now is done. */
  serve(now: number, time: number): number {
    let first = 0;
    for (let i = 1; i < this.#free.length; i++) {
      if (this.#free[i]! < this.#free[first]!) first = i;
    }
    return this.#free[first] = Math.max(now, this.#free[first]!) + time;
  }
}

function servers(count: number, cores: number): readonly Server[] {
  return Array.from({ length: count }, () => new Server(cores));
}

/** Events of the future, the earliest first: a binary heap. */
class Agenda {
  readonly #events: { readonly time: number; readonly act: () => void }[] = [];

  add(time: number, act: () => void): void {
    const events = this.#events;
    let at = events.push({ time, act }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (events[parent]!.time <= time) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Runs all events, also those that are added meanwhile. */
  run(): void {
    while (this.#events.length > 0) this.#take()();
  }

  #take(): () => void {
    const events = this.#events;
    const { act } = events[0]!;
    const end = events.pop()!;
    if (events.length > 0) {
      events[0] = end;
      this.#sink();
    }
    return act;
  }

  #sink(): void {
    const events = this.#events;
    for (let at = 0;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        const time = events[child]?.time ?? Infinity;
        if (time < events[least]!.time) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const events = this.#events;
    [events[a], events[b]] = [events[b]!, events[a]!];
  }
}

/** Random numbers from 0 to below 1, equal for equal seeds (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

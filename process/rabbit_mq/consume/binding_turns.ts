import type { Consumer } from "./consumer.ts";
import type { GroupQueue } from "./group_queue.ts";

/** A queue whose bindings are checked in turns. */
export interface BoundQueue {
  readonly consumer: Pick<Consumer, "received" | "rebind">;
  /** Queue of a group, whose canary is checked more often. */
  readonly canary?: Pick<GroupQueue, "name" | "canary" | "boundAt"> | undefined;
}

/** Queues whose turn it is. */
export interface Turn {
  /** To be bound again. */
  readonly consumers: readonly BoundQueue["consumer"][];
  /** Groups whose canary is to be checked. */
  readonly canaries: readonly NonNullable<BoundQueue["canary"]>[];
}

/**
 * Number of operations at the broker in each turn for queues that receive
 * messages, and for all others.
 */
const ACTIVE_OPERATIONS = 50;
const IDLE_OPERATIONS = 3;
/** Number of turns after its last message in which a queue is active. */
const ACTIVE_TURNS = 10;
/** Turns from one binding of an active queue to the next. */
const REBIND_EVERY = 2;

/** Turns of one queue. They are counted from the first one of the bus. */
interface Progress {
  received: number;
  /** Turn in which the last message was received. */
  activeIn: number;
  /** Turn in which the queue was bound again. */
  boundIn: number;
  /** Turn in which the canary was checked. */
  checkedIn: number;
}

/** A binding or a check that is due. */
interface Step {
  /** Turn of the last time. */
  readonly last: number;
  readonly operations: number;
  readonly take: (
    turn: { -readonly [K in keyof Turn]: Turn[K][number][] },
  ) => void;
}

/**
 * Decides which queues are bound again, in turns of one second. Queues that
 * receive messages have a turn every two seconds, as a loss costs them
 * messages; those that have just fallen silent come at once. All others share a
 * few operations, so that an idle bus costs the broker little.
 */
export class BindingTurns {
  readonly #progress = new WeakMap<BoundQueue["consumer"], Progress>();
  #turn = 0;

  /** Begins a turn, and returns the queues that are due. */
  next(queues: readonly BoundQueue[]): Turn {
    this.#turn++;
    const active: Step[] = [], idle: Step[] = [];
    for (const queue of queues) {
      const progress = this.#update(queue);
      const silence = this.#turn - progress.activeIn;
      if (silence > ACTIVE_TURNS) idle.push(...this.#steps(queue, progress));
      else {
        const isDue = silence === 1 ? 1 : REBIND_EVERY;
        active.push(...this.#steps(queue, progress, isDue));
      }
    }
    const turn = { consumers: [], canaries: [] };
    const steps = [
      ...longestAgo(active, ACTIVE_OPERATIONS),
      ...longestAgo(idle, IDLE_OPERATIONS),
    ];
    for (const { take } of steps) take(turn);
    return turn;
  }

  #update({ consumer }: BoundQueue): Progress {
    const { received } = consumer;
    let progress = this.#progress.get(consumer);
    if (progress === undefined) {
      // It has just been bound.
      const [boundIn, checkedIn] = [this.#turn - 1, this.#turn - 1];
      progress = { received: 0, activeIn: -Infinity, boundIn, checkedIn };
      this.#progress.set(consumer, progress);
    }
    if (received !== progress.received) {
      progress.received = received;
      progress.activeIn = this.#turn;
    }
    return progress;
  }

  #steps(
    { consumer, canary }: BoundQueue,
    progress: Progress,
    rebindAfter = 0,
  ): Step[] {
    const steps: Step[] = [];
    if (this.#turn - progress.boundIn >= rebindAfter) {
      steps.push({
        last: progress.boundIn,
        operations: canary ? 2 : 1,
        take: (turn) => {
          progress.boundIn = this.#turn;
          turn.consumers.push(consumer);
        },
      });
    }
    if (canary) {
      steps.push({
        last: progress.checkedIn,
        operations: 1,
        take: (turn) => {
          progress.checkedIn = this.#turn;
          turn.canaries.push(canary);
        },
      });
    }
    return steps;
  }
}

/** Returns the steps whose last time is longest ago, within `operations`. */
function longestAgo(steps: Step[], operations: number): Step[] {
  let left = operations;
  return steps.sort((a, b) => a.last - b.last).filter((step) => {
    if (step.operations > left) return false;
    left -= step.operations;
    return true;
  });
}

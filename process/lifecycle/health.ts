import type {
  Health,
  MessageBus,
  ModuleHealth,
  Subscription,
} from "@caryatid/sdk";
import { healthOf } from "@caryatid/sdk/internal/host";
import type { ModuleRunner } from "./module_runner.ts";

/**
 * Time without progress after which a queue that loses messages, or makes
 * publishers wait, counts as stuck, in milliseconds.
 */
export const STUCK_AFTER = 10_000;

/** Sources of a {@linkcode HealthCheck}. */
export interface HealthSources {
  readonly bus: MessageBus;
  /** Ids of all modules, in the order of the configuration. */
  readonly modules: readonly string[];
  /** Runners of the modules that `init` has reached so far. */
  readonly runners: () => readonly Pick<
    ModuleRunner,
    "id" | "state" | "context"
  >[];
  /** Returns milliseconds that never jump back. */
  readonly now?: () => number;
}

interface Progress {
  readonly taken: number;
  readonly dropped: number;
  readonly since: number;
}

/**
 * The one source of truth about the state of a process. It has no timer: a
 * queue is compared with what the reading before found.
 */
export class HealthCheck {
  readonly #sources: HealthSources;
  readonly #now: () => number;
  readonly #progress = new WeakMap<Subscription, Progress>();

  /** Reads nothing yet. */
  constructor(sources: HealthSources) {
    this.#sources = sources;
    this.#now = sources.now ?? (() => performance.now());
  }

  /** Returns the state as it is now. */
  read(): Health {
    const { bus, modules } = this.#sources;
    return healthOf(bus.health(), modules.map((id) => this.#module(id)));
  }

  #module(id: string): ModuleHealth {
    const runner = this.#sources.runners().find((each) => each.id === id);
    if (runner === undefined) return { id, state: "pending", stuck: [] };
    const stuck = [...runner.context.subscriptions]
      .filter((subscription) => this.#isStuck(subscription))
      .map(({ pattern }) => pattern);
    return { id, state: runner.state, stuck };
  }

  #isStuck(subscription: Subscription): boolean {
    const { taken, dropped, queued, waitingPublishers } = subscription;
    if (taken === undefined || queued === 0) {
      this.#progress.delete(subscription);
      return false;
    }
    const now = this.#now();
    const known = this.#progress.get(subscription);
    if (known === undefined || known.taken !== taken) {
      this.#progress.set(subscription, { taken, dropped, since: now });
      return false;
    }
    const isFull = waitingPublishers > 0 || dropped > known.dropped;
    return isFull && now - known.since >= STUCK_AFTER;
  }
}

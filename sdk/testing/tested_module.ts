import { describeFailure } from "../bus/remote_failure.ts";
import type { Clock } from "../clock.ts";
import { CaryatidError } from "../errors.ts";
import { DeclaredBus } from "../host/declared_bus.ts";
import { ModuleContext } from "../host/module_context.ts";
import type { Module } from "../module.ts";
import type { Topics } from "../topics.ts";
import { Activity } from "./activity.ts";
import { MockBus } from "./mock_bus.ts";
import { type LogRecord, recordLog } from "./record_log.ts";
import { strayError } from "./stray_error.ts";
import type { VirtualClock } from "./virtual_clock.ts";
import { WatchedBus } from "./watched_bus.ts";

/** How to run a module under test. */
export interface TestModuleOptions {
  /** The module's id (its name). */
  readonly id?: string;
  /** A bus on which something is prepared for `init`: answers, failures, a clock with another start (a new one). */
  readonly bus?: MockBus;
  /**
   * Whether `settle`, `advance` and `stop` throw a failure, each error once ("throw"), or leave it to the test to read
   * {@linkcode TestedModule.failures} ("collect").
   */
  readonly failures?: "throw" | "collect";
  /** Tasks and handlers that never wait for the bus or the clock, such as a server: `settle` doesn't wait for so many (0). */
  readonly busy?: number;
  /** Longest wait for the module, in milliseconds of real time (5,000). */
  readonly timeout?: number;
}

/** One module that runs on a {@linkcode MockBus}. Made by {@linkcode testModule}. */
export class TestedModule implements AsyncDisposable {
  /** Plays all other modules. */
  readonly bus: MockBus;
  /** The module's time, and that of the bus. To move it, better use {@linkcode TestedModule.advance}. */
  readonly clock: VirtualClock;
  /** What the module was given. */
  readonly context: ModuleContext;
  readonly #logs: LogRecord[] = [];
  readonly #failures: unknown[] = [];
  readonly #untold: unknown[] = [];
  readonly #throws: boolean;
  readonly #activity = new Activity();
  readonly #busy: number;
  readonly #timeout: number;
  #stopping: Promise<void> | undefined;

  /** Nothing runs yet. What it does beside `topics` fails. */
  constructor(id: string, options: TestModuleOptions = {}, topics?: Topics) {
    const { bus = new MockBus(), failures = "throw" } = options;
    const watched = new WatchedBus(bus, this.#activity);
    this.bus = bus;
    this.#throws = failures === "throw";
    this.clock = bus.clock;
    this.#busy = options.busy ?? 0;
    this.#timeout = options.timeout ?? 5_000;
    this.context = new ModuleContext({
      id,
      bus: topics === undefined
        ? watched
        : new DeclaredBus(watched, topics, (use, topic) => {
          const error = strayError(id, use, topic, topics);
          this.#failed(error);
          return error;
        }),
      log: recordLog(this.#logs),
      clock: watchedClock(bus.clock, this.#activity),
      // The bus watches handlers, and knows their patterns.
      around: (handler, work) =>
        handler ? work() : this.#activity.run("a task", work),
      onFailure: (error) => {
        if (this.context.signal.aborted && isCutShort(error)) return;
        this.#failed(error);
      },
    });
  }

  /** What the module logged, in order. */
  get logs(): readonly LogRecord[] {
    return this.#logs;
  }

  /** What its tasks threw, and what it did beside its declared topics, in order. That the stop cut tasks short is no failure. */
  get failures(): readonly unknown[] {
    return this.#failures;
  }

  /** Sets the module up and begins its tasks. Rejects with `INIT_FAILED`, and stops, if its `init` throws or hangs. */
  async start(module: Module, config: unknown): Promise<void> {
    const { context } = this;
    try {
      await this.#within(
        `its init went on for ${this.#timeout} ms`,
        this.#activity.run("init", async () => {
          await module.init(context, config);
          await context.ready();
        }),
      );
    } catch (cause) {
      await this.stop().catch(() => {}); // the first failure says more
      throw initFailedError(context.id, cause);
    }
    context.begin();
  }

  /**
   * Resolves when nothing goes on any more unless the test does something: each task and each handler has ended or waits for a
   * delivery, an answer, room in a queue or the virtual clock.
   *
   * Rejects with what a task threw, or with `NOT_SETTLED`, naming who is busy. It waits for what the module does outside of the
   * bus, such as reading a file, but not for answers of the test's own that take real time.
   */
  async settle(): Promise<void> {
    const busy = await this.#activity.settled(this.#busy, this.#deadline());
    this.#tellFailure();
    if (busy !== undefined) {
      throw notSettledError(this.context.id, this.#timeout, busy);
    }
  }

  /** Settles, and moves the virtual clock on, settling after each wake-up. Rejects as `settle` does. */
  advance(milliseconds: number): Promise<void> {
    return this.clock.advance(milliseconds, { settle: () => this.settle() });
  }

  /**
   * Stops the module as a process does: its signal fires, what it has in hand is finished, its loops end, the bus closes.
   * Harmless twice.
   *
   * Rejects with what a task threw, or with `DRAIN_TIMEOUT` if a task or handler goes on regardless.
   */
  async stop(): Promise<void> {
    await (this.#stopping ??= this.#stop());
    this.#tellFailure();
  }

  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const deadline = this.#deadline();
    this.context.stop();
    await this.#activity.settled(0, deadline);
    await this.context.close();
    await this.#activity.settled(0, deadline);
    await this.bus.close();
    await this.#activity.ended(deadline);
    await this.context.cleanUp();
    if (this.#activity.size > 0) {
      this.#untold.push(
        drainTimeoutError(
          this.context.id,
          this.#timeout,
          this.#activity.describe(),
        ),
      );
    }
  }

  /** A stray that ends a task is one failure. */
  #failed(error: unknown): void {
    if (this.#failures.includes(error)) return;
    this.#failures.push(error);
    if (this.#throws) this.#untold.push(error);
  }

  #deadline(): number {
    return performance.now() + this.#timeout;
  }

  /** Throws the first error that was not thrown yet; the rest would only hide it. */
  #tellFailure(): void {
    if (this.#untold.length === 0) return;
    const [first] = this.#untold.splice(0);
    throw first;
  }

  async #within<T>(late: string, promise: Promise<T>): Promise<T> {
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(late)), this.#timeout);
    try {
      return await Promise.race([promise, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a task waits for when it is stopped rejects with one of these. */
function isCutShort(error: unknown): boolean {
  return error instanceof CaryatidError &&
    (error.code === "ABORTED" || error.code === "BUS_CLOSED");
}

function watchedClock(clock: VirtualClock, activity: Activity): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (milliseconds, signal) =>
      activity.wait(
        `a sleep of ${milliseconds} ms`,
        clock.sleep(milliseconds, signal),
      ),
  };
}

function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialise module "${id}": ${describeFailure(cause).message}`,
    { cause },
  );
}

function notSettledError(
  id: string,
  timeout: number,
  busy: string,
): CaryatidError {
  return new CaryatidError(
    "NOT_SETTLED",
    `Cannot settle module "${id}": still busy after ${timeout} ms: ${busy}`,
    {
      hint: "it waits for something else than the bus and its clock; " +
        "where it always does, give testModule { busy: 1 }",
    },
  );
}

function drainTimeoutError(
  id: string,
  timeout: number,
  busy: string,
): CaryatidError {
  return new CaryatidError(
    "DRAIN_TIMEOUT",
    `Cannot stop module "${id}": still at work after ${timeout} ms: ${busy}`,
    { hint: "end tasks when their loops end or context.signal fires" },
  );
}

import type { MockBus } from "./mock_bus.ts";

/** Options of `testModule`. */
export interface TestModuleOptions {
  /** Id of the module (its name). */
  readonly id?: string;
  /**
   * Bus that is prepared for `init`: with answers, failures, or another clock
   * (a new one).
   */
  readonly bus?: MockBus;
  /**
   * With "throw", `settle`, `advance` and `stop` throw each failure once. With
   * "collect", the test reads `TestedModule.failures` ("throw").
   */
  readonly failures?: "throw" | "collect";
  /**
   * Number of tasks and handlers that never wait for the bus or the clock, such
   * as a server. `settle` does not wait for that many (0).
   */
  readonly busy?: number;
  /**
   * Configuration of the process, as `processConfig` of the module's context
   * (`{}`).
   */
  readonly processConfig?: Readonly<Record<string, unknown>>;
  /** State of replaced code, as `previous` of `init` (none). */
  readonly previous?: unknown;
  /** Longest wait for the module, in milliseconds of real time (5,000). */
  readonly timeout?: number;
}

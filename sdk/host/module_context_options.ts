import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { MessageBus } from "../message_bus.ts";
import type { ModuleContext } from "./module_context.ts";
import type { SwappingFactory } from "./swapping.ts";

/** What a `ModuleContext` is made of. */
export interface ModuleContextOptions {
  /** The module's id. */
  readonly id: string;
  /** What carries its messages. */
  readonly bus: MessageBus;
  /** Where its log records go. */
  readonly log: Log;
  /** The machine's clock unless it is replaced. */
  readonly clock?: Clock | undefined;
  /** Hears of each task that throws. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Calls each task and each handler: a place to remember whose work it is. */
  readonly around?: (<T>(handler: boolean, work: () => T) => T) | undefined;
  /** Keeps subscriptions when the module fails, for the context that follows this one. */
  readonly keep?: boolean | undefined;
  /**
   * Keeps subscriptions and handlings for code that takes the place of the module's; costs two thirds of the rate at which loops read.
   * From `@caryatid/sdk/host/swapping`.
   */
  readonly swapping?: SwappingFactory | undefined;
  /** The context of the same module before it failed or was swapped. */
  readonly predecessor?: ModuleContext | undefined;
}

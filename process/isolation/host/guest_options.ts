import type { Log } from "@caryatid/sdk";
import type {
  Jail,
  ModuleGrants,
  ModuleLimits,
} from "../../config/process_config.ts";
import type { Leftovers } from "../wire/server/leftovers.ts";
import type { ServedBus } from "../wire/server/served_bus.ts";
import type { GuestKind, GuestSpawner } from "./guest_spawner.ts";

/** Handler of the frames that are not about the guest itself. */
export interface Traffic {
  /** Number of the guest's loops that wait for a delivery. */
  readonly readers: number;
  /** Counts received bytes. */
  owe(bytes: number): void;
  /** Handles a frame. Returns false if the kind of the frame is unknown. */
  receive(items: readonly unknown[], bytes: number): boolean;
  /**
   * Resolves when the guest has finished deliveries that were sent ahead before
   * other code takes over.
   */
  settled?(): Promise<void>;
  /** Keeps deliveries that the guest has not begun for its successor. */
  finish?(): void;
  /** Rejects everything that waits for the guest with `error`. */
  abandon(error: unknown): void;
}

/** Options of a guest. */
export interface GuestOptions {
  /** Kind of code that the guest runs (a module). */
  readonly kind?: GuestKind;
  /** Bytes that the guest may be sent before it grants more (unlimited). */
  readonly credit?: number;
  /** True if it carries the position in traces (false). */
  readonly traced?: boolean | undefined;
  /** Id of the module or bus. */
  readonly id: string;
  /** Absolute location of the code. */
  readonly specifier: string;
  /** Hash that the file of the code must have, if one is known. */
  readonly integrity?: string | undefined;
  /** Use of a jail, if the guest runs in a process (`auto`). */
  readonly jail?: Jail;
  readonly spawner: GuestSpawner;
  readonly grants: ModuleGrants;
  readonly limits: ModuleLimits;
  readonly log: Log;
  /** True if its full queues in memory may make publishers wait (false). */
  readonly mayBlock?: boolean;
  /** True if queues are kept when the module fails. */
  readonly keep: boolean;
}

/** Description that a guest gives of its module or bus. */
export interface LoadedModule {
  readonly name: string;
  readonly description: string;
  readonly kind: string;
}

/** Parts that `Guest.init` needs. */
export interface GuestInit {
  readonly bus: ServedBus;
  readonly leftovers: Leftovers;
  /** Configuration of the process that the guest may see. */
  readonly processConfig: unknown;
  /** State of the replaced code, if there is one. */
  readonly previous?: unknown;
  /** Called once, with the reason of a failure. */
  readonly onFailed: (error: unknown) => void;
}

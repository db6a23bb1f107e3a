import type { Log } from "@caryatid/sdk";
import type {
  ModuleGrants,
  ModuleLimits,
} from "../../config/process_config.ts";
import type { RelayedBus } from "./bus_relay.ts";
import type { GuestKind, GuestSpawner } from "./guest_spawner.ts";
import type { Leftovers } from "./leftovers.ts";

/** What the bus of every guest can do, whatever carries its topics. */
export const GUEST_ABILITIES = {
  external: true,
  durable: false,
  exactlyOnce: true,
  backPressure: "publisher",
} as const;

/** What deals with the frames that aren't about the guest itself. */
export interface Traffic {
  /** Loops of the guest that wait for a delivery, as far as is known. */
  readonly readers: number;
  /** So many bytes came. */
  owe(bytes: number): void;
  /** Deals with a frame; says whether it is one for it. */
  receive(items: readonly unknown[], bytes: number): boolean;
  /** Resolves when what the guest was sent ahead is finished, where other code takes over. */
  settled?(): Promise<void>;
  /** From here on what the guest hasn't begun is for whoever takes its place. */
  finish?(): void;
  /** The guest is gone, because of `error`. */
  abandon(error: unknown): void;
}

/** What a {@linkcode Guest} is made of. */
export interface GuestOptions {
  /** What its code defines (a module). */
  readonly kind?: GuestKind;
  /** Bytes that it may be sent until it grants more (as many as there are). */
  readonly credit?: number;
  /** The id of its module or bus. */
  readonly id: string;
  /** Where its code is. */
  readonly specifier: string;
  /** The hash that its file must have, if one is known. */
  readonly integrity?: string | undefined;
  readonly spawner: GuestSpawner;
  readonly grants: ModuleGrants;
  readonly limits: ModuleLimits;
  readonly log: Log;
  /** Whether queues are kept when it fails. */
  readonly keep: boolean;
}

/** What a guest tells of its module. */
export interface LoadedModule {
  readonly name: string;
  readonly description: string;
  readonly kind: string;
}

/** What {@linkcode Guest.init} is given. */
export interface GuestInit {
  readonly bus: RelayedBus;
  readonly leftovers: Leftovers;
  /** Hears once why it failed. */
  readonly onFailed: (error: unknown) => void;
}

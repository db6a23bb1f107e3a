import { Float } from "@caryatid/sdk";
import { each } from "./each.ts";
import type { ModuleSnapshot, MonitorSnapshot } from "./snapshot.ts";

/** What buswatch reads of a topic: version 1.0 of its form. */
export interface BuswatchSnapshot {
  readonly version: { readonly major: 1; readonly minor: 0 };
  /** Milliseconds since 1970. */
  readonly timestamp_ms: number;
  /** By module id. */
  readonly modules: Readonly<Record<string, BuswatchModule>>;
}

/** One module; `pending` is in microseconds, and stands only where somebody waits. */
export interface BuswatchModule {
  readonly reads: Readonly<
    Record<string, {
      readonly count: number;
      readonly backlog: number;
      readonly pending?: number;
      /** Always sent as a float, as Rust wants it. */
      readonly rate: Float;
    }>
  >;
  readonly writes: Readonly<
    Record<
      string,
      {
        readonly count: number;
        readonly pending?: number;
        readonly rate: Float;
      }
    >
  >;
}

/** The message for buswatch and its kin. */
export function buswatchForm(snapshot: MonitorSnapshot): BuswatchSnapshot {
  return {
    version: { major: 1, minor: 0 },
    timestamp_ms: Math.round(snapshot.time),
    modules: each(snapshot.modules, moduleForm),
  };
}

function moduleForm({ reads, writes }: ModuleSnapshot): BuswatchModule {
  return {
    reads: each(reads, ({ read, unread, pendingFor, rate }) => ({
      count: read,
      backlog: unread,
      ...pending(pendingFor),
      rate: new Float(rate),
    })),
    writes: each(writes, ({ written, pendingFor, rate }) => ({
      count: written,
      ...pending(pendingFor),
      rate: new Float(rate),
    })),
  };
}

function pending(milliseconds: number | undefined): { pending?: number } {
  return milliseconds === undefined
    ? {}
    : { pending: Math.round(milliseconds * 1000) };
}

import { each } from "./each.ts";
import { rustDuration } from "./rust_duration.ts";
import type {
  HandlingsSnapshot,
  ModuleSnapshot,
  MonitorSnapshot,
  ReadsSnapshot,
  RequestsSnapshot,
  WritesSnapshot,
} from "./snapshot.ts";

type Table = Record<string, unknown>;

/**
 * The file that caryatid_process writes, as text: `reads` with `read`, `unread`, `pending_for`, `writes` with `written`,
 * `pending_for`; by module id, where Rust has the class. What Rust doesn't know stands beside. What is 0 or isn't is left out, but
 * for `read`, `written`, `count` and `handled`.
 */
export function rustText({ modules }: MonitorSnapshot): string {
  return JSON.stringify(each(modules, moduleForm), null, 2) + "\n";
}

function moduleForm(module: ModuleSnapshot): Table {
  const { reads, writes, requests, handlings } = module;
  return {
    reads: each(reads, readsForm),
    writes: each(writes, writesForm),
    ...some("requests", each(requests, requestsForm)),
    ...some("handlings", each(handlings, handlingsForm)),
  };
}

function readsForm(reads: ReadsSnapshot): Table {
  return {
    read: reads.read,
    ...above0({ unread: reads.unread }),
    ...duration("pending_for", reads.pendingFor),
    ...above0({ in_hand: reads.inHand }),
    ...duration("in_hand_for", reads.inHandFor),
    ...above0({ held_up: reads.heldUp, dropped: reads.dropped }),
    ...above0({ rate: rounded(reads.rate) }),
  };
}

function writesForm(writes: WritesSnapshot): Table {
  const { waitsFor } = writes;
  return {
    written: writes.written,
    ...duration("pending_for", writes.pendingFor),
    ...above0({ waiting: writes.waiting }),
    ...(waitsFor.length > 0 && { waits_for: waitsFor }),
    ...above0({ failed: writes.failed, rate: rounded(writes.rate) }),
  };
}

function requestsForm(requests: RequestsSnapshot): Table {
  return {
    count: requests.count,
    ...above0({ pending: requests.pending }),
    ...duration("pending_for", requests.pendingFor),
    ...some("failed", requests.failed),
  };
}

function handlingsForm({ handled, failed, running }: HandlingsSnapshot): Table {
  return { handled, ...above0({ failed, running }) };
}

function some(name: string, table: Readonly<Record<string, unknown>>): Table {
  return Object.keys(table).length > 0 ? { [name]: table } : {};
}

function above0(fields: Readonly<Record<string, number>>): Table {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value > 0),
  );
}

function duration(name: string, milliseconds: number | undefined): Table {
  return milliseconds === undefined
    ? {}
    : { [name]: rustDuration(milliseconds) };
}

/** More digits would only look exact. */
function rounded(rate: number): number {
  return Math.round(rate * 10) / 10;
}

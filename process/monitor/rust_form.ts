import {
  type HandlingsSnapshot,
  mapTable,
  type ModuleSnapshot,
  type MonitorSnapshot,
  type ReadsSnapshot,
  type RequestsSnapshot,
  type WritesSnapshot,
} from "./snapshot.ts";

type Table = Record<string, unknown>;

/**
 * Returns the text of the file that caryatid_process writes: `reads` with
 * `read`, `unread` and `pending_for`, `writes` with `written` and
 * `pending_for`. It is keyed by module id, while Rust has the class. Fields
 * that Rust does not know are added. Fields that are 0 or undefined are left
 * out, except for `read`, `written`, `count` and `handled`.
 */
export function rustText({ modules }: MonitorSnapshot): string {
  return JSON.stringify(mapTable(modules, moduleForm), null, 2) + "\n";
}

function moduleForm(module: ModuleSnapshot): Table {
  const { reads, writes, requests, handlings } = module;
  return {
    reads: mapTable(reads, readsForm),
    writes: mapTable(writes, writesForm),
    ...some("requests", mapTable(requests, requestsForm)),
    ...some("handlings", mapTable(handlings, handlingsForm)),
  };
}

function readsForm(reads: ReadsSnapshot): Table {
  return {
    read: reads.read,
    ...above0({ unread: reads.unread }),
    ...duration("pending_for", reads.pendingFor),
    ...above0({ in_flight: reads.inFlight }),
    ...duration("in_flight_for", reads.inFlightFor),
    ...above0({
      waiting_publishers: reads.waitingPublishers,
      dropped: reads.dropped,
    }),
    ...above0({ rate: rounded(reads.rate) }),
    ...(reads.groups.length > 0 && { groups: reads.groups }),
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

/**
 * Rounds to one digit: more would suggest an accuracy that it does not have.
 */
function rounded(rate: number): number {
  return Math.round(rate * 10) / 10;
}

/** Units with their length in nanoseconds, largest first. */
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]] as const;

/**
 * Formats a time as Rust's `Debug` of `Duration` does: in the largest unit of
 * which it has at least one, with as many digits as needed, exact to the
 * nanosecond.
 */
export function rustDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  // Without the seconds: the whole time in nanoseconds would exceed a number.
  const rest = Math.round((milliseconds - seconds * 1000) * 1e6);
  if (rest === 1e9) return `${seconds + 1}s`;
  if (seconds > 0) return decimal(seconds, rest, 9) + "s";
  const [unit, name] = UNITS.find(([size]) => rest >= size) ?? UNITS[3];
  return decimal(Math.floor(rest / unit), rest % unit, Math.log10(unit)) + name;
}

/**
 * Formats a decimal number. `fraction` is in units of the last of `digits`
 * digits.
 */
function decimal(whole: number, fraction: number, digits: number): string {
  const text = String(fraction).padStart(digits, "0").replace(/0+$/, "");
  return fraction === 0 ? String(whole) : `${whole}.${text}`;
}

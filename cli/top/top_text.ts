import {
  type Chain,
  findChains,
  type ModuleView,
  type ProcessView,
  refKey,
  type Role,
} from "@caryatid/process/internal/snapshots";
import { harmless } from "../terminal/terminal.ts";

/** Size and abilities of the screen. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colors: boolean;
}

interface Line {
  readonly module: ModuleView;
  readonly process: ProcessView;
  readonly role: Role | undefined;
  readonly cells: readonly string[];
}

const HEAD = [
  "MODULE",
  "STATE",
  "IN/s",
  "OUT/s",
  "QUEUED",
  "BUSY",
  "WAITS",
  "LOST",
  "RESTARTS",
  "MEMORY",
];
/** Maximum width of the column of modules. */
const MAX_NAME = 40;
/** Number of columns whose text begins at the left. */
const LEFT = 2;

/**
 * Returns the lines of the screen: processes, chains of waits, and the modules,
 * those that need attention first.
 */
export function topLines(
  processes: readonly ProcessView[],
  screen: Screen,
): string[] {
  const { chains, roles } = findChains(processes);
  const names = new Map(processes.map((one) => [one.id, one]));
  const lines = processes.flatMap((process) =>
    process.modules.map((module) => lineOf(process, module, roles))
  ).sort((a, b) => pain(b) - pain(a));
  const top = [
    ...processes.map((process) => processText(process)),
    ...chains.map((chain) => paint(chainText(chain, names), "red", screen)),
    "",
  ];
  const room = Math.max(1, screen.rows - top.length - 2);
  const shown = lines.slice(0, room);
  const widths = HEAD.map((head, at) =>
    Math.max(head.length, ...shown.map(({ cells }) => cells[at]!.length))
  );
  const more = lines.length - shown.length;
  return [
    ...top,
    paint(rowText(HEAD, widths), "dim", screen),
    ...shown.map(({ cells, role, module }) =>
      paint(rowText(cells, widths), colorOf(role, module), screen)
    ),
    ...more > 0 ? [paint(`and ${more} more modules`, "dim", screen)] : [],
  ].map((line) => fitted(line, screen));
}

function processText(process: ProcessView): string {
  const { name, pid, memory, cpu, time, started, buses, problems } = process;
  const lost = buses.filter(({ connected }) => !connected)
    .map(({ id }) => `${id} disconnected`);
  return harmless([
    `${name} (pid ${pid})`,
    `up ${duration(started > 0 ? time - started : 0)}`,
    bytes(memory),
    `${Math.round(cpu * 100)} % CPU`,
    ...lost,
    ...problems.slice(0, 2),
  ].join("  "));
}

function chainText(
  { waits, root, isCycle, time }: Chain,
  names: ReadonlyMap<string, ProcessView>,
): string {
  const path = [...waits.map(({ from }) => from), root].map((
    { module, process },
  ) => names.size > 1 ? `${module} (${names.get(process)?.name})` : module);
  const last = waits.at(-1)!;
  const what = isCycle
    ? "wait for each other"
    : last.isRequest
    ? `no answer on ${last.pattern}`
    : `the queue of ${last.pattern} is full`;
  return harmless(`! ${path.join(" > ")}: ${what}, ${duration(time)}`);
}

function lineOf(
  process: ProcessView,
  module: ModuleView,
  roles: ReadonlyMap<string, Role>,
): Line {
  const role = roles.get(refKey({ process: process.id, module: module.id }));
  const { reads, writes, requests, handlings, memory, restarts } = module;
  const busy = Math.max(0, ...reads.map(({ inFlightFor }) => inFlightFor));
  const waits = Math.max(
    0,
    ...[...writes, ...requests].map(({ pendingFor }) => pendingFor),
  );
  const cells = [
    harmless(`${module.id} (${process.name})`).slice(0, MAX_NAME),
    role ?? (module.paused ? "paused" : module.state),
    rate(sum(reads, "rate") + sum(handlings, "rate")),
    rate(sum(writes, "rate") + sum(requests, "rate")),
    number(sum(reads, "queued")),
    busy >= 100 ? duration(busy) : "",
    waits >= 100 ? duration(waits) : "",
    number(sum(reads, "dropped")),
    number(restarts),
    memory === undefined ? "" : bytes(memory),
  ];
  return { module, process, role, cells };
}

/** Returns a higher number for modules that need attention. */
function pain({ module, role }: Line): number {
  const { state, reads, writes, restarts } = module;
  return (role === "stuck" ? 1e12 : role === "waiting" ? 1e11 : 0) +
    (state === "failed" ? 1e10 : state === "restarting" ? 1e9 : 0) +
    Math.min(sum(reads, "queued"), 1e5) * 1_000 + restarts * 100 +
    Math.min(sum(reads, "rate") + sum(writes, "rate"), 1e6) / 1e5;
}

function colorOf(
  role: Role | undefined,
  { state }: ModuleView,
): "red" | "yellow" | undefined {
  if (role === "stuck" || state === "failed") return "red";
  return role === "waiting" || state === "restarting" ? "yellow" : undefined;
}

const STYLES = { red: "\x1b[31m", yellow: "\x1b[33m", dim: "\x1b[2m" };

function paint(
  text: string,
  style: keyof typeof STYLES | undefined,
  { colors }: Screen,
): string {
  return colors && style ? `${STYLES[style]}${text}\x1b[0m` : text;
}

function rowText(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, at) =>
    at < LEFT ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
  ).join("  ").trimEnd();
}

/** Cuts a line at the width of the screen, without its colors. */
function fitted(line: string, { columns }: Screen): string {
  const [, start = "", text = "", end = ""] =
    // deno-lint-ignore no-control-regex -- colors begin with ESC
    /^(\x1b\[\d+m)?(.*?)(\x1b\[0m)?$/s.exec(line)!;
  return start + text.slice(0, columns) + end;
}

function sum<K extends string>(
  all: readonly Readonly<Record<K, number>>[],
  key: K,
): number {
  return all.reduce((total, one) => total + one[key], 0);
}

function rate(value: number): string {
  return value < 0.05 ? "" : value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function number(value: number): string {
  return value > 0 ? String(Math.round(value)) : "";
}

function bytes(value: number): string {
  return `${Math.round(value / 2 ** 20)} MiB`;
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

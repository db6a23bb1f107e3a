import { isDeepStrictEqual } from "node:util";
import type {
  ModuleConfig,
  ProcessConfig,
} from "@caryatid/process/internal/config";
import { fileUrl } from "@caryatid/process/internal/platform";
import { isIsolated, type Part } from "../inspection/inspection.ts";
import { changedIn, codeOf, type State } from "./state.ts";

/** Reaction to a change. */
export type Plan = {
  /** Change that a swap cannot apply: the process restarts. */
  readonly restart: string;
} | {
  /** Ids of the modules to swap; empty if the change has no effect. */
  readonly swap: readonly string[];
};

/** Plans how a process in the state `running` gets to the state `next`. */
export function planOf(running: State, next: State): Plan {
  const changed = changedIn(next.texts, running.texts);
  const restart = configReason(running, next, changed) ??
    codeReason(next, changed);
  if (restart !== undefined) return { restart };
  const before = new Map(
    running.checked.config.modules.map((module) => [module.id, module]),
  );
  const swap = modulesOf(next).filter((part) => {
    const module = part.config as ModuleConfig;
    return isTouched(part, next, changed) ||
      !isDeepStrictEqual(swappable(before.get(module.id)!), swappable(module));
  });
  return { swap: swap.map(({ config }) => config.id) };
}

/** Returns the parts that are modules. */
export function modulesOf({ checked }: State): Part[] {
  return checked.parts.filter(({ kind }) => kind === "module");
}

/** True if a file that a part needs is among `changed`. */
export function isTouched(
  part: Part,
  { graph }: State,
  changed: ReadonlySet<string>,
): boolean {
  return [...codeOf(part, graph).keys()].some((url) => changed.has(url));
}

function configReason(
  running: State,
  next: State,
  changed: ReadonlySet<string>,
): string | undefined {
  const { project, config } = next.checked;
  const isProject = project.config !== undefined &&
    changed.has(fileUrl(project.config).href);
  if (isProject) return "deno.json";
  const before = running.checked.config;
  if (
    !isDeepStrictEqual(before.modules.map(fixed), config.modules.map(fixed))
  ) {
    return "the list of modules, or how they run";
  }
  for (const [key, name] of SETTINGS) {
    if (!isDeepStrictEqual(plain(before[key]), plain(config[key]))) return name;
  }
  if (isDeepStrictEqual(running.args, next.args)) return undefined;
  return "the permissions or the code of the process";
}

/**
 * Settings that a process keeps for its whole life, with their names for the
 * user.
 */
const SETTINGS: readonly [keyof ProcessConfig, string][] = [
  ["buses", "[message-bus]"],
  ["routes", "[message-router]"],
  ["requestTimeout", "[message-router]"],
  ["startupTopic", "[global.startup]"],
  ["startupMessage", "[global.startup]"],
  ["startDeadline", "[lifecycle]"],
  ["stopDeadline", "[lifecycle]"],
  ["log", "[log]"],
  ["monitor", "[monitor]"],
];

function codeReason(
  next: State,
  changed: ReadonlySet<string>,
): string | undefined {
  for (const part of next.checked.parts) {
    if (!isTouched(part, next, changed)) continue;
    if (part.kind === "message-bus") {
      return `the code of [message-bus.${part.config.id}]`;
    }
    if (isIsolated(part)) continue; // the guest loads its files itself
    const files = [...codeOf(part, next.graph).values()];
    const unusual = files.find(({ plain }) => !plain);
    if (unusual) return `code that needs ${unusual.url}`;
  }
  return undefined;
}

/**
 * Returns the settings that a swap applies. A new guest gets new permissions,
 * limits and integrity; code that runs in the process has those of the process.
 */
function swappable(module: ModuleConfig): unknown {
  const { section, onFailure, isolation } = module;
  if (isolation === "none") return { section, onFailure };
  const { permissions, limits, integrity, jail } = module;
  return { section, onFailure, permissions, limits, integrity, jail };
}

/** Returns the settings that only a restart applies. */
function fixed(module: ModuleConfig): unknown {
  const swapped = Object.keys(swappable(module) as object);
  const left = Object.entries(module).filter(([key]) =>
    key !== "globalKeys" && !swapped.includes(key)
  );
  return { ...Object.fromEntries(left), base: module.base?.href };
}

/** Replaces URLs by their text, so that they can be compared. */
function plain(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((one) => "base" in one ? { ...one, base: one.base?.href } : one)
    : value;
}

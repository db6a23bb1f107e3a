import { isDeepStrictEqual } from "node:util";
import type {
  ModuleConfig,
  ProcessConfig,
} from "../../config/process_config.ts";
import { fileUrl } from "../file_urls.ts";
import type { Part } from "../subject.ts";
import { changedIn, codeOf, type State } from "./state.ts";

/** What is to be done for a change. */
export type Plan = {
  /** Why the whole process has to start anew: what changed that can't be swapped. */
  readonly restart: string;
} | {
  /** Modules to swap; none if the change makes no difference. */
  readonly swap: readonly string[];
};

/** What leads from the state that runs to this one. */
export function planOf(running: State, next: State): Plan {
  const changed = changedIn(next.texts, running.texts);
  const restart = configReason(running, next, changed) ??
    codeReason(next, changed);
  if (restart !== undefined) return { restart };
  const before = new Map(
    running.subject.config.modules.map((module) => [module.id, module]),
  );
  const swap = modulesOf(next).filter((part) => {
    const module = part.config as ModuleConfig;
    return isTouched(part, next, changed) ||
      !isDeepStrictEqual(swappable(before.get(module.id)!), swappable(module));
  });
  return { swap: swap.map(({ config }) => config.id) };
}

/** The parts that are modules. */
export function modulesOf({ subject }: State): Part[] {
  return subject.parts.filter(({ kind }) => kind === "module");
}

/** Whether the code of a part runs in a guest. */
export function isIsolated({ config }: Part): boolean {
  return "isolation" in config && config.isolation !== "none";
}

/** Whether a file that a part needs is among these. */
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
  const { project, config } = next.subject;
  const isProject = project.config !== undefined &&
    changed.has(fileUrl(project.config).href);
  if (isProject) return "deno.json";
  const before = running.subject.config;
  if (
    !isDeepStrictEqual(before.modules.map(fixed), config.modules.map(fixed))
  ) {
    return "which modules there are, and how they are run";
  }
  for (const [key, name] of SETTINGS) {
    if (!isDeepStrictEqual(plain(before[key]), plain(config[key]))) return name;
  }
  if (isDeepStrictEqual(running.args, next.args)) return undefined;
  return "what the process may do, or is made of";
}

/** What is one process's for its whole life, as people know it. */
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
  for (const part of next.subject.parts) {
    if (!isTouched(part, next, changed)) continue;
    if (part.kind === "message-bus") {
      return `the code of [message-bus.${part.config.id}]`;
    }
    if (isIsolated(part)) continue; // its guest loads them itself
    const files = [...codeOf(part, next.graph).values()];
    const unusual = files.find(({ plain }) => !plain);
    if (unusual) return `code that needs ${unusual.url}`;
  }
  return undefined;
}

/** What a swap brings. Another guest has its own permissions, limits and integrity; code that runs in the process has those of the process. */
function swappable(module: ModuleConfig): unknown {
  const { section, onFailure, isolation } = module;
  if (isolation === "none") return { section, onFailure };
  const { permissions, limits, integrity } = module;
  return { section, onFailure, permissions, limits, integrity };
}

/** What only a restart brings. */
function fixed(module: ModuleConfig): unknown {
  const swapped = Object.keys(swappable(module) as object);
  const left = Object.entries(module).filter(([key]) =>
    key !== "globalKeys" && !swapped.includes(key)
  );
  return { ...Object.fromEntries(left), base: module.base?.href };
}

/** URLs are compared by their text. */
function plain(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map((one) => "base" in one ? { ...one, base: one.base?.href } : one)
    : value;
}

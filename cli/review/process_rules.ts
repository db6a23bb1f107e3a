import type { ProcessConfig } from "@caryatid/process/internal/config";
import type { Part } from "../inspection/inspection.ts";
import {
  finding,
  type ReviewContext,
  type Rule,
  type RuleFinding,
} from "./rule.ts";
import { overlap, routesOf } from "./topics.ts";

/**
 * Rules about a file that is divided into processes. All findings are notices:
 * a key that is called topic does not say who publishes on it. They do not
 * apply to one process of the file alone.
 */
export const PROCESS_RULES: readonly Rule[] = [
  modulesWithoutProcess,
  unconnectedProcesses,
  dedupedGroups,
  separatedTopics,
].map((rule) => (context) => isDivided(context) ? rule(context) : []);

function isDivided({ config: { processes, process } }: ReviewContext): boolean {
  return processes.length > 0 && process === undefined;
}

function* modulesWithoutProcess(
  { config: { modules, processes } }: ReviewContext,
): Generator<RuleFinding> {
  const assigned = new Set(processes.flatMap(({ modules }) => modules));
  for (const { id, path } of modules) {
    if (assigned.has(id)) continue;
    yield finding("notice", path, {
      what: "found a module in no process; expected it in one at least",
      hint: `Add "${id}" to the modules of a [process.<name>].`,
    });
  }
}

function* unconnectedProcesses(
  context: ReviewContext,
): Generator<RuleFinding> {
  if (areConnected(context)) return;
  yield finding("notice", ["process"], {
    dotted: "message-bus",
    what: `found ${context.config.processes.length} processes that cannot ` +
      "reach each other; expected a bus between them",
    hint: 'Add [message-bus.<id>] with class = "rabbit-mq", and a route to it.',
  });
}

/**
 * A topic that modules of different processes name and that only an in-memory
 * bus carries.
 */
function* separatedTopics(context: ReviewContext): Generator<RuleFinding> {
  if (!areConnected(context)) return;
  const { config, parts } = context;
  const keys = parts.flatMap(({ kind, config, inspection }) =>
    kind !== "module" ? [] : inspection.topics.map(({ key, topic }) => ({
      id: config.id,
      path: [...config.path, ...key.split(".")],
      topic,
    }))
  ).filter(({ topic }) => context.staysInProcess(topic));
  for (const [index, { id, path, topic }] of keys.entries()) {
    const other = keys.slice(0, index).find((earlier) =>
      overlap(topic, earlier.topic) && !shareProcess(config, id, earlier.id)
    );
    if (!other) continue;
    yield finding("notice", path, {
      code: "NO_ROUTE",
      what: `found "${topic}", on which "${id}" and "${other.id}" cannot ` +
        "reach each other: they are in different processes, and only an " +
        "in-memory bus carries it",
      hint: "Route it to a bus between processes, such as rabbit-mq.",
    });
  }
}

/**
 * A `dedupe-window` and the same code in two processes: if it subscribes with a
 * group, each member remembers its own ids only.
 */
function* dedupedGroups(
  { config, parts }: ReviewContext,
): Generator<RuleFinding> {
  for (const { id, className, path, settings } of config.buses) {
    const window = settings["dedupe-window"];
    if (className !== "rabbit-mq" || typeof window !== "number") continue;
    if (window < 1) continue;
    const subscribers = config.processes.flatMap(({ name, modules }) =>
      parts.filter(({ kind, config }) =>
        kind === "module" && modules.includes(config.id)
      ).map((part) => ({
        name,
        part,
        patterns: subscribedOn(config, part, id),
      }))
    );
    const [first, second] = subscribers.flatMap((one, index) => {
      const other = subscribers.slice(index + 1).find((each) =>
        each.name !== one.name &&
        each.part.specifier === one.part.specifier &&
        each.patterns.some((pattern) =>
          one.patterns.some((earlier) => overlap(pattern, earlier))
        )
      );
      return other ? [one, other] : [];
    });
    if (first === undefined || second === undefined) continue;
    yield finding("notice", [...path, "dedupe-window"], {
      what: `found ${window}, and the same code in processes ` +
        `"${first.name}" and "${second.name}" ` +
        `(module.${second.part.config.id}): a member of a group does not ` +
        "find copies that members in other processes have handled",
      hint: "Make a second handling of a message harmless, or ignore this if " +
        "it subscribes without a group.",
    });
  }
}

/**
 * Returns the patterns that a bus may carry for a module: all unless declared.
 */
function subscribedOn(
  { routes }: ProcessConfig,
  { inspection: { declared } }: Part,
  bus: string,
): readonly string[] {
  const patterns = declared === undefined ? ["#"] : declared.subscribe ?? [];
  return patterns.filter((pattern) =>
    routesOf(routes, pattern).some(({ buses }) => buses.includes(bus))
  );
}

function areConnected({ config, inMemoryBuses }: ReviewContext): boolean {
  return inMemoryBuses.size < config.buses.length ||
    config.processes.length === 1;
}

/**
 * True if one process has both modules. A module without a process has its own
 * rule.
 */
function shareProcess(
  { processes }: ProcessConfig,
  a: string,
  b: string,
): boolean {
  const withA = processes.filter(({ modules }) => modules.includes(a));
  const withB = processes.filter(({ modules }) => modules.includes(b));
  return withA.length === 0 || withB.length === 0 ||
    withA.some((process) => withB.includes(process));
}

import type { ProcessConfig } from "../config/process_config.ts";
import { inMemoryBuses } from "./in_memory_buses.ts";
import type { Complaint } from "./inspection/inspection.ts";
import { overlap, routesOf } from "./routes_of.ts";
import type { Part } from "./subject.ts";

/** A topic that a key of a module's section names. */
interface Named {
  readonly id: string;
  readonly path: readonly string[];
  readonly topic: string;
}

/**
 * Finds modules that no process of a divided file runs, and topics that modules of different processes name though no bus carries them
 * from one to the other. Notices: that a key is called topic doesn't say who sends on it.
 */
export function reviewProcesses(
  config: ProcessConfig,
  parts: readonly Part[],
): Complaint[] {
  // One process of them alone says nothing of the others.
  if (config.processes.length === 0 || config.process !== undefined) return [];
  const noneLeaves = inMemoryBuses(config).size === config.buses.length;
  return [
    ...inNone(config),
    ...noneLeaves && config.processes.length > 1
      ? [noBus(config)]
      : apart(config, parts),
  ];
}

function noBus({ processes }: ProcessConfig): Complaint {
  return {
    code: "INVALID_CONFIG",
    key: ["process"],
    dotted: "message-bus",
    message: `Cannot use message-bus: found ${processes.length} processes ` +
      "that can't hear each other, wanted a bus between them",
    hint: 'add [message-bus.<id>] with class = "rabbit-mq", and a route to it',
  };
}

function inNone({ modules, processes }: ProcessConfig): Complaint[] {
  const inSome = new Set(processes.flatMap(({ modules }) => modules));
  return modules.filter(({ id }) => !inSome.has(id)).map(({ id, path }) => ({
    code: "INVALID_CONFIG",
    key: path,
    dotted: path.join("."),
    message: `Cannot use ${path.join(".")}: ` +
      "found a module in no process, wanted it in one at least",
    hint: `add "${id}" to the modules of a [process.<name>]`,
  }));
}

function apart(config: ProcessConfig, parts: readonly Part[]): Complaint[] {
  const named = parts.flatMap(({ kind, config, inspection }) =>
    kind !== "module" ? [] : inspection.topics.map(({ key, topic }): Named => ({
      id: config.id,
      path: [...config.path, ...key.split(".")],
      topic,
    }))
  ).filter(({ topic }) => staysInProcess(config, topic));
  return named.flatMap((one, index) => {
    const others = named.slice(0, index).filter((other) =>
      overlap(one.topic, other.topic) && !together(config, one.id, other.id)
    );
    return others.slice(0, 1).map((other) => unheard(one, other));
  });
}

function unheard({ path, topic, id }: Named, other: Named): Complaint {
  const dotted = path.join(".");
  return {
    code: "NO_ROUTE",
    key: path,
    dotted,
    message: `Cannot use ${dotted}: found "${topic}", on which ` +
      `"${id}" and "${other.id}" can't hear each other: they are in ` +
      "different processes, and only an in-memory bus carries it",
    hint: "route it to a bus between processes, such as rabbit-mq",
  };
}

/** Whether nothing that may be on a topic or pattern leaves the process. */
function staysInProcess(config: ProcessConfig, topic: string): boolean {
  const inMemory = inMemoryBuses(config);
  const fitting = routesOf(config.routes, topic);
  return fitting.length > 0 &&
    fitting.every(({ buses }) => buses.every((bus) => inMemory.has(bus)));
}

/** Whether there is a process with both; a module that none runs is told by itself. */
function together(
  { processes }: ProcessConfig,
  a: string,
  b: string,
): boolean {
  const withA = processes.filter(({ modules }) => modules.includes(a));
  const withB = processes.filter(({ modules }) => modules.includes(b));
  return withA.length === 0 || withB.length === 0 ||
    withA.some((process) => withB.includes(process));
}

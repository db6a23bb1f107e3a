import type { Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { routesOf } from "../review/topics.ts";
import type { Box, Group } from "./drawing.ts";

type Config = CheckedConfig["config"];

/** Module with one of its boxes. */
interface BoxedModule {
  readonly part: Part;
  readonly box: Box;
}

/** Modules with their boxes: one for each process that runs the module. */
export class ModuleBoxes {
  /** All boxes, in the order of the modules. */
  readonly all: readonly BoxedModule[];
  /** Processes, with the boxes of their modules. */
  readonly groups: readonly Group[];

  /** Creates the boxes. */
  constructor(modules: readonly Part[], processes: Config["processes"]) {
    const groups = processes.map(({ name }): Group & { boxes: string[] } => ({
      kind: "process",
      name,
      boxes: [],
    }));
    this.groups = groups;
    this.all = modules.flatMap((part, index) => {
      const homes = processes.flatMap(({ modules }, n) =>
        modules.includes(part.config.id) ? n : []
      );
      const ids = homes.length < 2
        ? [`m${index}`]
        : homes.map((home) => `m${index}p${home}`);
      for (const [n, home] of homes.entries()) {
        groups[home]!.boxes.push(ids[n]!);
      }
      return ids.map((id) => ({ part, box: moduleBox(part, id) }));
    });
  }
}

function moduleBox({ config, inspection }: Part, box: string): Box {
  const { id, className, isolation } = config;
  const name = className === id ? id : `${id} (${className})`;
  const { groups = [] } = inspection.declared ?? {};
  const joined = groups.length === 0 ? "" : ` (groups: ${groups.join(" ")})`;
  const isolated = isolation !== "none";
  return {
    id: box,
    kind: "module",
    text: name + joined,
    ...(isolated && { isolated }),
  };
}

/**
 * Returns a frame for each bus, or set of buses, with the topics that its
 * routes carry.
 */
export function busGroups(
  { buses, routes }: Config,
  topics: readonly (readonly [topic: string, box: string])[],
): Group[] {
  const names = new Map(
    buses.map(({ id, className }) => [id, `${id} (${className})`]),
  );
  const groups = new Map<string, string[]>(
    [...names.values()].map((name) => [name, []]),
  );
  for (const [topic, box] of topics) {
    const carriers = new Set(
      routesOf(routes, topic).flatMap(({ buses }) => buses),
    );
    const name = [...names].filter(([id]) => carriers.has(id))
      .map(([, name]) => name).join(", ");
    if (name === "") continue; // no route carries it
    groups.set(name, [...groups.get(name) ?? [], box]);
  }
  return [...groups].map(([name, boxes]) => ({ kind: "bus", name, boxes }));
}

import type { TopicUse } from "@caryatid/sdk";
import { publicPatterns } from "../declared_uses.ts";
import { overlap, routesOf } from "../routes_of.ts";
import type { Part, Subject } from "../subject.ts";

/** What is drawn as a box. */
export interface Box {
  readonly id: string;
  readonly kind: "module" | "topic" | "bus";
  readonly text: string;
}

/**
 * What a line says: that a module does something on a topic; that it has a key which names it, whatever it does there; that a topic
 * is one of a pattern that others listen to; or that a route leads to a bus.
 */
export type LineKind = TopicUse | "key" | "match" | "route";

/** A line, in the direction in which messages go. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly kind: LineKind;
  readonly text: string;
}

/** What a graph shows, before anybody knows where. */
export interface Drawing {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** Who sends comes before who hears. */
const USES: readonly TopicUse[] = ["publish", "request", "subscribe", "handle"];

/** Modules, the topics that they declare or else those that their keys name, and the buses that routes bring them to. */
export function drawingOf({ config, parts }: Subject): Drawing {
  const modules = parts.filter(({ kind }) => kind === "module");
  const topics = new Topics();
  const lines = modules.flatMap((module, index) =>
    linesOf(module, `m${index}`, topics)
  );
  const buses = new Map(config.buses.map(({ id }, n) => [id, `b${n}`]));
  const routes = topics.all.flatMap(([topic, from]) =>
    routesOf(config.routes, topic).flatMap(({ pattern, buses: ids }) =>
      ids.map((id): Line => ({
        from,
        to: buses.get(id)!,
        kind: "route",
        text: pattern,
      }))
    )
  );
  return {
    boxes: [
      ...modules.map((module, index) => moduleBox(module, `m${index}`)),
      ...topics.all.map(([text, id]): Box => ({ id, kind: "topic", text })),
      ...config.buses.map(({ id, className }, index): Box => ({
        id: `b${index}`,
        kind: "bus",
        text: `${id} (${className})`,
      })),
    ],
    lines: [...lines, ...topics.matches(), ...routes],
  };
}

function moduleBox({ config: { id, className } }: Part, box: string): Box {
  const text = className === id ? id : `${id} (${className})`;
  return { id: box, kind: "module", text };
}

function linesOf({ inspection }: Part, module: string, topics: Topics): Line[] {
  if (inspection.declared === undefined) {
    return inspection.topics.map(({ key, topic }): Line => ({
      from: module,
      to: topics.box(topic),
      kind: "key",
      text: key,
    }));
  }
  return USES.flatMap((use) =>
    publicPatterns(inspection, use).map((pattern): Line => {
      const topic = topics.use(use, pattern);
      return use === "publish" || use === "request"
        ? { from: module, to: topic, kind: use, text: use }
        : { from: topic, to: module, kind: use, text: use };
    })
  );
}

/** Topics by their boxes, and what is done on them. */
class Topics {
  readonly #boxes = new Map<string, string>();
  readonly #used: Readonly<Record<TopicUse, Set<string>>> = {
    publish: new Set(),
    subscribe: new Set(),
    request: new Set(),
    handle: new Set(),
  };

  get all(): [topic: string, box: string][] {
    return [...this.#boxes];
  }

  box(topic: string): string {
    const known = this.#boxes.get(topic) ?? `t${this.#boxes.size}`;
    this.#boxes.set(topic, known);
    return known;
  }

  use(use: TopicUse, topic: string): string {
    this.#used[use].add(topic);
    return this.box(topic);
  }

  /** What is sent on one topic reaches who listens to another that overlaps. */
  matches(): Line[] {
    const { publish, subscribe, request, handle } = this.#used;
    const found = [...this.#between(publish, subscribe)];
    for (const line of this.#between(request, handle)) {
      const isThere = found.some(({ from, to }) =>
        from === line.from && to === line.to
      );
      if (!isThere) found.push(line);
    }
    return found;
  }

  #between(sent: ReadonlySet<string>, heard: ReadonlySet<string>): Line[] {
    return [...sent].flatMap((topic) =>
      [...heard].filter((other) => other !== topic && overlap(other, topic))
        .map((other): Line => ({
          from: this.box(topic),
          to: this.box(other),
          kind: "match",
          text: "",
        }))
    );
  }
}

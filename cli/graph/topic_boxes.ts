import type { TopicUse } from "@caryatid/sdk";
import { overlap } from "../review/topics.ts";
import type { Line } from "./drawing.ts";

/** Topics with their boxes and uses. */
export class TopicBoxes {
  readonly #boxes = new Map<string, string>();
  readonly #used: Readonly<Record<TopicUse, Set<string>>> = {
    publish: new Set(),
    subscribe: new Set(),
    request: new Set(),
    handle: new Set(),
  };

  /** All topics with the ids of their boxes. */
  get all(): [topic: string, box: string][] {
    return [...this.#boxes];
  }

  /** Returns the id of the box of a topic. */
  box(topic: string): string {
    const known = this.#boxes.get(topic) ?? `t${this.#boxes.size}`;
    this.#boxes.set(topic, known);
    return known;
  }

  /** Records a use of a topic, and returns the id of its box. */
  use(use: TopicUse, topic: string): string {
    this.#used[use].add(topic);
    return this.box(topic);
  }

  /** Returns lines from topics to overlapping patterns of receivers. */
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

  #between(sent: ReadonlySet<string>, received: ReadonlySet<string>): Line[] {
    return [...sent].flatMap((topic) =>
      [...received].filter((other) => other !== topic && overlap(other, topic))
        .map((other): Line => ({
          from: this.box(topic),
          to: this.box(other),
          kind: "match",
          text: "",
        }))
    );
  }
}

import type { Topics, TopicUse } from "@caryatid/sdk";
import type { Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { publicPatterns } from "../review/topics.ts";
import { busGroups, ModuleBoxes } from "./groups.ts";
import { TopicBoxes } from "./topic_boxes.ts";
import type { Box, Drawing, Line } from "./drawing.ts";

/** Options of {@linkcode drawingOf}. */
export interface DrawingOptions {
  /** False to leave out buses (true). */
  readonly buses?: boolean;
}

/** Senders come before receivers. */
const USES: readonly TopicUse[] = ["publish", "request", "subscribe", "handle"];

/**
 * Draws modules in their processes, and the topics that they declare or that
 * their keys name, in their buses.
 */
export function drawingOf(
  { config, parts }: CheckedConfig,
  { buses = true }: DrawingOptions = {},
): Drawing {
  const topics = new TopicBoxes();
  const modules = new ModuleBoxes(
    parts.filter(({ kind }) => kind === "module"),
    config.processes,
  );
  const lines = modules.all.flatMap(({ part, box }) =>
    linesOf(part, box.id, topics)
  );
  return {
    boxes: [
      ...modules.all.map(({ box }) => box),
      ...topics.all.map(([text, id]): Box => ({ id, kind: "topic", text })),
    ],
    lines: [...lines, ...topics.matches()],
    groups: [
      ...modules.groups,
      ...(buses ? busGroups(config, topics.all) : []),
    ],
  };
}

function linesOf(part: Part, module: string, topics: TopicBoxes): Line[] {
  const inspection = {
    ...part.inspection,
    declared: part.inspection.declared ?? rightsOf(part),
  };
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

/** Returns the rights to topics that an isolated module has, if any. */
function rightsOf({ config }: Part): Topics | undefined {
  const { permissions } = config;
  if (config.isolation === "none" || permissions === undefined) return;
  const { publish = [], subscribe = [], request = [], handle = [] } =
    permissions;
  return { publish, subscribe, request, handle };
}

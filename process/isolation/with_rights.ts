import type { MessageBus } from "@caryatid/sdk";
import type {
  ModuleConfig,
  Place,
  ProcessConfig,
} from "../config/process_config.ts";
import { grantLine } from "./grant_line.ts";
import { grantsOfModule, TOPIC_KINDS, type TopicKind } from "./grants.ts";
import { Rights, type TopicRights } from "./rights.ts";
import { RightsBus } from "./rights_bus.ts";

/** The bus for a module that no list of topics restricts is the next one itself; for another, one that keeps its rights. */
export async function withRights(
  bus: MessageBus,
  module: ModuleConfig,
  config: Pick<ProcessConfig, "place">,
): Promise<MessageBus> {
  const rights = topicRights(module);
  if (rights === undefined) return bus;
  const places = await placesOf(module, config);
  const hint = (kind: TopicKind, topic: string) =>
    grantLine(module, kind, [topic], places.get(kind));
  return new RightsBus(bus, new Rights(module.id, rights, hint));
}

/** Says whether a module may listen to or answer less `after` than `before`: then it must not keep what it has open. */
export function rightsShrank(
  before: ModuleConfig,
  after: ModuleConfig,
): boolean {
  const kept = topicRights(after);
  if (kept === undefined) return false;
  const old = topicRights(before);
  const rights = new Rights(after.id, kept, () => "");
  return (["subscribe", "handle"] as const).some((kind) =>
    (old?.[kind] ?? ["#"]).some((pattern) => !rights.covers(kind, pattern))
  );
}

/** An absent list restricts nothing; but to an isolated module nothing is granted that no list has. */
function topicRights(module: ModuleConfig): TopicRights | undefined {
  const granted = grantsOfModule(module);
  const isIsolated = module.isolation !== "none";
  if (!granted || !isIsolated && TOPIC_KINDS.every((kind) => !granted[kind])) {
    return undefined;
  }
  const [publish, subscribe, request, handle] = TOPIC_KINDS.map((kind) =>
    granted[kind] ?? (isIsolated ? [] : undefined)
  );
  return { publish, subscribe, request, handle };
}

/** Looked up ahead: an error can't wait for it. */
async function placesOf(
  { path }: ModuleConfig,
  config: Pick<ProcessConfig, "place">,
): Promise<ReadonlyMap<TopicKind, Place>> {
  const places = new Map<TopicKind, Place>();
  for (const kind of TOPIC_KINDS) {
    const place = await config.place([...path, "permissions", kind]);
    if (place) places.set(kind, place);
  }
  return places;
}

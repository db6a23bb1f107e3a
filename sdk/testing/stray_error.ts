import { CaryatidError } from "../errors.ts";
import type { Topics, TopicUse } from "../topics.ts";

const DOING: Readonly<Record<TopicUse, string>> = {
  publish: "publish on",
  subscribe: "subscribe to",
  request: "request on",
  handle: "handle",
};

/** What a call fails with that goes beside the declaration of the module under test. */
export function strayError(
  id: string,
  use: TopicUse,
  topic: string,
  topics: Topics,
): CaryatidError {
  const declared = (topics[use] ?? []).map((one) => `"${one}"`).join(", ");
  return new CaryatidError(
    "FORBIDDEN",
    `Cannot ${DOING[use]} "${topic}": module "${id}" declares ` +
      (declared === "" ? `nothing to ${use}` : `to ${use} ${declared}`),
    { hint: `add it to topics.${use} of the module's definition` },
  );
}

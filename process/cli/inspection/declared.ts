import { declaredTopics, type Module, type Topics } from "@caryatid/sdk";

/** Who says more is not compared with others: that would take too long. */
const MOST = 1_000;

/**
 * What a module declares with this section, if anything.
 *
 * @throws {CaryatidError} `INVALID_TOPIC`, `INVALID_OPTION`
 */
export function inspectedTopics(
  module: Pick<Module, "name" | "topics">,
  section: unknown,
): Topics | undefined {
  const topics = declaredTopics(module, section);
  const lists: readonly (readonly string[])[] = Object.values(topics ?? {});
  return lists.some(({ length }) => length > MOST) ? undefined : topics;
}

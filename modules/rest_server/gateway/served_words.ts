import type { RestServerConfig } from "../config.ts";
import { elementsOf, wordsOf } from "../topic_of.ts";

/**
 * Returns the words of the paths that a server answers by itself: health,
 * metrics, and the OpenAPI document with its page. Files and the app of the
 * program are not known before a request.
 */
export function servedWords(
  { dots, health, metrics, openapi }: RestServerConfig,
): readonly string[] {
  const paths = [
    ...(health ? [health, `${health}/live`, `${health}/ready`] : []),
    metrics,
    openapi?.path,
    openapi?.docs,
  ];
  return paths.filter((path) => typeof path === "string").map((path) =>
    wordsOf(elementsOf(path.slice(1).split("/"), dots), dots)
  );
}

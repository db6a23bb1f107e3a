import { problem } from "./problem.ts";

/**
 * Meaning of the dots in a segment: part of its one word ("escape"), or, as in
 * Rust Caryatid, the ends of words ("split").
 */
export type Dots = "escape" | "split";

const RESERVED: ReadonlySet<string> = new Set([
  "*",
  "#",
  "_request",
  "_response",
]);

/**
 * Returns the word of a topic for a segment of a path: its dots are `%2E`, and
 * its percent signs `%25`.
 */
export function wordOf(segment: string): string {
  return /[%.]/.test(segment)
    ? segment.replaceAll("%", "%25").replaceAll(".", "%2E")
    : segment;
}

/**
 * Returns the path elements of a message. With `"split"`, each part between
 * dots is an element.
 */
export function elementsOf(
  segments: readonly string[],
  dots: Dots,
): readonly string[] {
  return dots === "escape" ? segments : segments.join(".").split(".");
}

/**
 * Returns the spelling of a path by which apps of Hono see it: with
 * `"split"`, each part between dots is a segment.
 */
export function routeOf(path: string, dots: Dots): string {
  return `/${elementsOf(path.slice(1).split("/"), dots).join("/")}`;
}

/**
 * Returns the words of a topic for a path.
 *
 * @throws {Problem} 404 if a word would be a wildcard, or a marker of requests
 */
export function wordsOf(elements: readonly string[], dots: Dots): string {
  for (const element of elements) {
    if (RESERVED.has(element)) throw problem(404);
  }
  return dots === "escape"
    ? elements.map(wordOf).join(".")
    : elements.join(".");
}

/**
 * Returns the topic of a request, `<root>.<method>.<words>`. The root path has
 * one empty word.
 */
export function topicOf(root: string, method: string, words: string): string {
  return `${root}.${method.toLowerCase()}.${words}`;
}

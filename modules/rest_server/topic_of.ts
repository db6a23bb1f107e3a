import { problem } from "./problem.ts";

/** What the dots of a segment are: part of its one word, or, as in Rust Caryatid, the ends of words. */
export type Dots = "escape" | "split";

const RESERVED: ReadonlySet<string> = new Set([
  "*",
  "#",
  "_request",
  "_response",
]);

/** The word of a topic that stands for a segment of a path: its dots are `%2E`, and its percent signs `%25`. */
export function wordOf(segment: string): string {
  return /[%.]/.test(segment)
    ? segment.replaceAll("%", "%25").replaceAll(".", "%2E")
    : segment;
}

/** What a message calls its path elements: with `"split"`, what stands between dots is one, too. */
export function elementsOf(
  segments: readonly string[],
  dots: Dots,
): readonly string[] {
  return dots === "escape" ? segments : segments.join(".").split(".");
}

/**
 * The words of a topic that stand for a path.
 *
 * @throws {Problem} 404 where one would be a wildcard, or a marker of requests
 */
export function wordsOf(elements: readonly string[], dots: Dots): string {
  for (const element of elements) {
    if (RESERVED.has(element)) throw problem(404);
  }
  return dots === "escape"
    ? elements.map(wordOf).join(".")
    : elements.join(".");
}

/** The topic of a request, `<root>.<method>.<words>`. The root path has one empty word. */
export function topicOf(root: string, method: string, words: string): string {
  return `${root}.${method.toLowerCase()}.${words}`;
}

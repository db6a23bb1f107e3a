import { validateTopic } from "@caryatid/sdk";
import fc from "fast-check";
import assert from "node:assert/strict";
import { Problem } from "../problem.ts";
import { Targets } from "./targets.ts";
import { type Dots, topicOf } from "../topic_of.ts";

/** The topic of a path, or the status that refuses it. */
function topicAt(path: string, dots: Dots): string | number {
  const request = { method: "GET", url: `http://a${path}` } as Request;
  try {
    const { words } = new Targets({ scheme: "http", dots, hosts: undefined })
      .read(request, "a");
    return topicOf("rest", "GET", words);
  } catch (error) {
    if (error instanceof Problem) return error.status;
    throw error;
  }
}

const piece = fc.oneof(
  fc.constantFrom(
    "/",
    ".",
    "..",
    "*",
    "#",
    "%",
    "%2",
    "%2e",
    "%2E",
    "%25",
    "%2f",
    "%00",
    "%c3%a9",
    "%ff",
    "_request",
    "_response",
    "\\",
    "?",
    "a",
    "é",
  ),
  fc.string({ maxLength: 3 }),
);
const paths = fc.array(piece, { maxLength: 12 }).map((all) =>
  `/${all.join("")}`
);

Deno.test("F7 any path is 400 or 404, or has a topic that can be published on", () => {
  for (const dots of ["escape", "split"] as const) {
    fc.assert(fc.property(paths, (path) => {
      const topic = topicAt(path, dots);
      if (typeof topic === "number") assert([400, 404].includes(topic));
      else if (topic.length < 80) validateTopic(topic);
    }));
  }
});

Deno.test("F7 two lists of segments never have the same topic", () => {
  const segment = fc.string({ minLength: 1, maxLength: 4 });
  const segments = fc.array(segment, { minLength: 1, maxLength: 4 });
  const pathOf = (all: string[]) =>
    `/${all.map((one) => encodeURIComponent(one)).join("/")}`;
  fc.assert(fc.property(segments, segments, (a, b) => {
    const first = topicAt(pathOf(a), "escape");
    const second = topicAt(pathOf(b), "escape");
    if (typeof first === "number" || typeof second === "number") return;
    assert.equal(first === second, JSON.stringify(a) === JSON.stringify(b));
  }));
});

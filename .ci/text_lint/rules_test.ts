import assert from "node:assert/strict";
import { piecesOf } from "./pieces.ts";
import { findHits, parseRules } from "./rules.ts";

const rules = parseRules(
  Deno.readTextFileSync(new URL("rules.toml", import.meta.url)),
);

/** The hits in a text, as `line: rule: found`. */
function hits(text: string, file = "a.ts"): string[] {
  return findHits(text, piecesOf(file, text), rules)
    .map(({ line, rule, found }) => `${line}: ${rule}: ${found}`);
}

Deno.test("each phrase that language.md forbids is found", () => {
  const samples: Record<string, string> = {
    "contraction": "it doesn't answer",
    "tell": "the caller is told",
    "hear": "a subscriber hears it",
    "whoever": "whoever subscribes",
    "who-asks": "it is for who asks",
    "given-out-again": "what it is given out again",
    "in-hand": "messages in hand",
    "hold-up": "publishers are held up",
    "let-go": "the queue is let go of",
    "left-with": "what a loop is left with",
    "give-up": "the message is given up",
    "go-on": "the loop goes on",
    "become-of": "what becomes of it",
    "is-none": "if the queue is none",
    "is-no": "the body is no text",
    "be-had": "code that cannot be had",
    "stand": "the key stands in the file",
    "anew": "starts anew",
    "beside": "a bus beside another",
    "where-it-is": "used where it is set",
    "any-more": "not read any more",
    "of-its-own": "a process of its own",
    "made-of": "it is made of queues",
    "stray": "a module that strays",
    "spelling": "its behaviour",
  };
  for (const [rule, text] of Object.entries(samples)) {
    assert.deepEqual(
      hits(`// ${text}`).map((hit) => hit.split(": ")[1]),
      [rule],
      text,
    );
  }
  const named = rules.words.map(({ rule }) => rule);
  assert.deepEqual(named, Object.keys(samples));
});

Deno.test("plain sentences have no hits", () => {
  for (
    const text of [
      "there is no handler, and the group is no longer used",
      "besides, the client's bytes go on the wire",
      "the letter s stands for seconds",
    ]
  ) assert.deepEqual(hits(`// ${text}`), [], text);
});

Deno.test("an opening is found in docstrings, test names and headings alone", () => {
  assert.deepEqual(hits("/** Whether it is open. */"), [
    "1: opening: Whether",
  ]);
  assert.deepEqual(hits("/**\n * One that waits.\n */"), [
    "2: opening: One that",
  ]);
  assert.deepEqual(hits("// how the queue works"), []);
  assert.deepEqual(hits('Deno.test("A5 what is sent arrives", f);'), [
    "1: opening: what",
  ]);
  assert.deepEqual(hits("text\n\n## How it works", "a.md"), [
    "3: opening: How",
  ]);
});

Deno.test("a phrase is found across lines of a comment", () => {
  assert.deepEqual(hits("/**\n * A queue of its\n * own.\n */"), [
    "2: of-its-own: of its own",
  ]);
  assert.deepEqual(hits("x();\n// a queue of its\n// own"), [
    "2: of-its-own: of its own",
  ]);
});

Deno.test("comment lines over 80 columns are found, but not addresses", () => {
  const words = "word ".repeat(16);
  assert.deepEqual(hits(`// ok\n// ${words}`), ["2: columns: 83 columns"]);
  assert.deepEqual(hits(`// https://example.com ${words}`), []);
  assert.deepEqual(hits(`const text = "${words}";`), []);
});

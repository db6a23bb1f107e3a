import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { alignedLines } from "./aligned_lines.ts";
import type { RecordingDiff } from "./differences.ts";
import { htmlDiff } from "./html_report.ts";

const message = (sequence: number, value: unknown) => ({
  topic: "order.<b>",
  sequence,
  message: value,
  time: undefined,
  id: undefined,
  headers: {},
});

const DIFF: RecordingDiff = {
  same: false,
  equal: 1,
  missing: 1,
  added: 1,
  changed: 1,
  reordered: 1,
  differences: [
    { kind: "missing", a: message(1, { item: "tea" }) },
    { kind: "added", b: message(2, "<script>") },
    {
      kind: "changed",
      a: message(3, { id: 7, total: 1, note: "x" }),
      b: message(4, { id: 7, total: 2, note: "x" }),
      paths: [
        { path: "message.total", a: 1, b: 2 },
        { path: "headers.trace", a: "one", b: "two" },
      ],
    },
    { kind: "reordered", a: message(5, 5), b: message(8, 5) },
  ],
};

function page(names = { a: "before", b: "after" }): string {
  return [...htmlDiff(DIFF, names)].join("\n");
}

Deno.test("htmlDiff shows both recordings side by side, and marks the lines that differ", () => {
  const text = page();
  assert.match(text, /<th scope="col">before<\/th><th scope="col">after<\/th>/);
  const head = 'order.&#60;b&#62; #N <span class="kind">changed</span>';
  assert(text.includes(
    `<th>${head.replace("N", "3")}</th><th>${head.replace("N", "4")}</th>`,
  ));
  for (
    const row of [
      "<td>  &#34;id&#34;: 7,</td><td>  &#34;id&#34;: 7,</td>",
      '<td class="gone">  &#34;total&#34;: 1,</td><td class="new">  &#34;total&#34;: 2,</td>',
      '<td class="gone">headers.trace: &#34;one&#34;</td><td class="new">headers.trace: &#34;two&#34;</td>',
      '<td class="gone">  &#34;item&#34;: &#34;tea&#34;</td><td></td>',
      '<td></td><td class="new">&#34;&#60;script&#62;&#34;</td>',
      "<td>5</td><td>5</td>",
    ]
  ) assert(text.includes(`<tr>${row}</tr>`), row);
  assert.match(text, /1 the same, 1 missing, 1 added, 1 changed, 1 reordered/);
});

Deno.test("htmlDiff replaces long runs of equal lines by their number", () => {
  const list = Array.from({ length: 100 }, (_, n) => `line ${n}`);
  const changed: RecordingDiff = {
    ...DIFF,
    differences: [{
      kind: "changed",
      a: message(1, list),
      b: message(1, list.toSpliced(50, 0, "new")),
      paths: [],
    }],
  };
  const text = [...htmlDiff(changed, { a: "a", b: "b" })].join("\n");
  assert.match(text, /<tr><td colspan="2" class="dim">48 equal lines<\/td>/);
  assert.equal(text.split('<td></td><td class="new">').length, 2);
});

Deno.test("htmlDiff escapes text of recordings, and its policy allows its style only", () => {
  const text = page({ a: "<i>", b: "&\u202e" });
  assert.doesNotMatch(text, /<script>|<b>|<i>|\u202e|<link|src=|href=/);
  const [, policy] = /Security-Policy" content="([^"]*)"/.exec(text)!;
  const [, style] = /<style>([^]*)<\/style>/.exec(text)!;
  const hash = createHash("sha256").update(style!).digest("base64");
  assert.equal(policy, `default-src 'none'; style-src 'sha256-${hash}'`);
});

Deno.test("alignedLines puts equal lines side by side", () => {
  assert.deepEqual(alignedLines("a\nb\nc\nd", "a\nx\nc\ny\nd"), [
    { a: "a", b: "a" },
    { a: "b", b: "x" },
    { a: "c", b: "c" },
    { a: undefined, b: "y" },
    { a: "d", b: "d" },
  ]);
  assert.deepEqual(alignedLines("a", "a"), [{ a: "a", b: "a" }]);
});

Deno.test("alignedLines pairs lines of very long texts by their number", () => {
  const long = (first: string) =>
    Array.from({ length: 2_000 }, (_, n) => first + n).join("\n");
  const rows = alignedLines(long("a"), long("b"));
  assert.equal(rows.length, 2_000);
  assert.deepEqual(rows.at(-1), { a: "a1999", b: "b1999" });
});

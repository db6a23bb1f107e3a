import { DOMParser, type Element, onErrorStopParsing } from "@xmldom/xmldom";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Box, Drawing, Line } from "./drawing.ts";
import { svg } from "./svg.ts";

/** Parses XML strictly: any error throws. */
function parsed(text: string): Element {
  const parser = new DOMParser({ onError: onErrorStopParsing });
  return parser.parseFromString(text, "image/svg+xml").documentElement!;
}

function texts(root: Element, name: string): string[] {
  return [...root.getElementsByTagName(name)].map((one) => one.textContent!);
}

interface Rectangle {
  readonly kind: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const BOXES = ["module", "topic"];
const FRAMES = ["process", "bus"];

/** Returns the boxes, or frames, of a drawing. */
function rectangles(root: Element, kinds = BOXES): Rectangle[] {
  const found = [...root.getElementsByTagName("rect")];
  return found.flatMap((one) => {
    const [kind] = one.getAttribute("class")!.split(" ") as [string];
    if (!kinds.includes(kind)) return [];
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
      Number(one.getAttribute(name))
    ) as [number, number, number, number];
    return [{ kind, left: x, top: y, right: x + width, bottom: y + height }];
  });
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
    b.top < a.bottom;
}

function checkApart(root: Element): void {
  checkFrames(root);
  const boxes = rectangles(root);
  const [, , width, height] = root.getAttribute("viewBox")!.split(" ")
    .map(Number) as [number, number, number, number];
  for (const [index, box] of boxes.entries()) {
    assert(box.left >= 0 && box.top >= 0, "a box begins within the picture");
    assert(box.right <= width && box.bottom <= height, "and ends there");
    for (const other of boxes.slice(0, index)) {
      assert(!overlap(box, other), JSON.stringify([box, other]));
    }
  }
}

/** Frames lie apart, and a box is within a frame or outside of it. */
function checkFrames(root: Element): void {
  const frames = rectangles(root, FRAMES);
  for (const [index, frame] of frames.entries()) {
    for (const other of frames.slice(0, index)) {
      assert(!overlap(frame, other), JSON.stringify([frame, other]));
    }
    for (const box of rectangles(root).filter((one) => overlap(one, frame))) {
      assert(box.left >= frame.left && box.right <= frame.right);
      assert(box.top >= frame.top && box.bottom <= frame.bottom);
    }
  }
}

const SMALL: Drawing = {
  boxes: [
    { id: "m0", kind: "module", text: "shop" },
    { id: "m1", kind: "module", text: "till" },
    { id: "t0", kind: "topic", text: "order.new" },
    { id: "t1", kind: "topic", text: "order.#" },
  ],
  lines: [
    { from: "m0", to: "t0", kind: "publish", text: "publish" },
    { from: "m0", to: "t0", kind: "request", text: "request" },
    { from: "t0", to: "t1", kind: "match", text: "" },
    { from: "t1", to: "m1", kind: "subscribe", text: "subscribe" },
  ],
  groups: [
    { kind: "process", name: "all", boxes: ["m0", "m1"] },
    { kind: "bus", name: "memory (in-memory)", boxes: ["t0", "t1"] },
    { kind: "bus", name: "other (in-memory)", boxes: [] },
  ],
};

Deno.test("a drawing becomes SVG with a title, its content in words, its boxes and its lines", () => {
  const root = parsed(svg(SMALL, "My shop"));
  assert.equal(root.tagName, "svg");
  assert.equal(root.namespaceURI, "http://www.w3.org/2000/svg");
  assert.equal(root.getAttribute("role"), "img");
  const ids = root.getAttribute("aria-labelledby")!.split(" ");
  const [title, description] = ids.map((id) =>
    root.ownerDocument!
      .getElementById(id)!.textContent
  );
  assert.equal(title, "My shop");
  assert.equal(
    description,
    "module shop publishes on topic order.new. " +
      "module shop requests on topic order.new. " +
      "topic order.new reaches subscribers of topic order.#. " +
      "topic order.# goes to module till. " +
      "process all contains module shop, module till. " +
      "bus memory (in-memory) contains topic order.new, topic order.#. " +
      "bus other (in-memory) contains nothing.",
  );
  assert.deepEqual(
    rectangles(root).map(({ kind }) => kind).toSorted(),
    [
      "module",
      "module",
      "topic",
      "topic",
    ].toSorted(),
  );
  assert.deepEqual(
    rectangles(root, FRAMES).map(({ kind }) => kind).toSorted(),
    [
      "bus",
      "bus",
      "process",
      "process",
    ],
  );
  const lines = [...root.getElementsByTagName("path")]
    .map((path) => path.getAttribute("class"));
  assert.deepEqual(
    lines.slice(1),
    SMALL.lines.map(({ kind }) => `line ${kind}`),
  );
  checkApart(root);
});

Deno.test("senders are on the left, topics in the middle, receivers on the right", () => {
  const root = parsed(svg(SMALL, ""));
  const shown = texts(root, "text");
  for (const heading of ["senders", "topics", "receivers"]) {
    assert(shown.includes(heading), heading);
  }
  const boxes = rectangles(root);
  const modules = boxes.filter(({ kind }) => kind === "module");
  const topics = boxes.filter(({ kind }) => kind === "topic");
  assert.equal(modules.length, 2);
  const [shop, till] = modules as [Rectangle, Rectangle];
  for (const topic of topics) {
    assert(shop.right < topic.left && topic.right < till.left);
  }
});

Deno.test("a module that sends and receives is on both sides, and an isolated one has another frame", () => {
  const root = parsed(svg({
    boxes: [
      { id: "m0", kind: "module", text: "guest", isolated: true },
      { id: "t0", kind: "topic", text: "a" },
    ],
    lines: [
      { from: "m0", to: "t0", kind: "request", text: "request" },
      { from: "t0", to: "m0", kind: "handle", text: "handle" },
    ],
  }, ""));
  const guests = [...root.getElementsByTagName("rect")]
    .filter((one) => one.getAttribute("class") === "module isolated");
  assert.equal(guests.length, 2);
  assert(texts(root, "title").includes("isolated module guest"));
  assert.deepEqual(texts(root, "text").slice(-2), [
    "thick: requests",
    "dashed frame: isolated",
  ]);
});

Deno.test("a service of 20 modules and 40 topics fits the width of a page", () => {
  const boxes = [
    ...Array.from({ length: 20 }, (_, n): Box => ({
      id: `m${n}`,
      kind: "module",
      text: `module-number-${n}`,
    })),
    ...Array.from({ length: 40 }, (_, n): Box => ({
      id: `t${n}`,
      kind: "topic",
      text: `topic.number.${n}`,
    })),
  ];
  const lines = Array.from({ length: 80 }, (_, n): Line => ({
    ...n % 2 === 0
      ? { from: `m${n % 20}`, to: `t${n % 40}`, kind: "publish" }
      : { from: `t${n % 40}`, to: `m${n % 19}`, kind: "subscribe" },
    text: "",
  }));
  const root = parsed(svg({ boxes, lines }, ""));
  checkApart(root);
  const width = Number(root.getAttribute("width"));
  assert(width < 1_000, `${width} pixels`);
});

Deno.test("a drawing is readable on light and dark backgrounds, and refers to no other file", () => {
  const text = svg(SMALL, "");
  const [style] = texts(parsed(text), "style");
  assert.match(style!, /\.paper \{ fill: #ffffff/);
  const [, dark] = style!.split("@media (prefers-color-scheme: dark)");
  assert.match(dark!, /\.paper \{ fill: #0d1117/);
  for (const kind of ["module", "topic", "bus", "line", "said", "head"]) {
    assert(dark!.includes(`.${kind} {`), `a dark ${kind}`);
  }
  assert.doesNotMatch(text, /href|@import|<script|url\((?!#)/);
});

Deno.test("hostile text stays text", () => {
  const hostile = [
    "</text><script>alert(1)</script>",
    '" onload="alert(1)',
    "]]>&amp;<!--",
    "a\0b\x1b[31m\u202egnp.exe\ufffe\uffff\ud800",
    "x".repeat(100_000),
    "模块".repeat(30),
    "",
  ];
  const boxes = hostile.map((text, index): Box => ({
    id: `m${index}`,
    kind: "module",
    text,
  }));
  const lines = hostile.map((text, index): Line => ({
    from: `m${index}`,
    to: "m0",
    kind: "key",
    text,
  }));
  const text = svg({ boxes, lines }, hostile.slice(0, 4).join());
  const root = parsed(text);
  assert.deepEqual(texts(root, "script"), []);
  assert.equal(root.getAttribute("onload"), null);
  assert(texts(root, "text").includes(hostile[0]!));
  assert(texts(root, "text").includes("a�b�[31m�gnp.exe���"));
  for (const char of "\0\x1b\u202e\ufffe\uffff") {
    assert(!text.includes(char), JSON.stringify(char));
  }
  for (const shown of texts(root, "text")) {
    assert([...shown].length <= 48, "no box is wider than it must be");
  }
  checkApart(root);
});

Deno.test("a drawing without boxes is an empty picture", () => {
  const root = parsed(svg({ boxes: [], lines: [] }, "Nothing"));
  assert.deepEqual(rectangles(root), []);
  assert.equal(root.getAttribute("viewBox"), "0 0 0 0");
});

Deno.test("F7 generated drawings are well-formed XML, and no two boxes overlap", () => {
  const kind = fc.constantFrom("module", "topic");
  const text = fc.string({ unit: "binary", maxLength: 60 });
  const drawing = fc.array(fc.record({ kind, text }), {
    minLength: 1,
    maxLength: 12,
  }).chain((boxes) => {
    const end = fc.nat(boxes.length - 1);
    const line = fc.record({
      from: end,
      to: end,
      kind: fc.constantFrom("publish", "handle", "key", "match"),
      text,
    });
    const ids = boxes.map((_, n) => `n${n}`);
    const isTopic = (id: string) =>
      boxes[Number(id.slice(1))]!.kind === "topic";
    return fc.record({
      groups: fc.subarray(ids).map((inside) => [
        {
          kind: "process",
          name: "p",
          boxes: inside.filter((id) => !isTopic(id)),
        },
        { kind: "bus", name: "b", boxes: inside.filter(isTopic) },
      ]),
      boxes: fc.constant(boxes.map((box, n) => ({ ...box, id: `n${n}` }))),
      lines: fc.array(
        line.map((one) => ({
          ...one,
          from: `n${one.from}`,
          to: `n${one.to}`,
        })),
        { maxLength: 20 },
      ),
    });
  });
  fc.assert(
    fc.property(drawing, text, (drawing, title) => {
      const root = parsed(svg(drawing as Drawing, title));
      const count = rectangles(root).length;
      const { length } = drawing.boxes;
      assert(count >= length && count <= 2 * length, `${count} boxes`);
      checkApart(root);
    }),
    { numRuns: 50 },
  );
});

import { DOMParser } from "@xmldom/xmldom";
import assert from "node:assert/strict";
import type { MeasuredCurve } from "./curve.ts";
import { drawCurve } from "./svg.ts";

const CURVE: MeasuredCurve = {
  name: "topics",
  title: "Publish <among> topics",
  x: "topics",
  y: "ns",
  sizes: [1, 10, 100],
  series: { ours: [200, 210, 250], "a peer": [150, 300, 2_000] },
};

function draw(curve: MeasuredCurve) {
  const problems: string[] = [];
  const parser = new DOMParser({
    onError: (_, message) => void problems.push(message),
  });
  const document = parser.parseFromString(drawCurve(curve), "image/svg+xml");
  assert.deepEqual(problems, []);
  return document;
}

Deno.test("a curve is a well-formed SVG with a line and points for each series", () => {
  const document = draw(CURVE);
  const lines = document.getElementsByTagName("polyline");
  assert.equal(lines.length, 2);
  assert.equal(document.getElementsByTagName("circle").length, 6);
  const texts = [...document.getElementsByTagName("text")]
    .map((each) => each.textContent);
  for (const text of [CURVE.title, "ours", "a peer", "topics", "ns", "10"]) {
    assert(texts.includes(text), text);
  }
});

Deno.test("a ten times larger value is as far away at each decade", () => {
  const document = draw({ ...CURVE, series: { ours: [100, 1_000, 10_000] } });
  const points = document.getElementsByTagName("polyline")[0]!
    .getAttribute("points")!.split(" ").map((each) => each.split(","));
  assert.deepEqual(points, [
    ["80", "344"],
    ["388", "208"],
    ["696", "72"],
  ]);
});

Deno.test("a curve that is flat still has an axis of one decade", () => {
  const document = draw({ ...CURVE, sizes: [1, 10], series: { a: [5, 5] } });
  const points = document.getElementsByTagName("polyline")[0]!
    .getAttribute("points")!;
  assert.match(points, /^80,[\d.]+ 696,[\d.]+$/);
});

Deno.test("colors follow the color scheme of the reader", () => {
  assert.match(drawCurve(CURVE), /@media\(prefers-color-scheme:dark\)/);
});

import { metricsOf } from "@caryatid/process/internal/snapshots";
import assert from "node:assert/strict";
import grafana from "../../docs/guide/grafana.json" with { type: "json" };

const PARTS = /_(total|seconds|bytes|bucket|sum|count)$/;

Deno.test("every metric of the Grafana dashboard exists", () => {
  const known = new Set(metricsOf([]).map(({ name }) => name));
  const used = JSON.stringify(grafana).matchAll(/caryatid_([a-z_]+)/g);
  const names = new Set(Array.from(used, ([, name]) => {
    let short = name!;
    while (PARTS.test(short)) short = short.replace(PARTS, "");
    return short;
  }));
  assert(names.size > 8);
  for (const name of names) assert(known.has(name), name);
});

import assert from "node:assert/strict";
import { readConfig } from "@caryatid/process/internal/config";
import { CodeGraph } from "../deno/code_graph.ts";
import type { Part } from "../inspection/inspection.ts";
import { planOf } from "./plan.ts";
import type { State } from "./state.ts";

const TOML = `
[module.a]
import = "file:///a.ts"
say = 1
[module.b]
import = "file:///b.ts"
[message-bus.x]
class = "x"
import = "file:///x.ts"
`;

/** Graph of files by their names, each with the files that it imports. */
function graph(needs: Record<string, readonly string[]>): CodeGraph {
  const modules = Object.entries(needs).map(([name, others]) => ({
    specifier: `file:///${name}`,
    mediaType: name.endsWith(".wasm") ? "Wasm" : "TypeScript",
    dependencies: others.map((other) => ({
      code: { specifier: `file:///${other}` },
    })),
  }));
  return new CodeGraph({ modules });
}

const NEEDS = {
  "a.ts": ["shared.ts"],
  "b.ts": ["shared.ts", "only_b.ts"],
  "x.ts": ["only_x.ts"],
  "shared.ts": [],
  "only_b.ts": [],
  "only_x.ts": [],
};

async function state(
  toml: string,
  texts: Record<string, string> = {},
  args: readonly string[] = [],
  needs: Record<string, readonly string[]> = NEEDS,
): Promise<State> {
  const config = await readConfig(toml, { env: {} });
  const part = (kind: Part["kind"], of: Part["config"]): Part => ({
    kind,
    config: of,
    specifier: of.import,
    inspection: { permissions: {}, topics: [], problems: [], notices: [] },
  });
  const project = { config: undefined, lock: undefined, isLent: false };
  const parts = [
    ...config.modules.map((one) => part("module", one)),
    ...config.buses.map((one) => part("message-bus", one)),
  ];
  const rest = { files: [], problems: [], notices: [] };
  return {
    checked: { ...rest, project, config, parts },
    args,
    sources: [],
    graph: graph(needs),
    texts: new Map(
      Object.entries({ "only_b.ts": "", "shared.ts": "", ...texts })
        .map(([name, text]) => [`file:///${name}`, text]),
    ),
  };
}

const ISOLATED = TOML.replace("say = 1", 'say = 1\nisolation = "worker"');

const cases: [what: string, next: Promise<State>, plan: unknown][] = [
  ["nothing", state(TOML), { swap: [] }],
  ["a comment", state(`${TOML}# really`), { swap: [] }],
  ["a section", state(TOML.replace("say = 1", "say = 2")), { swap: ["a"] }],
  [
    "on-failure",
    state(TOML.replace("say = 1", 'say = 1\non-failure = "ignore"')),
    { swap: ["a"] },
  ],
  ["[global]", state(`${TOML}[global]\nx = 1`), { swap: ["a", "b"] }],
  ["a file of one", state(TOML, { "only_b.ts": "new" }), { swap: ["b"] }],
  [
    "a file of both",
    state(TOML, { "shared.ts": "new" }),
    { swap: ["a", "b"] },
  ],
  ["a file that no module needs", state(TOML, { "other.ts": "new" }), {
    swap: [],
  }],
  [
    "the code of a bus",
    state(TOML, { "only_x.ts": "new" }),
    { restart: "the code of [message-bus.x]" },
  ],
  [
    "an additional module",
    state(`${TOML}[module.clock]`),
    { restart: "the list of modules, or how they run" },
  ],
  [
    "the import of a module",
    state(TOML.replace("/b.ts", "/c.ts")),
    { restart: "the list of modules, or how they run" },
  ],
  [
    "a bus",
    state(`${TOML}queue = 3`),
    { restart: "[message-bus]" },
  ],
  [
    "[log]",
    state(`${TOML}[log]\nlevel = "warn"`),
    { restart: "[log]" },
  ],
  [
    "a permission",
    state(TOML, {}, ["--allow-net"]),
    { restart: "the permissions or the code of the process" },
  ],
  [
    "code that is not text",
    state(TOML, { "only_b.ts": "new" }, [], {
      ...NEEDS,
      "b.ts": ["only_b.ts", "b.wasm"],
      "b.wasm": [],
    }),
    { restart: "code that needs file:///b.wasm" },
  ],
];

Deno.test("a swap of an isolated module applies its code, requests, permissions, limits and integrity, but no other isolation", async (t) => {
  const running = await state(ISOLATED);
  const isolation = 'isolation = "worker"';
  const wasm = { ...NEEDS, "a.ts": ["shared.ts", "a.wasm"], "a.wasm": [] };
  const table: [what: string, next: Promise<State>, plan: unknown][] = [
    ["code", state(ISOLATED, { "shared.ts": "new" }), { swap: ["a", "b"] }],
    ["code that is not text", state(ISOLATED, { "a.wasm": "new" }, [], wasm), {
      swap: ["a"],
    }],
    ...[
      'integrity = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="',
      "[module.a.permissions]\nnet = []",
      "[module.a.limits]\nheartbeat = 20",
    ].map((line): typeof table[0] => [
      line,
      state(ISOLATED.replace(isolation, `${isolation}\n${line}`)),
      { swap: ["a"] },
    ]),
    ...["process", "none"].map((other): typeof table[0] => [
      `isolation ${other}`,
      state(ISOLATED.replace("worker", other)),
      { restart: "the list of modules, or how they run" },
    ]),
  ];
  for (const [what, next, plan] of table) {
    await t.step(what, async () => {
      assert.deepEqual(planOf(running, await next), plan);
    });
  }
});

Deno.test("planOf swaps the modules that a change touches, or restarts", async (t) => {
  const running = await state(TOML);
  for (const [what, next, plan] of cases) {
    await t.step(what, async () => {
      assert.deepEqual(planOf(running, await next), plan);
    });
  }
});

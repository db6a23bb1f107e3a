import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A module that declares the topics of its section. */
const DECLARING = moduleText(`
  name: "declaring",
  config: z.object({
    topic: z.string().optional(),
    publish: z.array(z.string()).optional(),
    subscribe: z.array(z.string()).optional(),
    request: z.array(z.string()).optional(),
    handle: z.array(z.string()).optional(),
    extra: z.string().optional(),
  }),
  topics: ({ topic, extra, publish = [], ...rest }) => ({
    ...rest,
    publish: [publish, topic ?? [], extra ? "not.in.a.key" : []].flat(),
  }),
  init() {},
`);
const SILENT = moduleText('name: "silent", init() {}');

/**
 * Returns the lines of check for a configuration with these modules, without
 * the folder.
 */
async function said(
  toml: string,
  modules: Readonly<Record<string, string>> = {},
): Promise<{ code: number; lines: string[] }> {
  await using folder = await ServiceFolder.make({
    "declaring.ts": DECLARING,
    "silent.ts": SILENT,
    ...modules,
    "s.toml": toml.replaceAll(
      /class = "(declaring|silent)"/g,
      'import = "./$1.ts"',
    ),
  });
  const { code, stderr } = await caryatid(["check", folder.file("s.toml")]);
  const text = stderr.replaceAll(folder.file(""), "");
  return { code, lines: text.split("\n").slice(0, -1) };
}

Deno.test("check reports nothing if topics match", async () => {
  const { code, lines } = await said(`
[global.startup]
topic = "started"
[module.a]
class = "declaring"
topic = "a.b"
subscribe = ["#.tick", "started"]
request = ["q.x", "p.*"]
[module.b]
class = "declaring"
subscribe = ["a.*", "q.x._request.#"]
handle = ["q.#", "p.one"]
[module.c]
class = "declaring"
handle = ["q.#"]
publish = ["_own.note", "rest._routes.wanted"]
[module.clock]
`);
  assert.deepEqual([code, lines], [0, []]);
});

Deno.test("check reports topics without a subscriber, publisher or handler", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
topic = "order.new"
extra = "yes"
subscribe = ["order.news"]
request = ["price.of", "stock.*"]
`);
  const at = "Cannot use module.a";
  assert.deepEqual(lines, [
    `error [NO_HANDLER] s.toml:6:1: ${at}.request: found "price.of", which it requests and no module handles (Add a module that does.)`,
    `warning s.toml:3:1: ${at}.topic: found "order.new", which it publishes and no module subscribes to (Write "order.news".)`,
    `warning s.toml:1:9: ${at}: found "not.in.a.key", which it publishes and no module subscribes to (Add a module that does.)`,
    `warning s.toml:5:1: ${at}.subscribe: found "order.news", which it subscribes to and no module publishes (Write "order.new".)`,
    `warning s.toml:6:1: ${at}.request: found "stock.*", which it requests and no module handles (Add a module that does.)`,
  ]);
  assert.equal(code, 2);
});

Deno.test("check only warns about a missing handler if a module declares nothing", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
topic = "order.new"
subscribe = ["order.paid"]
request = ["price.of"]
[module.silent]
import = "./silent.ts"
`);
  assert.deepEqual(lines, [
    'warning s.toml:5:1: Cannot use module.a.request: found "price.of", ' +
    "which it requests and no module declares to handle (Add a module that does.)",
  ]);
  assert.equal(code, 0);
});

Deno.test("check only warns about a missing handler on an external bus", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
publish = ["order.new", "own.note"]
subscribe = ["order.paid"]
request = ["price.of"]
[message-bus.away]
class = "rabbit-mq"
[message-bus.here]
class = "in-memory"
[[message-router.route]]
pattern = "own.#"
bus = "here"
[[message-router.route]]
pattern = "#"
bus = ["here", "away"]
`);
  assert.deepEqual(lines, [
    'warning s.toml:3:1: Cannot use module.a.publish: found "own.note", which it publishes and no module subscribes to (Add a module that does.)',
    'warning s.toml:5:1: Cannot use module.a.request: found "price.of", which it requests and no module handles (Add a module that does.)',
  ]);
  assert.equal(code, 0);
});

Deno.test("check warns about handlers with overlapping patterns", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
handle = ["user.*", "other"]
[module.b]
class = "declaring"
handle = ["user.*", "user.me"]
`);
  assert.deepEqual(lines, [
    'warning s.toml:6:1: Cannot use module.b.handle: found "user.me", ' +
    'which it handles, and "user.*", which module.a handles ' +
    "(Handle each topic by one pattern: both receive a request, and the first answer is used.)",
  ]);
  assert.equal(code, 0);
});

Deno.test("check reports a declared topic without a route once", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
topic = "b.c"
subscribe = ["b.c", "a.x"]
extra = "yes"
[message-bus.one]
class = "in-memory"
[[message-router.route]]
pattern = "a.#"
bus = "one"
[module.b]
class = "declaring"
topic = "a.x"
`);
  assert.deepEqual(
    lines,
    [
      's.toml:1:9: Cannot use module.a: found "not.in.a.key"',
      's.toml:3:1: Cannot use module.a.topic: found "b.c"',
    ].map((start, index) =>
      `error [NO_ROUTE] ${start}, which no route carries (Add a ` +
      `[[message-router.route]] with pattern = "${
        ["not.in.a.key", "b.c"][index]
      }" or "#".)`
    ),
  );
  assert.equal(code, 2);
});

Deno.test("check reports an invalid declaration for its module only", async () => {
  const { code, lines } = await said(
    `[module.clock]
[module.long]
import = "./long.ts"
[module.list]
import = "./list.ts"
[module.throws]
import = "./throws.ts"
[module.many]
import = "./many.ts"
[module.liar]
import = "./liar.ts"
`,
    {
      "long.ts": moduleText(
        'name: "long", init() {}, topics: { publish: ["x".repeat(256)] }',
      ),
      "list.ts": moduleText(
        'name: "list", init() {}, topics: () => ({ publish: "a" } as never)',
      ),
      "throws.ts": moduleText(
        'name: "throws", init() {}, topics: () => { throw new Error("boom") }',
      ),
      "many.ts": moduleText(
        `name: "many", init() {},
        topics: { publish: Array.from({ length: 100_000 }, (_, i) => "a." + i) }`,
      ),
      "liar.ts": moduleText(
        `name: "liar", init() {}, topics: () => ({ publish: new Lists("a") })`,
        `class Lists extends Array {
          *[Symbol.iterator]() { yield { toJSON: () => 5 } }
          map() { return 5 }
        }`,
      ),
    },
  );
  const wanted = [
    'error [LOAD_FAILED] s.toml:3:1: Cannot load [module.long] from "./long.ts": ' +
    'Cannot use topics.publish of module "long": Cannot use the pattern "xxx',
    "error [INVALID_OPTION] s.toml:5:1: Cannot use topics.publish of module " +
    '"list": found "a"; expected an array of patterns',
    "error [LOAD_FAILED] s.toml:7:1: Error: boom",
    "error [INVALID_TOPIC] s.toml:11:1: Cannot use topics.publish of module " +
    '"liar": Cannot use a object as a pattern',
  ];
  for (const [index, start] of wanted.entries()) {
    assert(lines[index]?.startsWith(start), `${lines[index]}\n${start}`);
  }
  assert.equal(lines.length, wanted.length);
  assert.equal(code, 2);
});

Deno.test("check --json contains the declared topics of each module", async () => {
  await using folder = await ServiceFolder.make({
    "clock.toml": '[module.clock]\n[module.spy]\ntopic = "clock.#"\n',
  });
  const ran = await caryatid(["check", "--json", folder.file("clock.toml")]);
  const { parts } = JSON.parse(ran.stdout);
  assert.deepEqual(parts.map(({ topics }: { topics: unknown }) => topics), [
    { publish: ["clock.tick"] },
    { subscribe: ["clock.#._response.*", "clock.#"] },
    undefined,
  ]);
});

Deno.test("check warns of a dedupe-window if the same code subscribes in two processes", async () => {
  const service = (window: number, topic = "order.#") => `
[module.one]
class = "declaring"
subscribe = ["${topic}"]
[module.two]
class = "declaring"
subscribe = ["order.new"]
[process.a]
modules = ["one"]
[process.b]
modules = ["two"]
[message-bus.external]
class = "rabbit-mq"
dedupe-window = ${window}
[[message-router.route]]
pattern = "#"
bus = "external"
`;
  const { code, lines } = await said(service(100));
  assert.equal(code, 0);
  const warning = lines.filter((line) => line.includes("dedupe-window"));
  assert.equal(warning.length, 1, lines.join("\n"));
  assert.match(
    warning[0]!,
    /message-bus\.external\.dedupe-window: found 100, and the same code in processes "a" and "b" \(module\.two\)/,
  );
  for (const quiet of [service(0), service(100, "price.#")]) {
    const { lines } = await said(quiet);
    assert(!lines.some((line) => line.includes("dedupe-window")));
  }
});

Deno.test("check reports a syntax error without warnings about topics that the broken module may handle", async () => {
  await using folder = await ServiceFolder.make({
    "asks.ts": moduleText(
      'name: "asks", topics: { request: ["a"] }, init() {}',
    ),
    "broken.ts": "export default (;\n",
    "service.toml": `[module.asks]
import = "./asks.ts"
[module.broken]
import = "./broken.ts"
`,
  });
  const ran = await caryatid(["check", folder.file("service.toml")]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /LOAD_FAILED.*broken\.ts/);
  assert.doesNotMatch(ran.stderr, /warning/);
});

import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A module that declares what its section says. */
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

/** What check says of a configuration with these modules, a line each, without its folder. */
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

Deno.test("check says nothing of topics that fit each other", async () => {
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

Deno.test("check tells what is published, subscribed to or requested, and meets nobody", async () => {
  const { code, lines } = await said(`[module.a]
class = "declaring"
topic = "order.new"
extra = "yes"
subscribe = ["order.news"]
request = ["price.of", "stock.*"]
`);
  const at = "Cannot use module.a";
  assert.deepEqual(lines, [
    `error [NO_HANDLER] s.toml:6:1: ${at}.request: found "price.of", which it requests and nobody handles (add a module that does)`,
    `warning s.toml:3:1: ${at}.topic: found "order.new", which it publishes and nobody subscribes to (did you mean "order.news"?)`,
    `warning s.toml:1:9: ${at}: found "not.in.a.key", which it publishes and nobody subscribes to (add a module that does)`,
    `warning s.toml:5:1: ${at}.subscribe: found "order.news", which it subscribes to and nobody publishes (did you mean "order.new"?)`,
    `warning s.toml:6:1: ${at}.request: found "stock.*", which it requests and nobody handles (add a module that does)`,
  ]);
  assert.equal(code, 2);
});

Deno.test("check knows that a module without a declaration may do anything", async () => {
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
    "which it requests and nobody declares to handle (add a module that does)",
  ]);
  assert.equal(code, 0);
});

Deno.test("check knows that others may be on an external bus", async () => {
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
    'warning s.toml:3:1: Cannot use module.a.publish: found "own.note", which it publishes and nobody subscribes to (add a module that does)',
    'warning s.toml:5:1: Cannot use module.a.request: found "price.of", which it requests and nobody handles (add a module that does)',
  ]);
  assert.equal(code, 0);
});

Deno.test("check warns of handlers whose patterns overlap", async () => {
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
    "(a request that both match goes to both, and the first answer wins)",
  ]);
  assert.equal(code, 0);
});

Deno.test("a declared topic that no route carries is a problem, told once", async () => {
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
      's.toml:3:1: Cannot use module.a.topic: found "b.c"',
      's.toml:1:9: Cannot use module.a: found "not.in.a.key"',
    ].map((start, index) =>
      `error [NO_ROUTE] ${start}, which no route carries (add a ` +
      `[[message-router.route]] with pattern = "${
        ["b.c", "not.in.a.key"][index]
      }" or "#")`
    ),
  );
  assert.equal(code, 2);
});

Deno.test("a declaration that can't be right is a problem of its module, and of no other", async () => {
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
    '"list": found "a", wanted an array of patterns',
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

Deno.test("check --json has what each module declares", async () => {
  await using folder = await ServiceFolder.make({
    "clock.toml": '[module.clock]\n[module.spy]\ntopic = "clock.#"\n',
  });
  const ran = await caryatid(["check", "--json", folder.file("clock.toml")]);
  const { parts } = JSON.parse(ran.stdout);
  assert.deepEqual(parts.map(({ topics }: { topics: unknown }) => topics), [
    { publish: ["clock.tick"] },
    { subscribe: ["clock.#"] },
    undefined,
  ]);
});

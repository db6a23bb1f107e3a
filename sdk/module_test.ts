import assert from "node:assert/strict";
import { z } from "zod";
import type { Context } from "./context.ts";
import { defineModule, isModule, type Module } from "./module.ts";
import * as copy from "./module.ts?copy";

const init = () => {};

Deno.test("defineModule() fills in the defaults of omitted properties", () => {
  const module = defineModule({ name: "greeter", init });
  assert.deepEqual({ ...module, init }, {
    "~caryatid": { kind: "module", version: 1 },
    name: "greeter",
    description: "",
    config: undefined,
    permissions: {},
    topics: undefined,
    init,
  });
});

Deno.test("defineModule() keeps the properties of the definition", () => {
  const config = z.object({ every: z.number().default(1) });
  const permissions = { net: ["example.com"] };
  const topics = { publish: ["hello.*"], handle: ["ask.#"] };
  const description = "Says hello";
  const module: Module = defineModule({
    name: "greeter",
    description,
    config,
    permissions,
    topics,
    init,
  });
  assert.equal(module.description, description);
  assert.equal(module.config, config);
  assert.equal(module.permissions, permissions);
  assert.deepEqual(module.topics, topics);
});

Deno.test("init receives the same context and configuration, and its result is returned", async () => {
  const context = {} as Context;
  const config = { every: 2 };
  const module = defineModule({
    name: "greeter",
    config: z.object({ every: z.number() }),
    init: (...given) => {
      const every: number = given[1].every; // typed by the schema
      assert.equal(every, 2);
      assert.equal(given[0], context);
      assert.equal(given[1], config);
      return Promise.reject(new Error("from init"));
    },
  });
  await assert.rejects(async () => await module.init(context, config), {
    message: "from init",
  });
});

Deno.test("init receives the previous state if it fits the schema of the module", async () => {
  const warnings: string[] = [];
  const received: ({ count: number } | undefined)[] = [];
  const context = {
    log: { warn: (text: string) => warnings.push(text) },
    keep: () => {},
  } as unknown as Context;
  const module = defineModule({
    name: "counter",
    state: z.object({ count: z.number() }),
    init(context, _, { previous }) {
      received.push(previous); // typed by the schema
      context.keep(() => ({ count: 1 }));
      // @ts-expect-error it does not fit the schema
      context.keep(() => ({ count: "one" }));
    },
  });
  await module.init(context, {});
  await module.init(context, {}, { previous: { count: 2 } });
  assert.deepEqual(warnings, []);
  await module.init(context, {}, { previous: { count: "two" } });
  assert.deepEqual(received, [undefined, { count: 2 }, undefined]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /^\[STATE_NOT_KEPT\] /);
});

Deno.test("init is called with its definition as this", () => {
  const definition = {
    name: "greeter",
    greeted: 0,
    init() {
      this.greeted++;
    },
  };
  defineModule(definition).init({} as Context, {});
  assert.equal(definition.greeted, 1);
});

Deno.test("a name is lower-case words joined by -", () => {
  for (const name of ["a", "clock", "rest-server", "http2", "a-1-b"]) {
    assert.equal(defineModule({ name, init }).name, name);
  }
  const bad = ["", "Clock", "rest_server", "1st", "-a", "a-", "a--b", "a.b"];
  for (const name of [...bad, "clock\n", "é", "a b"]) {
    assert.throws(() => defineModule({ name, init }), {
      code: "INVALID_OPTION",
      message: `Cannot define the module ${JSON.stringify(name)}: ` +
        'expected lower-case words joined by "-"',
    });
  }
});

Deno.test("isModule() knows modules of every loaded copy of the package", () => {
  assert(isModule(defineModule({ name: "own", init })));
  assert(isModule(copy.defineModule({ name: "foreign", init })));
  assert(copy.isModule(defineModule({ name: "own", init })));
});

Deno.test("isModule() returns false for other values", () => {
  const others: unknown[] = [
    undefined,
    null,
    "module",
    init,
    {},
    { name: "not branded", init },
    { "~caryatid": null },
    { "~caryatid": { kind: "bus", version: 1 } },
    { "~caryatid": { kind: "module", version: 2 } },
  ];
  for (const other of others) assert(!isModule(other));
});

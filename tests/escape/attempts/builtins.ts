import type { Attempt, AttemptGroup } from "../attempt.ts";

/**
 * Modules of Node.js that no isolated module may use, each with code that uses
 * it after a static import of `*` as `found`.
 */
const REFUSED: Readonly<Record<string, string>> = {
  worker_threads: 'new found.Worker("0", { eval: true }).unref()',
  module: "found.registerHooks({})",
  vm: 'found.runInThisContext("1")',
  cluster: "found.fork()",
  child_process: 'found.spawn("true")',
  v8: "found.getHeapStatistics()",
  inspector: "new found.Session()",
  repl: "found.start()",
  dgram: 'found.createSocket("udp4")',
};

/** Attempts to load modules of Node.js that guests may not use. */
export const builtins: AttemptGroup = {
  title: "Modules of Node.js",
  attempts: [
    ...Object.entries(REFUSED).map(([name, use]) => literal(name, use)),
    literal("NODE:worker_threads", REFUSED["worker_threads"]!),
    literal("NoDe:module", REFUSED["module"]!),
    ...["NODE:vm", "\tnode:vm", "no\nde:vm", "node:v\rm"].map((name) => ({
      name: `imports ${JSON.stringify(name)} with a computed specifier`,
      uncontrolled: true as const, // Deno itself refuses some
      attempt: async () => {
        const { runInThisContext } = await import(name);
        return runInThisContext("'ran in another context'");
      },
    })),
    ...["fs", "net", "sqlite"].map((name) => ({
      name: `uses node:${name} without a grant`,
      async attempt() {
        const found = await import(`node:${name}`);
        const use: Record<string, () => unknown> = {
          fs: () => `${found.writeSync(2, new Uint8Array(0))} bytes`,
          net: () => typeof new found.Socket().destroy(),
          sqlite: () => typeof new found.DatabaseSync(":memory:").close(),
        };
        return use[name]!();
      },
    })),
    has("getBuiltinModule of the global process", "getBuiltinModule"),
    has("binding of the global process", "binding"),
    has("dlopen of the global process", "dlopen"),
    {
      name: "loads node:fs with getBuiltinModule of node:process",
      attempt: async () =>
        (await import("node:process")).getBuiltinModule("fs"),
    },
    {
      name: "loads node:vm with createRequire of node:module",
      attempt: async () =>
        typeof (await import("node:module")).createRequire("file:///x")("vm"),
    },
    {
      name: "loads node:vm with the constructor of a CommonJS module",
      alone: true,
      uncontrolled: true,
      file: "attempt.cjs",
      module: 'exports.default = module.constructor.createRequire("/x")("vm")' +
        ".runInThisContext(1);",
    },
    {
      name: "loads node:vm with require, disguised as a trusted file",
      alone: true,
      uncontrolled: true,
      file: "attempt.cjs",
      module: 'module.filename = "{modules}/x.js";' +
        'exports.default = module.require("vm").runInThisContext(1);',
    },
  ],
};

function literal(name: string, use: string): Attempt {
  const specifier = /^node:/i.test(name) ? name : `node:${name}`;
  return {
    name: `imports ${specifier} in a static import`,
    alone: true,
    uncontrolled: true,
    module: `import * as found from "${specifier}"; ${use}; ` +
      'export default "used";',
  };
}

function has(what: string, name: string): Attempt {
  return {
    name: `finds ${what}`,
    uncontrolled: true,
    attempt: () => {
      const found =
        (globalThis as unknown as Record<string, object>)["process"];
      const value: unknown = Reflect.get(found!, name);
      if (value === undefined) throw new Error("it is missing");
      return typeof value;
    },
  };
}

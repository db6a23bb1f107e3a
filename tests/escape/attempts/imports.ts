import type { Attempt, AttemptGroup } from "../attempt.ts";
import { getBuiltinModule } from "node:process";

/** Returns `node:module`. Throws if the guest may not use it. */
const nodeModule = () => getBuiltinModule("node:module");

/** A name that reveals a secret to the registry or host that receives it. */
const TELLING = `secret-${"x".repeat(8)}`;

const GUEST_RUNTIME =
  new URL("../../../process/isolation/guest/guest_runtime.ts", import.meta.url)
    .href;

/** Errors of Deno after it has sent a request for the module. */
const LOOKED_UP = /does not exist|not found|sending request|failed to load/i;

function imports(
  name: string,
  specifier: (port: number, folder: string) => string,
  type?: string,
): Attempt {
  return {
    name: `imports ${name} with a computed specifier`,
    // Without a hook, Deno requires a flag for bytes, and does not look up a
    // package that is imported as text.
    ...(type === "bytes" || name === "npm: as text") && { uncontrolled: true },
    async attempt({ port, folder }) {
      const options = type === undefined ? {} : { with: { type } };
      try {
        const module = await import(specifier(port, folder), options);
        return `${JSON.stringify(module.default)}`;
      } catch (error) {
        if (LOOKED_UP.test(`${error}`)) return `it was looked up: ${error}`;
        throw error;
      }
    },
  };
}

/**
 * Attempts to load code, and to send names out, with imports. An attempt is
 * open if any server receives a request.
 */
export const imported: AttemptGroup = {
  title: "Imports",
  attempts: [
    imports("a file", (_, folder) => `file://${folder}/code.ts`),
    imports("a file as text", (_, folder) => `${folder}/secret.txt`, "text"),
    imports("a file as bytes", (_, folder) => `${folder}/secret.txt`, "bytes"),
    imports("a JSON file", (_, folder) => `${folder}/secret.json`, "json"),
    ...["code.ts", "secret.json", "secret.txt"].map((file, i) => ({
      ...imports(
        `${file} through ..%2f`,
        (_, folder) => `file://${folder}/node_modules/..%2f${file}`,
        [undefined, "json", "text"][i],
      ),
      uncontrolled: true as const, // Deno finds no such file with -A
    })),
    {
      ...imports("code of Caryatid in a guest", () => GUEST_RUNTIME),
      uncontrolled: true, // without isolation, all code may do so
    },
    {
      ...imports(
        "code of Caryatid by its name in a sealed graph",
        () => GUEST_RUNTIME.replace(/ts$/, "js"),
      ),
      uncontrolled: true, // without isolation, no such file exists
    },
    {
      ...imports("granted code", (_, folder) => `file://${folder}/code.ts`),
      grants: { read: ["{folder}"] },
      uncontrolled: true, // without isolation, nothing is granted
    },
    imports("http:", (port) => `http://127.0.0.1:${port}/${TELLING}.js`),
    imports("http: as text", (port) => `http://127.0.0.1:${port}/`, "text"),
    imports("https:", () => `https://deno.land/x/${TELLING}/mod.ts`),
    imports("npm:", () => `npm:@escape/${TELLING}`),
    imports("npm: as text", () => `npm:@escape/${TELLING}`, "text"),
    imports("jsr:", () => `jsr:@${TELLING}/${TELLING}`),
    imports(
      "npm: from a data: URL",
      () => `data:text/javascript,import "npm:@escape/${TELLING}"`,
    ),
    {
      name: "imports npm: from a blob: URL",
      uncontrolled: true,
      attempt: () =>
        import(
          URL.createObjectURL(
            new Blob([`import "npm:@escape/${TELLING}"`], {
              type: "text/javascript",
            }),
          )
        ),
    },
    {
      name: "imports npm: with eval and Function",
      uncontrolled: true,
      attempt: () =>
        new Function("name", "return eval('import(name)')")(
          `npm:@escape/${TELLING}`,
        ),
    },
    {
      name: "imports code that it has written into a granted folder",
      grants: { read: ["{folder}/granted"], write: ["{folder}/granted"] },
      uncontrolled: true,
      async attempt({ folder }) {
        const path = `${folder}/granted/own.txt`;
        await Deno.writeTextFile(path, `import "npm:@escape/${TELLING}";`);
        await Deno.rename(path, `${folder}/granted/own.ts`);
        await import(`file://${folder}/granted/own.ts`);
      },
    },
    {
      name: "imports a data: URL with its own code",
      uncontrolled: true, // the code is its own
      attempt: () => import(`data:text/javascript,${"export default 1"}`),
    },
    {
      name: "resolves npm: with import.meta.resolve",
      worker: "contained",
      process: "contained",
      why: "import.meta.resolve sends no request",
      uncontrolled: true,
      attempt() {
        import.meta.resolve(`npm:@escape/${TELLING}`);
      },
    },
    {
      name: "loads npm: with require",
      uncontrolled: true,
      attempt: () =>
        nodeModule().createRequire(import.meta.url)(`npm:@escape/${TELLING}`),
    },
    {
      name: "registers an import hook that bypasses the hook of its host",
      uncontrolled: true,
      async attempt({ folder }) {
        const hook = nodeModule().registerHooks({
          resolve: (specifier, context, next) =>
            specifier.startsWith("past:")
              ? { url: specifier.slice(5), shortCircuit: true }
              : next(specifier, context),
        });
        try {
          await import(`past:npm:@escape/${TELLING}`).catch(() => {});
          return (await import(`past:file://${folder}/code.ts`)).default;
        } finally {
          hook.deregister();
        }
      },
    },
    {
      name: "registers a loader thread with module.register",
      uncontrolled: true,
      attempt({ port }) {
        nodeModule().register(
          `data:text/javascript,fetch("http://127.0.0.1:${port}/")`,
        );
      },
    },
    {
      name: "imports after it has changed the prototypes of the import guard",
      alone: true,
      uncontrolled: true,
      async attempt({ folder }) {
        const restore = lieEverywhere();
        try {
          await import(`npm:@escape/${TELLING}`).catch(() => {});
          return (await import(`file://${folder}/code.ts`)).default;
        } finally {
          restore();
        }
      },
    },
    {
      name: "loads a refused Node.js module with process.getBuiltinModule",
      attempt: () =>
        Object.keys(getBuiltinModule("node:worker_threads")).length > 0
          ? "all of it"
          : Promise.reject(new Error("it is empty")),
    },
    {
      name: "imports node:module, and so import hooks, in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import { registerHooks } from "node:module";' +
        "export default typeof registerHooks({});",
    },
    {
      name: "imports a file as text in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt" with { type: "text" };' +
        "export default secret;",
    },
    {
      name:
        "imports a file as text, disguised as a package, in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt?/node_modules/" with ' +
        '{ type: "text" }; export default secret;',
    },
    {
      name: "imports a text file, disguised as code, in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt#.js"; export default secret;',
    },
    {
      name: "imports a JSON file in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.json" with { type: "json" };' +
        "export default secret;",
    },
    ...["..%2f", "..%2F", "..%252f", "%2e%2e%2f", "..%5c"].map((
      up,
    ): Attempt => ({
      name: `imports a file as text through ${up} in a static import`,
      alone: true,
      uncontrolled: true,
      module: `import secret from "../node_modules/${up}secret.txt" with ` +
        '{ type: "text" }; export default secret;',
    })),
    {
      name: "imports a JSON file through ..%2f in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../npm/registry.npmjs.org/..%2f..%2f' +
        'secret.json" with { type: "json" }; export default secret.secret;',
    },
    {
      name: "imports a file as bytes through ..%2f in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../node_modules/..%2fsecret.txt" with ' +
        '{ type: "bytes" }; export default new TextDecoder().decode(secret);',
    },
    {
      name: "imports a file of /proc as text in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import found from "/proc/self/environ" with { type: "text" };' +
        "export default found;",
    },
    {
      name: "imports a file as text from a FILE: URL in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "FILE:///etc/passwd" with { type: "text" };' +
        "export default secret;",
    },
    {
      name: "loads a JSON file with require, disguised as a package",
      alone: true,
      uncontrolled: true,
      file: "attempt.cjs",
      module:
        'exports.default = require("../node_modules/../secret.json").secret',
    },
    {
      name: "imports the target of a link in its folder in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "./link.txt" with { type: "text" };' +
        "export default secret;",
    },
    {
      name:
        "imports the target of a link in its folder with a computed specifier",
      alone: true,
      uncontrolled: true,
      module: 'const name = ["./link", "txt"].join(".");' +
        'export default (await import(name, { with: { type: "text" } }))' +
        ".default;",
    },
    {
      name: "imports a hard link in its folder as text in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "./hard.txt" with { type: "text" };' +
        "export default secret;",
    },
    {
      name: "imports a code file as text in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import code from "../code.ts" with { type: "text" };' +
        "export default code;",
    },
    {
      name: "imports code from another host in a static import",
      alone: true,
      uncontrolled: true,
      worker: "open",
      why: "static imports are fetched before the module runs, from every " +
        "host that the process of the worker may import from: " +
        "`caryatid run` allows those of the configuration and the default " +
        "hosts of Deno",
      module: 'import "http://127.0.0.1:{port}/code.js"; export default 1;',
    },
    {
      name: "imports another code file in a static import",
      alone: true,
      uncontrolled: true,
      module: 'import code from "../code.ts"; export default code;',
    },
  ],
};

/**
 * Replaces methods that an import guard may call by ones that always return
 * false. Returns a function that restores them.
 */
function lieEverywhere(): () => void {
  const lie = () => false;
  const changed = [
    [String.prototype, ["startsWith", "endsWith", "includes", "match"]],
    [RegExp.prototype, ["test", "exec"]],
    [Array.prototype, ["some", "includes", "find"]],
    [Set.prototype, ["has"]],
  ] as const;
  const before = changed.flatMap(([target, names]) =>
    names.map((name) => {
      const own = Object.getOwnPropertyDescriptor(target, name)!;
      return () => Object.defineProperty(target, name, own);
    })
  );
  for (const [target, names] of changed) {
    for (const name of names) {
      Object.defineProperty(target, name, { value: lie, configurable: true });
    }
  }
  return () => before.forEach((restore) => restore());
}

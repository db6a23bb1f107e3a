import type { Attempt, AttemptGroup } from "../attempt.ts";
import { getBuiltinModule } from "node:process";

const nodeModule = getBuiltinModule("node:module");

/** A name that tells a registry or a host something. */
const TELLING = `secret-${"x".repeat(8)}`;

/** What Deno says when somebody was asked who doesn't have it, or isn't there. */
const LOOKED_UP = /does not exist|not found|sending request|failed to load/i;

function imports(
  name: string,
  specifier: (port: number, folder: string) => string,
  type?: string,
): Attempt {
  return {
    name: `imports ${name} by a computed name`,
    // Without a hook, Deno wants a flag for bytes, and looks for no package as text.
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

/** Code and names that go out by importing. Each request that arrives anywhere counts as open. */
export const imported: AttemptGroup = {
  title: "Imports",
  attempts: [
    imports("a file", (_, folder) => `file://${folder}/code.ts`),
    imports("a file as text", (_, folder) => `${folder}/secret.txt`, "text"),
    imports("a file as bytes", (_, folder) => `${folder}/secret.txt`, "bytes"),
    imports("a file of JSON", (_, folder) => `${folder}/secret.json`, "json"),
    imports("http:", (port) => `http://127.0.0.1:${port}/${TELLING}.js`),
    imports("http: as text", (port) => `http://127.0.0.1:${port}/`, "text"),
    imports("https:", () => `https://deno.land/x/${TELLING}/mod.ts`),
    imports("npm:", () => `npm:@escape/${TELLING}`),
    imports("npm: as text", () => `npm:@escape/${TELLING}`, "text"),
    imports("jsr:", () => `jsr:@${TELLING}/${TELLING}`),
    imports(
      "npm: in a data: URL",
      () => `data:text/javascript,import "npm:@escape/${TELLING}"`,
    ),
    {
      name: "imports npm: in a blob: URL",
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
      name: "imports npm: by eval and by Function",
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
      name: "imports a data: URL that it made",
      uncontrolled: true, // it is code that it has already
      attempt: () => import(`data:text/javascript,${"export default 1"}`),
    },
    {
      name: "resolves npm: by import.meta.resolve",
      worker: "contained",
      process: "contained",
      why: "nothing is looked up by that",
      uncontrolled: true,
      attempt() {
        import.meta.resolve(`npm:@escape/${TELLING}`);
      },
    },
    {
      name: "requires npm:",
      uncontrolled: true,
      attempt: () =>
        nodeModule.createRequire(import.meta.url)(`npm:@escape/${TELLING}`),
    },
    {
      name: "registers a hook that goes past the one of its host",
      uncontrolled: true,
      async attempt({ folder }) {
        const hook = nodeModule.registerHooks({
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
      name: "registers a loader in a thread, by module.register",
      uncontrolled: true,
      attempt({ port }) {
        nodeModule.register(
          `data:text/javascript,fetch("http://127.0.0.1:${port}/")`,
        );
      },
    },
    {
      name: "imports past a guard whose prototypes it has changed",
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
      name:
        "takes a part of Node that was refused, by process.getBuiltinModule",
      attempt: () =>
        Object.keys(getBuiltinModule("node:worker_threads")).length > 0
          ? "all of it"
          : Promise.reject(new Error("it is empty")),
    },
    {
      name: "has node:module, and so hooks, in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import { registerHooks } from "node:module";' +
        "export default typeof registerHooks;",
    },
    {
      name: "has a file as text in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt" with { type: "text" };' +
        "export default secret;",
    },
    {
      name:
        "has a file as text, as if it were of a package, in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt?/node_modules/" with ' +
        '{ type: "text" }; export default secret;',
    },
    {
      name: "has a file as code, as if it were some, in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.txt#.js"; export default secret;',
    },
    {
      name: "has a file of JSON in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import secret from "../secret.json" with { type: "json" };' +
        "export default secret;",
    },
    {
      name: "has a file of code as text in a literal import",
      alone: true,
      uncontrolled: true,
      module: 'import code from "../code.ts" with { type: "text" };' +
        "export default code;",
    },
    {
      name: "has code of a strange host in a literal import",
      alone: true,
      uncontrolled: true,
      worker: "open",
      why: "what stands in the text of a module is fetched before it runs, " +
        "from hosts that the process of the worker may import from: " +
        "`caryatid run` allows those of the configuration and Deno's own",
      module: 'import "http://127.0.0.1:{port}/code.js"; export default 1;',
    },
    {
      name: "has other code in a literal import",
      alone: true,
      uncontrolled: true,
      worker: "open",
      process: "open",
      why: "that is how a module is made of files: it runs what it imports, " +
        "with its own rights",
      module: 'import code from "../code.ts"; export default code;',
    },
  ],
};

/** Methods that a guard of imports might call say what suits the attacker. */
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

import process from "node:process";
import { includes, TypeError, uncurried } from "./taken_intrinsics.ts";

/** Setting of SQLite for the place of temporary files, and of their folder. */
const SETTING = "temp_store";

type Method = (this: object, ...values: unknown[]) => unknown;

const getBuiltinModule = process.getBuiltinModule.bind(process);
const { apply } = Reflect;
const toLowerCase = uncurried(String.prototype.toLowerCase);
const has = uncurried(WeakSet.prototype.has);
const add = uncurried(WeakSet.prototype.add);
const remove = uncurried(WeakSet.prototype.delete);

let isRestricted = false;

/**
 * Makes databases of `node:sqlite` keep temporary files in memory. SQLite
 * creates them in any folder, and Deno asks for no permission.
 */
export function restrictSqlite(): void {
  if (isRestricted) return;
  isRestricted = true;
  const { DatabaseSync } = getBuiltinModule("node:sqlite");
  const prototype = methodsOf(DatabaseSync.prototype);
  const { exec, open } = prototype as unknown as Record<string, Method>;
  const inMemory = new WeakSet<object>();
  const restrict = (name: string) => {
    const method = (prototype as unknown as Record<string, Method>)[name]!;
    define(prototype, name, function (sql, ...more) {
      const text = `${sql}`;
      if (includes(toLowerCase(text), SETTING)) throw refusal();
      if (!has(inMemory, this)) {
        apply(exec!, this, [`PRAGMA ${SETTING} = MEMORY`]);
        add(inMemory, this);
      }
      return apply(method, this, [text, ...more]);
    });
  };
  restrict("exec");
  restrict("prepare");
  define(prototype, "open", function () {
    remove(inMemory, this);
    return apply(open!, this, []);
  });
  // It prepares statements itself.
  define(prototype, "createTagStore", () => {
    throw new TypeError("An isolated module cannot use createTagStore");
  });
}

/** The module could replace methods of a `CaryatidError`. */
function refusal(): TypeError {
  return new TypeError(
    `Cannot use ${SETTING} of SQLite in an isolated module: its temporary ` +
      "files stay in memory",
  );
}

/** Returns the prototype that has the methods: Deno exports a subclass. */
function methodsOf(prototype: object): object {
  return Object.hasOwn(prototype, "exec")
    ? prototype
    : methodsOf(Object.getPrototypeOf(prototype));
}

function define(prototype: object, name: string, value: Method): void {
  Object.defineProperty(prototype, name, {
    value,
    writable: false,
    enumerable: true,
    configurable: false,
  });
}

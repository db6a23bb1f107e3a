import type { Attempt, AttemptGroup } from "../attempt.ts";
import { runInNewContext } from "node:vm";

type Loose = Record<PropertyKey, unknown>;

const SCOPE = globalThis as unknown as Loose;
const DENO = Deno as unknown as Loose;

/** Attempts to reach internals of Deno and objects of the host. */
export const hostObjects: AttemptGroup = {
  title: "Internals of Deno and of the host",
  attempts: [
    {
      name: "reads the internals of Deno from Deno[Deno.internal]",
      attempt: () =>
        Object.keys(DENO[DENO["internal"] as symbol] as Loose).join(),
    },
    {
      name: "reads Deno.core",
      attempt: () => Object.keys(DENO["core"] as Loose).join(),
      uncontrolled: true, // Deno hides it from all
    },
    {
      name: "reads `__bootstrap`",
      attempt: () => Object.keys(SCOPE["__bootstrap"] as Loose).join(),
      uncontrolled: true, // Deno hides it from all
    },
    {
      name: "lists open resources with Deno.resources",
      attempt: () => (DENO["resources"] as () => unknown)(),
      uncontrolled: true, // Deno has removed it
    },
    {
      name: "reads nodeBootstrap, which initializes Node.js again",
      attempt: () => `${(SCOPE["nodeBootstrap"] as { name: string }).name}`,
    },
    {
      name: "reads objects of callers with Error.prepareStackTrace",
      worker: "contained",
      process: "contained",
      why: "all callers belong to the guest, and V8 hides their objects",
      uncontrolled: true,
      attempt() {
        const errors = Error as unknown as Loose;
        errors["prepareStackTrace"] = (
          _: unknown,
          calls: { getThis(): unknown }[],
        ) => calls.map((call) => call.getThis()).filter(Boolean);
        const { stack } = new Error() as unknown as { stack: unknown[] };
        delete errors["prepareStackTrace"];
        return stack.length > 0 ? `${stack}` : undefined;
      },
    },
    {
      name: "reads Deno from a context of node:vm",
      uncontrolled: true,
      attempt() {
        const code = "this.constructor.constructor('return typeof Deno')()";
        const found = runInNewContext(code);
        if (found !== "undefined" && "internal" in Deno) return found;
      },
    },
    {
      name: "reads the internals of Deno with an indirect eval",
      async attempt() {
        const code = "globalThis.Deno?.[Deno.internal]";
        return await (0, eval)(code) && "the insides";
      },
      worker: "contained",
      process: "contained",
      why: "the code runs in the same realm, in which Deno was replaced",
    },
    {
      name: "changes prototypes of the host with a message with `__proto__`",
      worker: "contained",
      process: "contained",
      why: "the codec decodes such keys as plain data",
      uncontrolled: true,
      async attempt(_, context) {
        const text = '{"__proto__":{"polluted":1},' +
          '"constructor":{"prototype":{"polluted":1}}}';
        await context.publish("granted.proto", JSON.parse(text));
      },
    },
    {
      name: "makes the host run a getter of a message",
      worker: "contained",
      process: "contained",
      why: "the guest encodes a message before it sends it",
      uncontrolled: true,
      async attempt(ground, context) {
        let in_host = false;
        const message = {
          get secret() {
            in_host = new Error().stack?.includes("bus_relay") ?? false;
            return ground.port;
          },
        };
        await context.publish("granted.getter", message);
        return in_host ? "run in the host" : undefined;
      },
    },
    {
      name: "sends a function to its host",
      attempt: (_, context) =>
        context.publish("granted.function", () => Deno.exit()).then(() =>
          "sent"
        ),
      uncontrolled: true, // the bus in memory takes anything
    },
    {
      name: "throws a value that is not an error, and whose properties throw",
      attempt() {
        throw new Proxy({}, {
          get() {
            throw null;
          },
        });
      },
      uncontrolled: true,
    },
    poisons("Array.prototype.push", Array.prototype, "push", () => 0),
    poisons("Map.prototype.get", Map.prototype, "get", () => undefined),
    poisons("Promise.prototype.then", Promise.prototype, "then", function (
      this: unknown,
    ) {
      return this;
    }),
    poisons(
      "the iterator of arrays",
      Array.prototype,
      Symbol.iterator,
      function* () {},
    ),
    {
      ...poisons("several of these at once", {}, "", 0),
      async attempt(_, context) {
        const stolen: unknown[] = [];
        Array.prototype.push = function (...items) {
          stolen.push(...items);
          return 0;
        };
        Map.prototype.get = () => undefined;
        Promise.prototype.then = function () {
          return this as never;
        };
        Array.prototype[Symbol.iterator] = () => [][Symbol.iterator]();
        await context.publish("granted.x", 1);
      },
    },
    poisons(
      "Uint8Array.prototype.subarray",
      Uint8Array.prototype,
      "subarray",
      () => new Uint8Array(3).fill(0xff),
    ),
  ],
};

/** Replaces an intrinsic that the guest's end of the bridge calls. */
function poisons(
  name: string,
  target: object,
  key: PropertyKey,
  value: unknown,
): Attempt {
  return {
    name: `replaces an intrinsic that the bridge uses: ${name}`,
    alone: true,
    uncontrolled: true,
    why: "it is frozen before the code of the module runs",
    async attempt(_, context) {
      Object.defineProperty(target, key, { value });
      await context.publish("granted.x", 1);
    },
  };
}

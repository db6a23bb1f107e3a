import type { Attempt, AttemptGroup } from "../attempt.ts";
import { runInNewContext } from "node:vm";

type Loose = Record<PropertyKey, unknown>;

const SCOPE = globalThis as unknown as Loose;
const DENO = Deno as unknown as Loose;

/** Objects of Deno's insides and of the host. */
export const hostObjects: AttemptGroup = {
  title: "Insides of Deno and of the host",
  attempts: [
    {
      name: "takes the insides of Deno by Deno[Deno.internal]",
      attempt: () =>
        Object.keys(DENO[DENO["internal"] as symbol] as Loose).join(),
    },
    {
      name: "takes Deno.core",
      attempt: () => Object.keys(DENO["core"] as Loose).join(),
      uncontrolled: true, // Deno hides it from all
    },
    {
      name: "takes __bootstrap",
      attempt: () => Object.keys(SCOPE["__bootstrap"] as Loose).join(),
      uncontrolled: true, // Deno hides it from all
    },
    {
      name: "lists what is open, by Deno.resources",
      attempt: () => (DENO["resources"] as () => unknown)(),
      uncontrolled: true, // Deno has it no more
    },
    {
      name: "starts Node anew, by nodeBootstrap",
      attempt: () => `${(SCOPE["nodeBootstrap"] as { name: string }).name}`,
    },
    {
      name: "takes objects of callers from a stack, by Error.prepareStackTrace",
      worker: "contained",
      process: "contained",
      why: "the callers are of its own guest, and V8 hides the objects",
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
      name: "takes Deno out of a context of node:vm",
      worker: "contained",
      process: "contained",
      why: "there is none in it, and no import",
      uncontrolled: true,
      attempt() {
        const code = "this.constructor.constructor('return typeof Deno')()";
        const found = runInNewContext(code);
        if (found !== "undefined" && "internal" in Deno) return found;
      },
    },
    {
      name: "takes Deno out of another realm's function",
      async attempt() {
        const code = "globalThis.Deno?.[Deno.internal]";
        return await (0, eval)(code) && "the insides";
      },
      worker: "contained",
      process: "contained",
      why: "there is one realm, in which Deno was replaced",
    },
    {
      name: "changes the prototypes of the host by a message with __proto__",
      worker: "contained",
      process: "contained",
      why: "the codec makes them plain data",
      uncontrolled: true,
      async attempt(_, context) {
        const text = '{"__proto__":{"polluted":1},' +
          '"constructor":{"prototype":{"polluted":1}}}';
        await context.publish("granted.proto", JSON.parse(text));
      },
    },
    {
      name: "has its getter run in the host, by a message",
      worker: "contained",
      process: "contained",
      why: "a message is encoded where it is sent",
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
      name: "sends the host a function",
      attempt: (_, context) =>
        context.publish("granted.function", () => Deno.exit()).then(() =>
          "sent"
        ),
      uncontrolled: true, // the bus in memory takes anything
    },
    {
      name: "fails with an error that isn't one, whose texts throw",
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
      ...poisons("all of these, calling themselves", {}, "", 0),
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

/** What the guest's end of the bridge may call is the attacker's. */
function poisons(
  name: string,
  target: object,
  key: PropertyKey,
  value: unknown,
): Attempt {
  return {
    name: `changes what the bridge may use: ${name}`,
    alone: true,
    uncontrolled: true,
    worker: "contained",
    process: "contained",
    why: "it can only break its own guest",
    patience: 5,
    async attempt(_, context) {
      Object.defineProperty(target, key, { value });
      await context.publish("granted.x", 1);
    },
  };
}

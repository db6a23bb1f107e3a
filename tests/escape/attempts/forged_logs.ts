import type { Context } from "@caryatid/sdk";
import type { Attempt, AttemptGroup } from "../attempt.ts";

/** Start of a line that looks like a record of the host. */
const FORGED = "ERR host: forged";
/** Characters that end a line somewhere, or change what a reader sees. */
const BREAKS = {
  "U+2028": "\u2028",
  "U+2029": "\u2029",
  "a carriage return": "\r",
  "a mark of direction": "\u202e",
  "an escape of one byte": "\x9b2J",
} as const;

/** Places of a record that contain a text of the guest. */
const PLACES: Readonly<
  Record<string, (context: Context, text: string) => unknown>
> = {
  "a property": ({ log }, text) => log.info("said {text}", { text }),
  "the name of a property": ({ log }, text) =>
    log.info("said {all}", { all: { [text]: 1 } }),
  "a key of a Map": ({ log }, text) =>
    log.info("said {all}", { all: new Map([[text, text]]) }),
  "a value of a Set": ({ log }, text) =>
    log.info("said {all}", { all: new Set([text]) }),
  "a symbol": ({ log }, text) => log.info("said {it}", { it: Symbol(text) }),
  "the name of a class": ({ log }, text) => {
    const named = class {};
    Object.defineProperty(named, "name", { value: text });
    log.info("said {it}", { it: new named() });
  },
  "the name of a function": ({ log }, text) => {
    const it = () => {};
    Object.defineProperty(it, "name", { value: text });
    log.info("said {it}", { it });
  },
  "the name of an error": ({ log }, text) => {
    const error = new Error(text);
    error.name = text;
    error.stack = text;
    log.error("failed", { error });
  },
  "the cause of an error": ({ log }, text) =>
    log.error("failed {error}", { error: new Error("x", { cause: text }) }),
  "an own inspection": ({ log }, text) =>
    log.info("said {it}", {
      it: { [Symbol.for("Deno.customInspect")]: () => text },
    }),
  // deno-lint-ignore no-console -- the guest has its own console
  "a table of the console": (_, text) => console.table([{ [text]: text }]),
  "an unhandled rejection": (_, text) => {
    const error = new Error(text);
    error.name = text;
    Promise.reject(error);
    return new Promise((resolve) => setTimeout(resolve, 500));
  },
};

/** Attempts to write records that the host did not write. */
export const forgedLogs: AttemptGroup = {
  title: "Forged logs",
  attempts: [
    ...Object.entries(PLACES).map(([place, write]) =>
      forges(place, (context) => {
        const texts = ["\n", ...Object.values(BREAKS)]
          .map((one) => `x${one}${FORGED}`);
        return texts.reduce<Promise<unknown>>(
          (last, text) => last.then(() => write(context, text)),
          Promise.resolve(),
        );
      })
    ),
    ...Object.entries(BREAKS).map(([what, text]) =>
      forges(what, ({ log }) => log.warn(`x${text}${FORGED}`))
    ),
    {
      ...forges("the topic of a message", async (context) => {
        await context.publish(`granted.x\n${FORGED}`, 1);
      }),
      worker: "refused",
      process: "refused",
      why: "a topic with such a character is invalid",
    },
  ],
};

function forges(
  what: string,
  attempt: (context: Context) => unknown,
): Attempt {
  return {
    name: `forges a log record with ${what}`,
    alone: true,
    uncontrolled: true,
    worker: "contained",
    process: "contained",
    why: "the host writes such characters as escapes",
    attempt: async (_, context) => {
      await attempt(context);
    },
  };
}

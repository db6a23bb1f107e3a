import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Context, defineModule } from "@caryatid/sdk";

const ALMANAC = new URL("./almanac/", import.meta.url);

type Attempts = Record<string, (context: Context) => unknown>;

/** Attempts that the permissions of Deno and the sealed code stop. */
const FIRST: Attempts = {
  "to read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
  "to write a file": () => Deno.writeTextFile("/tmp/weather.txt", "fine"),
  "to know the user": () => Deno.env.get("USER"),
  "to call home": () => fetch("https://example.com/?what=secret"),
  "to start a program": () => execFileSync("id"),
  "to import the customers": () => importText("../customers.txt"),
};

/** An attempt that only the jail stops: Deno follows a link that is granted. */
const SECOND: Attempts = {
  "to read customers through a link": () =>
    Deno.readTextFile(new URL("customers.txt", ALMANAC)),
};

/** Attempts that the host stops. */
const THIRD: Attempts = {
  "to ask for customers": (context) => context.request("customer.list", null),
  "to receive prices": (context) => context.subscribe("price.*").ready,
  "to publish prices": (context) =>
    context.publish("price.tea", { number: 0, pence: 1 }),
};

/** Publishes the weather of an almanac, and tries what is not granted. */
export default defineModule({
  name: "weather",
  description: "Speaks of the weather",
  permissions: { read: [fileURLToPath(ALMANAC)] },
  init(context) {
    context.run(async () => {
      const file = new URL("almanac.json", ALMANAC);
      const [today] = JSON.parse(await Deno.readTextFile(file));
      await context.publish("weather.today", today);
      await tryAll(context, 1, FIRST);
      await tryAll(context, 2, SECOND);
      await tryAll(context, 3, THIRD);
      throw new Error("all attempts are over");
    });
  },
});

async function tryAll(
  context: Context,
  wall: number,
  attempts: Attempts,
): Promise<void> {
  for (const [what, attempt] of Object.entries(attempts)) {
    try {
      await attempt(context);
      context.log.info("wall {wall}: I was allowed {what}", { wall, what });
    } catch (error) {
      const { code, name } = error as { code?: string; name: string };
      const reason = code ?? name;
      context.log.info("wall {wall}: I tried {what}: {reason}", {
        wall,
        what,
        reason,
      });
    }
  }
}

/** A computed specifier: `check` refuses a literal one. */
function importText(name: string): Promise<unknown> {
  return import(name, { with: { type: "text" } });
}

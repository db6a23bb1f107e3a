import assert from "node:assert/strict";
import { Consumer, IMPORTS } from "./consumer.ts";
import { testPublished } from "./test_published.ts";

const MODULE = `
import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "hearer",
  init(context) {
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const { topic } of ticks) {
        context.log.info("received {topic}", { topic });
      }
    });
  },
});
`;

for (const isolation of ["worker", "process"]) {
  testPublished(
    `in a ${isolation} modules from a file and from JSR run, and load late what they need`,
    async (registries) => {
      await using user = await Consumer.make(registries, {
        "deno.json": IMPORTS,
        "hearer.ts": MODULE,
        "service.toml": `
[module.hearer]
import = "./hearer.ts"
isolation = "${isolation}"
[module.hearer.permissions]
subscribe = ["clock.tick"]

[module.clock]
cron = "* * * * * *"
isolation = "${isolation}"
[module.clock.permissions]
publish = ["clock.tick"]
`,
      });
      await using program = user.caryatid("run", "service.toml");
      await program.line(/received "?clock\.tick/);
      program.kill("SIGTERM");
      assert.equal(await program.exitCode(), 0);
    },
  );
}

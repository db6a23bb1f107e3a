/**
 * Records numbers as fast as possible, and prints the last accepted one.
 * `record_faults_test.ts` kills this program.
 */
import { record } from "@caryatid/modules";
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";

const [path, more = "{}"] = Deno.args;
const text = new TextEncoder();

const counter = defineModule({
  name: "counter",
  init(context) {
    context.run(async () => {
      for (let number = 0; !context.signal.aborted; number++) {
        await context.publish("number", number);
        if (number % 10 === 0) {
          Deno.stdout.writeSync(text.encode(`${number}\n`));
        }
      }
    });
  },
});

await Process.main({
  config: {
    module: {
      record: { path, topic: "number", ...JSON.parse(more) },
      counter: {},
    },
    log: { level: "error" },
  },
  modules: [record, counter],
});

import assert from "node:assert/strict";
import { startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";
import { brokerTest } from "../../broker/shared_broker.ts";

const ASKER = moduleText(`
  name: "asker",
  init(context) {
    context.handle("stock.*", ({ message }) => {
      if (message > 5) throw new RangeError("too many");
      return { left: 5 - message };
    });
    context.run(async () => {
      while (!context.signal.aborted) {
        await context.clock.sleep(50);
        await context.request("stock.tea", 2);
        await context.request("stock.tea", 9).catch(() => {});
      }
    });
  },
`);
const ANSWERED = /^request stock\.tea 2, answered in [\d.]+ ms: \{"left":3\}$/;
const FAILED =
  /^request stock\.tea 9, failed in [\d.]+ ms: HANDLER_FAILED: .*RangeError: too many$/;

Deno.test("spy --attach prints a request with its answer or error, by its topic, as text and as JSON", async (t) => {
  await using folder = await ServiceFolder.make({ "asker.ts": ASKER });
  const file = folder.file("control.json");
  await Deno.writeTextFile(
    folder.file("a.toml"),
    `[module.asker]\nimport = "./asker.ts"\n[module.control]\nfile = "${file}"\n`,
  );
  await using program = startCaryatid(["run", folder.file("a.toml")]);
  await program.line(/ready in/);
  for (const pattern of ["stock.tea", "stock.*", "#"]) {
    await t.step(pattern, async () => {
      await using spy = startCaryatid(["spy", pattern, "--attach", file]);
      await spy.line(ANSWERED);
      await spy.line(FAILED);
    });
  }
  await t.step("--json", async () => {
    const args = ["stock.tea", "--attach", file, "--json", "--count=1"];
    await using spy = startCaryatid(["spy", ...args]);
    assert.equal(await spy.exitCode(), 0);
    const { topic, message, duration, ...outcome } = JSON.parse(spy.lines[0]!);
    assert.equal(topic, "stock.tea");
    assert(duration > 0);
    assert("answer" in outcome || outcome.error.code === "HANDLER_FAILED");
    assert([2, 9].includes(message));
  });
  await stop(program);
});

brokerTest(
  "spy prints requests with their answers on a broker",
  async ({ url, exchange }) => {
    await using folder = await ServiceFolder.make({
      "asker.ts": ASKER,
      "a.toml": `[message-bus.main]
class = "rabbit-mq"
url = "${url}"
exchange = "${exchange}"
[module.asker]
import = "./asker.ts"
`,
    });
    await using program = startCaryatid(["run", folder.file("a.toml")]);
    await program.line(/ready in/);
    const at = ["--url", url, "--exchange", exchange];
    await using spy = startCaryatid(["spy", "stock.#", ...at]);
    await spy.line(ANSWERED);
    await spy.line(FAILED);
    await stop(program);
  },
);

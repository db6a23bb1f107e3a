import assert from "node:assert/strict";
import { startCaryatid } from "../cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../cli/service_folder.ts";

/**
 * Tries once to end its worker or process, and reports the outcome. Answers
 * requests.
 */
const ENDER = moduleText(
  `
  name: "ender",
  config: z.object({ way: z.string() }),
  init(context, { way }) {
    context.handle("ender.ask", () => "I am here");
    const orders = context.subscribe("ender.end");
    context.run(async () => {
      for await (const _ of orders) {
        try {
          await ways[way]();
          context.log.info("it had no effect");
        } catch (error) {
          context.log.info("refused: {reason}", { reason: String(error) });
        }
      }
    });
  },`,
  `
  import * as node from "node:process";
  const kept = [];
  const ways = {
    "Deno.exit": () => Deno.exit(0),
    "Deno.kill": () => Deno.kill(Deno.pid, "SIGKILL"),
    "process.exit": () => node.exit(0),
    "process.kill": () => {
      node.kill(node.pid, "SIGKILL");
      return new Promise(() => {});
    },
    "heap": () => { for (;;) kept.push(new Array(1_000).fill({})); },
    "loop": () => { for (;;); },
  };
`,
);

/**
 * Lets the other module end, requests from it until it answers, and reports
 * whether other modules noticed.
 */
const DRIVER = moduleText(`
  name: "driver",
  init(context) {
    context.run(async () => {
      await context.publish("ender.end", null);
      context.log.info("sent");
      await context.clock.sleep(500, context.signal);
      for (;;) {
        const answer = await context.request("ender.ask", null, { timeout: 1_000 })
          .catch(({ code }) => code);
        if (answer !== "I am here") {
          await context.clock.sleep(100, context.signal);
          continue;
        }
        context.log.info("it says {answer}", { answer });
        return;
      }
    });
  },
`);

function service(isolation: string, way: string): string {
  return `
[module.ender]
import = "./ender.ts"
isolation = "${isolation}"
way = "${way}"
on-failure = "restart"
[module.ender.permissions]
subscribe = ["ender.end"]
handle = ["ender.ask"]
[module.ender.limits]
heartbeat = 1
[module.driver]
import = "./driver.ts"
`;
}

async function running(isolation: string, way: string) {
  const folder = await ServiceFolder.make({
    "ender.ts": ENDER,
    "driver.ts": DRIVER,
    "service.toml": service(isolation, way),
  });
  const program = startCaryatid(["run", folder.file("service.toml")]);
  return {
    program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

for (
  const [isolation, way] of [
    ["worker", "Deno.exit"],
    ["worker", "Deno.kill"],
    ["worker", "process.exit"],
    ["process", "Deno.exit"],
    ["process", "Deno.kill"],
    ["process", "process.exit"],
    ["process", "process.kill"],
  ] as const
) {
  const id = way.endsWith("kill") ? "D13" : "D11";
  Deno.test(`${id} a ${isolation} cannot end by ${way}: it is an error in the module, and all others continue`, async () => {
    await using held = await running(isolation, way);
    const { program } = held;
    await program.line(/ender: refused: TypeError/);
    await program.line(/it says I am here/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
    assert(!program.log.includes("GUEST_ENDED"), program.log);
  });
}

for (
  const [way, wanted] of [
    ["heap", /it was ended by SIG|it exited|MiB of memory|no sign of life/],
    ["loop", /it gave no sign of life for 1 s/],
  ] as const
) {
  Deno.test(`D13 a process contains ${way}: its module fails and is restarted, others continue`, async () => {
    await using held = await running("process", way);
    const { program } = held;
    await program.line(/sent/);
    await program.line(wanted);
    await program.line(/ender: restarted/);
    await program.line(/it says I am here/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  });
}

import assert from "node:assert/strict";
import { startCaryatid } from "../cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../cli/service_folder.ts";
import { guestPids } from "./guest_pids.ts";

/** Takes its part of the work, answers, and fails on command. */
const FRAIL = moduleText(`
  name: "frail",
  init(context) {
    const id = context.id;
    context.handle(id + ".ask", ({ message }) =>
      message === "wait" ? new Promise(() => {}) : id + " says " + message);
    const work = context.subscribe("work", { group: "workers" });
    const orders = context.subscribe(id + ".break");
    context.run(async () => {
      for await (const { message } of work) {
        await context.publish("done", { id, message });
      }
    });
    context.run(async () => {
      for await (const _ of orders) throw new Error("torn");
    });
  },
`);

/**
 * Publishes work for others, of which one fails during a request, until that
 * module answers again. Logs when all work is done.
 */
const DRIVER = moduleText(`
  name: "driver",
  config: z.object({ victim: z.string(), breaks: z.boolean().default(false), count: z.number().default(300) }),
  init(context, { victim, breaks, count }) {
    const done = context.subscribe("done");
    const missing = new Set();
    let broken = false;
    let back = false;
    let given = false;
    const report = () => given && missing.size === 0 && context.log.info("all is done");
    context.run(async () => {
      for await (const { message: { id, message } } of done) {
        missing.delete(message);
        report();
        if (!broken) continue;
        if (id === victim && !back) {
          back = true;
          context.log.info("{answer}", { answer: await context.request(victim + ".ask", "I am back") });
        } else if (!back) context.log.info("meanwhile {id} works", { id });
      }
    });
    context.run(async () => {
      // Work must remain for the restarted module, however long the restart takes.
      for (let n = 0; n < count || !back; n++) {
        missing.add(n);
        await context.publish("work", n);
        await context.clock.sleep(10);
      }
      given = true;
      report();
    });
    context.run(async () => {
      const open = context.request(victim + ".ask", "wait", { timeout: 60_000 });
      context.log.info("asked");
      if (breaks) await context.publish(victim + ".break", null);
      await open.catch(({ code }) => {
        broken = true;
        context.log.info("the open question failed with {code}", { code });
      });
    });
  },
`);

const RIGHTS = `
publish = ["done"]
subscribe = ["work", "*.break"]
handle = ["*.ask"]
groups = ["workers"]
`;

function service(isolation: string, victim: string, breaks: boolean): string {
  return `
[module.driver]
import = "./driver.ts"
victim = "${victim}"
breaks = ${breaks}
${
    [victim, "other"].map((id) => `
[module.${id}]
class = "frail"
import = "./frail.ts"
isolation = "${isolation}"
on-failure = "restart"
[module.${id}.permissions]${RIGHTS}`).join("")
  }`;
}

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`a ${isolation} that fails is restarted: its work is redelivered, open requests fail, and it receives and answers again`, async () => {
    await using folder = await ServiceFolder.make({
      "frail.ts": FRAIL,
      "driver.ts": DRIVER,
      "service.toml": service(isolation, "victim", true),
    });
    await using program = startCaryatid(["run", folder.file("service.toml")]);
    await program.line(/victim: .*failed: torn/);
    await followed(program);
  });
}

Deno.test("a killed process is restarted, as one that fails by itself", async () => {
  const victim = `victim-${crypto.randomUUID().slice(0, 8)}`;
  await using folder = await ServiceFolder.make({
    "frail.ts": FRAIL,
    "driver.ts": DRIVER,
    "service.toml": service("process", victim, false),
  });
  await using program = startCaryatid(["run", folder.file("service.toml")]);
  await program.line(/asked/);
  const [pid] = await guestPids(victim);
  Deno.kill(pid!, "SIGKILL");
  await program.line(/\[MODULE_FAILED\].*it was ended by SIGKILL/);
  await followed(program);
  const [next] = await guestPids(victim).catch(() => []);
  assert.equal(next, undefined, "none is left");
});

Deno.test("stop does not wait for a guest that has ended and is not restarted yet", async (t) => {
  for (const isolation of ["worker", "process"]) {
    await t.step(isolation, async () => {
      await using folder = await ServiceFolder.make({
        "torn.ts": moduleText(`
          name: "torn",
          init(context) {
            context.run(() => new Promise(() => {}));
            context.run(() => Promise.reject(new Error("torn")));
          },
        `),
        "service.toml":
          `[module.torn]\nimport = "./torn.ts"\nisolation = "${isolation}"\n` +
          'on-failure = "restart"\n',
      });
      await using program = startCaryatid(["run", folder.file("service.toml")]);
      await program.line(/restarting in/);
      program.kill("SIGTERM");
      assert.equal(await program.exitCode(), 0);
    });
  }
});

async function followed(
  program: ReturnType<typeof startCaryatid>,
): Promise<void> {
  await program.line(/the open question failed with HANDLER_FAILED/);
  await program.line(/meanwhile other works/);
  await program.line(/: restarted/);
  await program.line(/victim\S* says I am back/);
  await program.line(/all is done/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
  assert.equal(await program.stderr, "");
}

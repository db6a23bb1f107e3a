import { Process } from "@caryatid/process";
import type { CaryatidError } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import control from "./control.ts";

/** A process with the module, once a shell can reach it; `left` is what stands in its file before. */
async function started(left?: string) {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/control.json`;
  if (left !== undefined) await Deno.writeTextFile(file, left);
  const process = await Process.create({
    config: { module: { control: { file } }, log: { level: "error" } },
    modules: [control],
  });
  await process.start();
  const written = async () => {
    for (;;) {
      try {
        const text = await Deno.readTextFile(file);
        if (text !== left) return JSON.parse(text);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  };
  const { url, token } = await written();
  const headers = { authorization: `Bearer ${token}` };
  return {
    file,
    process,
    spy: () => fetch(`${url}/spy?topic=%23`, { headers }),
    async [Symbol.asyncDispose]() {
      await process.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("32 shells listen at once, the next is refused, and one place is free when one has gone", async () => {
  await using subject = await started();
  const spies: Response[] = [];
  for (let count = 0; count < 32; count++) spies.push(await subject.spy());
  assert(spies.every(({ ok }) => ok));
  const refused = await subject.spy();
  assert.equal(refused.status, 429);
  await refused.body!.cancel();
  await spies.pop()!.body!.cancel();
  let next = await subject.spy();
  while (!next.ok) {
    await next.body!.cancel();
    next = await subject.spy();
  }
  spies.push(next);
  const tooMany = await subject.spy();
  assert.equal(tooMany.status, 429);
  await tooMany.body!.cancel();
  for (const { body } of spies) await body!.cancel();
});

Deno.test("a port that is taken is named, and so is a file that can't be written", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/taken.json`);
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = `127.0.0.1:${other.addr.port}`;
  const cases = [
    {
      config: { listen: taken, file: `${folder}/control.json` },
      code: "INIT_FAILED",
      message: `Cannot listen on ${taken}: the port is taken`,
    },
    {
      config: { file: `${folder}/none/control.json` },
      code: "STORAGE_FAILED",
      message: `Cannot write to "${folder}/none/control.json": No such file`,
    },
  ];
  for (const { config, code, message } of cases) {
    await t.step(message, async () => {
      await using test = await testModule(control, config, {
        failures: "collect",
      });
      while (test.failures.length === 0) await test.settle();
      const [failure] = test.failures as CaryatidError[];
      assert.equal(failure!.code, code);
      assert(failure!.message.startsWith(message), failure!.message);
    });
  }
  await assert.rejects(testModule(control, { file: `${folder}/taken.json` }), {
    message: /: Cannot write to ".*taken\.json": Is a directory/,
  });
  const left = await Array.fromAsync(Deno.readDir(folder));
  assert.deepEqual(left.map(({ name }) => name), ["taken.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a shell that doesn't read holds up neither publishers nor stop", async () => {
  await using subject = await started();
  const spy = await subject.spy();
  const message = "x".repeat(10_000);
  for (let count = 0; count < 2_000; count++) {
    await subject.process.context.publish("a.b", message);
  }
  await subject.process.stop();
  await assert.rejects(Deno.stat(subject.file), Deno.errors.NotFound);
  await spy.body!.cancel();
});

Deno.test("a file that another process has put there since is left alone", async () => {
  await using subject = await started();
  await Deno.writeTextFile(subject.file, "another's");
  await subject.process.stop();
  assert.equal(await Deno.readTextFile(subject.file), "another's");
});

Deno.test("a second process with the same file doesn't start, and the first is still reached", async () => {
  await using subject = await started();
  const text = await Deno.readTextFile(subject.file);
  const second = await Process.create({
    config: {
      module: { control: { file: subject.file } },
      log: { level: "error" },
    },
    modules: [control],
  });
  await assert.rejects(second.start(), {
    code: "INIT_FAILED",
    message: /found the file of a process that runs/,
  });
  assert.equal(await Deno.readTextFile(subject.file), text);
  const spy = await subject.spy();
  assert.equal(spy.status, 200);
  await spy.body!.cancel();
});

Deno.test("the file of a process that was killed is written anew", async (t) => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("mine"),
  );
  const { port } = server.addr;
  const left: [whose: string, text: string][] = [
    ["nobody listens there", '{"url":"http://127.0.0.1:1","token":"x"}'],
    ["another program does", `{"url":"http://127.0.0.1:${port}","token":"x"}`],
    ["it is none at all", "{}"],
  ];
  for (const [whose, text] of left) {
    await t.step(whose, async () => {
      await using subject = await started(text);
      const spy = await subject.spy();
      assert.equal(spy.status, 200);
      await spy.body!.cancel();
    });
  }
  await server.shutdown();
});

import { Process } from "@caryatid/process";
import { encode } from "@caryatid/process/codec";
import type { CaryatidError } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import control from "./control.ts";

/**
 * Starts a process with the module and waits for its file; `left` is the
 * content of an earlier file.
 */
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

Deno.test("control accepts 32 subscriptions of shells, refuses the next, and accepts one after one has ended", async () => {
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

Deno.test("control fails with the address of a used port and with the path of a file that cannot be written", async (t) => {
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

Deno.test("a shell that does not read delays neither publishers nor stop", async () => {
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

Deno.test("control does not remove a file that another process has replaced", async () => {
  await using subject = await started();
  await Deno.writeTextFile(subject.file, "another's");
  await subject.process.stop();
  assert.equal(await Deno.readTextFile(subject.file), "another's");
});

Deno.test("a second process with the same file does not start, and the first stays reachable", async () => {
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

Deno.test("control replaces the file of a killed process", async (t) => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("mine"),
  );
  const { port } = server.addr;
  const left: [whose: string, text: string][] = [
    ["no server listens", '{"url":"http://127.0.0.1:1","token":"x"}'],
    [
      "another program listens",
      `{"url":"http://127.0.0.1:${port}","token":"x"}`,
    ],
    ["the file has another content", "{}"],
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

Deno.test("the permissions of the README narrow what a shell may do, and it can read the health", async () => {
  const readme = await Deno.readTextFile(
    new URL("README.md", import.meta.url),
  );
  const [, section] = /```toml\n(\[module\.control\.permissions\][^`]*)```/
    .exec(readme)!;
  const folder = await Deno.makeTempDir();
  const file = `${folder}/control.json`;
  {
    await using process = await Process.create({
      config: [
        { module: { control: { file } }, log: { level: "error" } },
        section!.replaceAll("control.json", file),
      ],
      modules: [control],
    });
    await process.start();
    let text = "";
    while (text === "") {
      text = await Deno.readTextFile(file).catch(() => "");
    }
    const { url, token } = JSON.parse(text);
    const publish = async (topic: string) => {
      const response = await fetch(`${url}/publish?topic=${topic}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: encode(1),
      });
      await response.body?.cancel();
      return response.status;
    };
    const headers = { authorization: `Bearer ${token}` };
    const health = await fetch(`${url}/health`, { headers });
    assert.equal(health.status, 200);
    assert.deepEqual(await health.json(), process.health());
    assert.equal(await publish("order.new"), 204);
    assert.equal(await publish("secret"), 422);
  }
  await Deno.remove(folder, { recursive: true });
});

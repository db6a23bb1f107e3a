import assert from "node:assert/strict";
import { caryatid, COMMAND, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A running service whose `[module.control]` writes `file`. */
async function service() {
  const folder = await ServiceFolder.make({
    "shop.ts": moduleText(`
      name: "shop",
      init(context) {
        context.handle("price.of.*", ({ message }) => ({ of: message, big: 2n ** 60n }));
        const orders = context.subscribe("order.#");
        context.run(async () => {
          for await (const { topic, message } of orders) {
            context.log.info("got {topic} {message}", { topic, message });
            await context.publish("done." + topic, message);
          }
        });
      },
    `),
  });
  const file = folder.file("control.json");
  await Deno.writeTextFile(
    folder.file("service.toml"),
    `[module.shop]\nimport = "./shop.ts"\n[module.control]\nfile = "${file}"\n`,
  );
  const program = startCaryatid(["run", folder.file("service.toml")]);
  await program.line(/--attach finds this process/);
  return {
    file,
    program,
    async [Symbol.asyncDispose]() {
      if (!program.ended) await stop(program);
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("publish, request and spy --attach use a process without a broker", async (t) => {
  await using subject = await service();
  const { file, program } = subject;
  const at = ["--attach", file];

  await t.step(
    "publish delivers a message to subscribers in the process",
    async () => {
      const ran = await caryatid([
        "publish",
        "order.new",
        '{"total":12}',
        ...at,
      ]);
      assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
      await program.line(/got order\.new \{ total: 12 \}/);
    },
  );

  await t.step("request prints the answer", async () => {
    const ran = await caryatid(["request", "price.of.tea", '"tea"', ...at]);
    assert.equal(ran.stderr, "");
    assert.equal(ran.stdout, `{"of":"tea","big":{"$bigint":"${2n ** 60n}"}}`);
  });

  await t.step("request exits with the error code of the process", async () => {
    const ran = await caryatid(["request", "unhandled", "1", ...at]);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^error \[NO_HANDLER\]/);
  });

  await t.step("spy prints all messages after its first line", async () => {
    await using spy = startCaryatid(["spy", "done.#", ...at, "--count", "1"]);
    await spy.until(
      () => /listening to done/.test(spy.log) || undefined,
      () => "it",
    );
    await caryatid(["publish", "order.tea", "[1]", ...at]);
    assert.equal(await spy.exitCode(), 0);
    assert.deepEqual(spy.lines, ["done.order.tea [1]"]);
  });

  await t.step(
    "spy --json prints objects, whatever a topic is called",
    async () => {
      const args = ["done.#", ...at, "--count=1", "--json"];
      await using spy = startCaryatid(["spy", ...args]);
      await spy.until(
        () => /listening to done/.test(spy.log) || undefined,
        () => "it",
      );
      await caryatid(["publish", "order.green tea", "[1]", ...at]);
      assert.equal(await spy.exitCode(), 0);
      assert.deepEqual(spy.lines, [
        '{"topic":"done.order.green tea","message":[1]}',
      ]);
    },
  );

  await t.step("spy ends when its output is closed", async () => {
    const spy = `spy 'done.#' --attach '${file}'`;
    const shell = new Deno.Command("sh", {
      args: [
        "-c",
        `'${Deno.execPath()}' run -A '${COMMAND}' ${spy} | head -n 1`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = shell.output();
    let ended = false;
    output.then(() => ended = true);
    const deadline = performance.now() + 120_000;
    while (!ended && performance.now() < deadline) {
      await caryatid(["publish", "order.tea", "[1]", ...at]);
    }
    const isOver = ended;
    if (!isOver) shell.kill("SIGKILL");
    assert.equal(
      new TextDecoder().decode((await output).stdout),
      "done.order.tea [1]\n",
    );
    assert(isOver);
  });

  await t.step(
    "spy ends with 0 by Ctrl-C, and when the process stops",
    async () => {
      const listening = async () => {
        const spy = startCaryatid(["spy", "#", ...at]);
        await spy.until(
          () => /listening/.test(spy.log) || undefined,
          () => "it",
        );
        return spy;
      };
      await using one = await listening();
      await using other = await listening();
      one.kill("SIGINT");
      assert.equal(await one.exitCode(), 0, one.log);
      await stop(program);
      assert.equal(await other.exitCode(), 0, other.log);
      assert.match(program.lines.at(-1)!, /stopped with exit code 0/);
      await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
    },
  );

  await t.step("publish fails once the process has ended", async () => {
    const ran = await caryatid(["publish", "order.new", "1", ...at]);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^error \[BUS_UNAVAILABLE\].*Start it with/);
  });
});

Deno.test("control refuses callers without the token, and web pages", async (t) => {
  await using subject = await service();
  const { mode } = await Deno.stat(subject.file);
  assert.equal(mode! & 0o777, 0o600);
  const { url, token } = JSON.parse(await Deno.readTextFile(subject.file));
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const publish = `${url}/publish?topic=order.x`;
  const authorization = `Bearer ${token}`;
  const cases: [is: string, url: string, init: RequestInit, status: number][] =
    [
      ["no token", publish, { method: "POST", body: "\x01" }, 403],
      [
        "a wrong token",
        publish,
        { method: "POST", headers: { authorization: "Bearer x" } },
        403,
      ],
      [
        "a page with the token",
        publish,
        { method: "POST", headers: { authorization, origin: "http://x" } },
        403,
      ],
      ["another path", `${url}/stop`, { headers: { authorization } }, 404],
      [
        "an invalid message",
        publish,
        { method: "POST", headers: { authorization }, body: "\xff" },
        422,
      ],
      [
        "a message that is too large",
        publish,
        {
          method: "POST",
          headers: { authorization },
          body: new Uint8Array(2 ** 20 + 1),
        },
        422,
      ],
    ];
  for (const [is, address, init, status] of cases) {
    await t.step(is, async () => {
      const response = await fetch(address, init);
      await response.body?.cancel();
      assert.equal(response.status, status);
    });
  }
});

Deno.test("control listens on the loopback interface only", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": '[module.control]\nlisten = "0.0.0.0:4650"\n',
  });
  const ran = await caryatid(["run", folder.file("service.toml")]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /expected an address of this machine and a port/);
});

Deno.test("--attach reports BUS_UNAVAILABLE once the process is gone", async (t) => {
  await t.step("during spy", async () => {
    await using server = await otherServer(() =>
      new Response(
        new ReadableStream({
          start(body) {
            body.enqueue(new TextEncoder().encode("\n"));
            // After the subscription, as if the process was killed.
            setTimeout(() => body.error(new Error("killed")), 0);
          },
        }),
      )
    );
    const ran = await caryatid(["spy", "#", "--attach", server.file]);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^error \[BUS_UNAVAILABLE\] .*ended/m);
  });

  await t.step("if another server uses the port", async () => {
    await using server = await otherServer(() =>
      new Response("<html>", { status: 404 })
    );
    for (const words of [["publish", "a", "1"], ["request", "a", "1"]]) {
      const ran = await caryatid([...words, "--attach", server.file]);
      assert.equal(ran.code, 1);
      assert.match(
        ran.stderr,
        /^error \[BUS_UNAVAILABLE\] .*HTTP status 404.*Start it with/,
      );
    }
  });

  await t.step("if no server uses the port", async () => {
    const server = await otherServer(() => new Response());
    await using folder = await ServiceFolder.make({
      "control.json": await Deno.readTextFile(server.file),
    });
    await Deno.chmod(folder.file("control.json"), 0o600);
    await server[Symbol.asyncDispose]();
    const ran = await caryatid(
      ["publish", "a", "1", "--attach", folder.file("control.json")],
    );
    assert.match(ran.stderr, /^error \[BUS_UNAVAILABLE\] .*refused/i);
  });
});

Deno.test("--attach cannot be combined with options of a broker", async () => {
  const broker = ["--url", "amqp://127.0.0.1:1/"];
  for (const words of [["publish", "a", "1"], ["spy", "#"]]) {
    const ran = await caryatid([...words, "--attach", "x.json", ...broker]);
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, /\[INVALID_OPTION\] .*--attach.*--url/);
  }
});

/** A server other than `control`, and a file with its address. */
async function otherServer(answer: () => Response) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, onError: () => answer() },
    answer,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const folder = await ServiceFolder.make({
    "control.json": JSON.stringify({ url, token: "x" }),
  });
  await Deno.chmod(folder.file("control.json"), 0o600);
  return {
    file: folder.file("control.json"),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await folder[Symbol.asyncDispose]();
    },
  };
}

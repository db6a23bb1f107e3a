import assert from "node:assert/strict";
import { FaultProxy } from "../broker/fault_proxy.ts";
import { freePort } from "../broker/free_port.ts";
import { brokerTest } from "../broker/shared_broker.ts";
import type { RunningProgram } from "../support/running_program.ts";
import { caryatid, startCaryatid } from "../e2e/cli/caryatid.ts";
import { CodeServer, remoteModule } from "../e2e/cli/code_server.ts";
import { ServiceFolder } from "../e2e/cli/service_folder.ts";

/** A project that `caryatid new` wrote, while its author works on it. */
class Author {
  readonly #folder: ServiceFolder;
  readonly port = freePort();

  constructor(folder: ServiceFolder) {
    this.#folder = folder;
  }

  /** Returns the path of a file of the project. */
  file(name = ""): string {
    return this.#folder.file(`shop/${name}`);
  }

  /** Replaces a text in a file. */
  async edit(name: string, before: string, after: string): Promise<void> {
    const text = await Deno.readTextFile(this.file(name));
    assert(text.includes(before), `${name} has no ${before}`);
    await Deno.writeTextFile(this.file(name), text.replace(before, after));
  }

  /** Adds a text to a file. */
  async append(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(this.file(name), text, { append: true });
  }

  /** Requests a path of the service. Retries while nothing listens. */
  async curl(path: string, body?: unknown): Promise<[number, unknown]> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      ...body === undefined ? {} : {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      },
    });
    return [response.status, await response.json()];
  }
}

function reports(
  program: RunningProgram,
  pattern: RegExp,
): Promise<true> {
  return program.until(
    () => pattern.test(program.log) || undefined,
    () => `${pattern} in ${program.log}`,
  );
}

brokerTest("the first ten minutes work, step by step", async (broker, t) => {
  await using folder = await ServiceFolder.make({});
  await using server = new CodeServer({ "plugin.js": remoteModule() });
  const target = new URL(broker.url);
  await using proxy = await FaultProxy.to({
    hostname: target.hostname,
    port: Number(target.port),
  });
  const author = new Author(folder);
  const toml = author.file("caryatid.toml");

  await t.step("new writes a service", async () => {
    const ran = await caryatid(["new", author.file().slice(0, -1)]);
    assert.equal(ran.code, 0, ran.stderr);
    await author.edit("caryatid.toml", "port = 4340", `port = ${author.port}`);
  });

  await using dev = startCaryatid(["dev"], {}, author.file());

  await t.step("dev runs it, and says when it is ready", async () => {
    await dev.line(/caryatid: ready in \d+ ms/);
  });

  await t.step("the dashboard shows the service", async () => {
    const [url] = /http:\S+$/.exec(await dev.line(/dashboard on http/))!;
    const page = await fetch(url);
    assert.match(await page.text(), /<!doctype html>/i);
  });

  await t.step("curl adds a task", async () => {
    assert.deepEqual(await author.curl("/tasks", { title: "tea" }), [
      201,
      { id: 1, title: "tea" },
    ]);
  });

  await t.step("an edit is swapped, and the state is kept", async () => {
    await author.edit(
      "tasks.ts",
      "title: message.title",
      "title: `${message.title}!`",
    );
    await dev.line(/swapped tasks in \d+ ms/);
    assert.deepEqual(await author.curl("/tasks/1"), [
      200,
      { id: 1, title: "tea" },
    ]);
    assert.deepEqual(await author.curl("/tasks", { title: "milk" }), [
      201,
      { id: 2, title: "milk!" },
    ]);
  });

  await t.step("a type error keeps the old code, and says where", async () => {
    await author.edit("tasks.ts", "id: tasks.length + 1", 'id: "one"');
    await reports(dev, /TS\d+ \[ERROR\][\s\S]*~\n +at .*tasks\.ts:\d+:\d+/);
    await reports(dev, /watch: the old code keeps running/);
    assert.equal((await author.curl("/tasks/2"))[0], 200);
    await author.edit("tasks.ts", 'id: "one"', "id: tasks.length + 1");
    await reports(dev, /watch: nothing to swap/);
  });

  await t.step("the tests of the project pass", async () => {
    await author.edit(
      "tasks.ts",
      "title: `${message.title}!`",
      "title: message.title",
    );
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "test"],
      cwd: author.file(),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  });

  await t.step(
    "one line of TOML carries the topics over RabbitMQ",
    async () => {
      target.port = String(proxy.port);
      await author.edit(
        "caryatid.toml",
        'class = "in-memory"',
        `class = "rabbit-mq"\nurl = "${target}"\nexchange = "${broker.exchange}"`,
      );
      await reports(dev, /restarting: a swap cannot change \[message-bus\]/);
      await dev.line(/ready in/, 2);
      assert.equal((await author.curl("/tasks", { title: "tea" }))[0], 201);
    },
  );

  await t.step(
    "a broker that stops is one clear line, and it recovers",
    async () => {
      const before = dev.lines.length;
      await proxy.refuse();
      await proxy.cut();
      await dev.line(/WARN .*no connection to 127\.0\.0\.1:\d+: /);
      const [first] = dev.lines.slice(before);
      assert.match(first!, /no connection to .*; next try in \d+ ms/);
      await proxy.pass();
      await dev.line(/connected to 127\.0\.0\.1/);
    },
  );

  await t.step(
    "a typo in TOML is reported, and the old process keeps running",
    async () => {
      await author.edit("caryatid.toml", "cron =", "corn =");
      await reports(dev, /module\.schedule\.corn: .*\(Write "cron"\.\)/);
      await reports(
        dev,
        /the old code keeps running[\s\S]*the old code keeps running/,
      );
      const { code, stderr } = await caryatid(["check", toml]);
      assert.equal(code, 2);
      assert.match(stderr, /schedule\.corn/);
      await author.edit("caryatid.toml", "corn =", "cron =");
    },
  );

  await t.step("graph draws the service", async () => {
    const { code, stdout } = await caryatid(["graph", toml]);
    assert.equal(code, 0);
    assert.match(stdout, /task\.added/);
  });

  await t.step(
    "an untrusted module without rights is refused, with the line to add",
    async () => {
      const asking = remoteModule().replace(
        "permissions: {}",
        'permissions: { net: ["example.com"] }',
      );
      server.files.set("plugin.js", asking);
      // the lock file of the tests does not list the plugin
      await Deno.remove(author.file("deno.lock"));
      const section = `
[module.remote]
import = "${server.url("plugin.js")}"
isolation = "process"
`;
      await author.append("caryatid.toml", section);
      const { code, stderr } = await caryatid(["check", toml]);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /add \[module\.remote\.permissions\] with net = \["example\.com"\]/i,
      );
      await author.edit("caryatid.toml", section, "");
    },
  );

  await t.step("compose prints a container for the service", async () => {
    const { code, stdout } = await caryatid(["compose", toml]);
    assert.equal(code, 0);
    assert.match(stdout, /services:/);
  });

  await t.step("Ctrl-C ends dev", async () => {
    dev.kill("SIGINT");
    assert.equal(await dev.exitCode(), 0);
  });
});

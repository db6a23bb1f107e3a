import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus, secretly } from "./new_bus.ts";
import { runRabbitProgram } from "./run_rabbit_program.ts";
import { assertNoSecret, SECRET } from "./secret.ts";

const test = fileBroker();
const VHOST = "orders/eu";
const DOCS = new URL("../../../docs/guide/rabbitmq.md", import.meta.url);

/**
 * Rights that a user needs by the documentation: to configure, write and read.
 */
async function documentedRights(): Promise<string[]> {
  const text = await Deno.readTextFile(DOCS);
  return ["configure", "write", "read"].map((right) => {
    const [, pattern] = new RegExp(`^${right} +(\\^.*\\$)$`, "m").exec(text)!;
    return pattern!;
  });
}

/**
 * Vhost with a user who has only these rights. It is deleted at the end of the
 * block.
 */
async function restricted(
  broker: PrivateBroker,
): Promise<{ url: string; username: string } & AsyncDisposable> {
  const username = "shop";
  await broker.ctl("add_vhost", VHOST);
  await broker.ctl("add_user", username, SECRET.decoded);
  const rights = await documentedRights();
  await broker.ctl("set_permissions", "-p", VHOST, username, ...rights);
  return {
    url: secretly(broker.url({ username, vhost: VHOST })),
    username,
    [Symbol.asyncDispose]: async () => {
      await broker.ctl("delete_user", username);
      await broker.ctl("delete_vhost", VHOST);
    },
  };
}

test("C2 the documented rights suffice for all that a bus does, on a separate vhost", async (broker) => {
  await using user = await restricted(broker);
  const log = new LogWatch();
  const settings = {
    url: user.url,
    exchange: "caryatid",
    redeliveries: 1,
    heartbeat: 1,
  };
  for (const queueType of ["quorum", "classic"]) {
    await using bus = newBus({
      ...settings,
      "queue-type": queueType,
      "dead-letter-exchange": `caryatid.dead.${queueType}`,
    }, log);
    await bus.open();
    const fanOut = bus.subscribe("rights");
    const all = bus.subscribe("#");
    const group = bus.subscribe("rights", { group: queueType });
    await Promise.all([fanOut.ready, all.ready, group.ready]);
    await bus.publish("rights", 1);
    for (const subscription of [fanOut, all, group]) {
      assert.deepEqual(messages(await take(subscription, 1)), [1]);
    }
    const handling = bus.handle("ask", () => "answer");
    await handling.ready;
    assert.equal(await bus.request("ask", null), "answer");
    await handling.close();
    await assert.rejects(bus.request("ask", null), { code: "NO_HANDLER" });
    await group.close();

    // An unfinished message moves to the suspect queue, and becomes a dead
    // letter. Classic queues do not count.
    if (queueType === "classic") continue;
    await bus.publish("rights", "bad");
    for (let round = 0; round < 2; round++) {
      const again = bus.subscribe("rights", { group: queueType });
      assert.equal((await take(again, 1, { distinct: true })).length, 1);
      await again.close();
    }
    const last = bus.subscribe("rights", { group: queueType });
    const reading = last[Symbol.asyncIterator]().next();
    await log.until(/ERROR \[MODULE_FAILED\] dead-lettered/);
    const kept = async () => {
      while ((await bus.deadLetters.list()).length === 0);
    };
    await within(kept(), "the dead letter");
    assert.equal(await bus.deadLetters.replay(), 1);
    await last.close();
    await reading;
  }
  assert.deepEqual(log.all(/WARN|refused/i), []);
  assertNoSecret(log.lines);
});

test("C2 the error names a vhost, or an exchange, on which the user has no rights", async (broker) => {
  await using user = await restricted(broker);
  const elsewhere = secretly(broker.url({ username: user.username }));
  const strange = newBus({ url: elsewhere });
  await assert.rejects(strange.open(), {
    code: "BUS_UNAVAILABLE",
    message: /the broker refuses the vhost "\/"$/,
    hint: /vhost in the URL/,
  });
  await strange.close();
  const forbidden = newBus({ url: user.url, exchange: "forbidden" });
  await assert.rejects(forbidden.open(), (error: Error) => {
    assert.match(
      error.message,
      /ACCESS_REFUSED.*exchange 'forbidden'.*'orders\/eu'/,
    );
    assert.doesNotMatch(error.message, /shop/);
    assertNoSecret(error);
    return true;
  });
  await forbidden.close();
});

test("C4 a password is read from a file, for every URL of an array", async (broker) => {
  await using user = await restricted(broker);
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, `\n${SECRET.decoded} \n`);
  try {
    const withoutPassword = new URL(user.url);
    withoutPassword.password = "";
    const gone = new URL(withoutPassword);
    gone.port = "1";
    const log = new LogWatch();
    await using bus = newBus({
      url: [gone.href, withoutPassword.href],
      exchange: "caryatid",
      "password-file": file,
    }, log);
    await bus.open();
    await bus.publish("there", 1);
    assertNoSecret(log.lines, bus);
  } finally {
    await Deno.remove(file);
  }
});

test("C4 a URL with its password is read from the environment, and is shown nowhere", async (broker) => {
  await using user = await restricted(broker);
  await using program = runRabbitProgram({
    url: "amqp://127.0.0.1:1",
    startDeadline: 9,
    env: { CARYATID_MESSAGE_BUS__EXTERNAL__URL: user.url },
  });
  await program.line(/begun/);
  const connections = await broker.list("connections", "user", "vhost");
  assert.deepEqual(connections, [
    { user: "shop", vhost: VHOST },
    { user: "shop", vhost: VHOST },
  ]);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
  assertNoSecret(program.lines.join("\n"), await program.stderr);
});

/**
 * Closes all connections of the vhost: an open channel may keep its rights, and
 * the broker closes the connections of a deleted user some time later.
 */
function disconnect(broker: PrivateBroker): Promise<string> {
  return broker.ctl("close_all_connections", "-p", VHOST, "revoked");
}

/** Ways to take everything from a user, and to give it back. */
const losses: Record<
  string,
  {
    readonly says: RegExp;
    readonly take: (broker: PrivateBroker, username: string) => Promise<string>;
    readonly restore: (
      broker: PrivateBroker,
      username: string,
      rights: readonly string[],
    ) => Promise<string>;
  }
> = {
  "whose rights are revoked": {
    says: /ACCESS[-_]REFUSED.* exchange '[^']+' in vhost 'orders\/eu'/,
    take: async (broker, username) => {
      const none = ["^$", "^$", "^$"];
      await broker.ctl("set_permissions", "-p", VHOST, username, ...none);
      return await disconnect(broker);
    },
    restore: (broker, username, rights) =>
      broker.ctl("set_permissions", "-p", VHOST, username, ...rights),
  },
  "who is deleted": {
    says: /ACCESS[-_]REFUSED.*Check the user, the password/,
    take: async (broker, username) => {
      await broker.ctl("delete_user", username);
      return await disconnect(broker);
    },
    restore: async (broker, username, rights) => {
      await broker.ctl("add_user", username, SECRET.decoded);
      return await broker.ctl(
        ...["set_permissions", "-p", VHOST, username, ...rights],
      );
    },
  },
};

for (
  const [what, { says, take: takeRights, restore }] of Object.entries(losses)
) {
  test(`C2 a running bus of a user ${what} logs what is refused, and loses nothing when the user is back`, async (broker) => {
    await using user = await restricted(broker);
    const rights = await documentedRights();
    const log = new LogWatch();
    await using bus = newBus({ url: user.url, exchange: "caryatid" }, log);
    await bus.open();
    const member = bus.subscribe("c2.kept", { group: "workers" });
    await member.ready;
    await bus.publish("c2.kept", 0);
    await takeRights(broker, user.username);
    const late = bus.publish("c2.kept", 1, { timeout: 1_500 });
    const patient = bus.publish("c2.kept", 2, { timeout: 300_000 });
    patient.catch(() => {}); // awaited below
    await assert.rejects(late, { code: "BUS_UNAVAILABLE" });
    await log.until(says);
    await restore(broker, user.username, rights);
    await within(patient, "the confirm");
    await bus.publish("c2.kept", 3);
    const received = new Set<unknown>();
    while (!received.has(3)) {
      const [delivery] = await take(member, 1);
      received.add(delivery!.message);
    }
    for (const n of [0, 2, 3]) assert(received.has(n), `${n} is lost`);
    assertNoSecret(log.lines);
  });
}

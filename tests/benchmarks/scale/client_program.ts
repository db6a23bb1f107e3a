/**
 * A bus over RabbitMQ in a separate process. Prints `ready` when it is
 * connected, and ends with its input. Arguments: the role and its options as
 * JSON.
 *
 * For each line of input, a `publisher` publishes all messages and prints
 * `done`; a `subscriber` prints `done` after as many messages. A `member` joins
 * its group at the first line and prints a line for each message.
 *
 * @module
 */
import { openBus } from "../../broker/open_bus.ts";
import type { ClientOptions, Role } from "./client.ts";

/** Publishes without a confirm at the same time. */
const IN_FLIGHT = 200;
/** Messages that the broker sends ahead. */
const AHEAD = 100;

const role = Deno.args[0] as Role;
const options: ClientOptions = JSON.parse(Deno.args[1]!);
const { url, exchange, topic, count = 0 } = options;
const bus = await openBus({ url, exchange });
if (role === "subscriber") await subscribeAll();
print("ready");
for await (const _ of Deno.stdin.readable) {
  if (role === "publisher") await publishAll();
  if (role === "member") await joinGroup();
}
await bus.close();

async function publishAll(): Promise<void> {
  let sent = 0;
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    while (sent++ < count) await bus.publish(topic, { data: "x".repeat(100) });
  }));
  print("done");
}

async function subscribeAll(): Promise<void> {
  const deliveries = bus.subscribe(topic, { queueSize: AHEAD });
  await deliveries.ready;
  (async () => {
    let received = 0;
    for await (const _ of deliveries) {
      if (++received % count === 0) print("done");
    }
  })();
}

async function joinGroup(): Promise<void> {
  const { group, wait } = options;
  const deliveries = bus.subscribe(topic, { group: group!, queueSize: AHEAD });
  await deliveries.ready;
  (async () => {
    for await (const _ of deliveries) {
      // The work for each message.
      await new Promise((resolve) => setTimeout(resolve, wait));
      print("handled");
    }
  })();
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/**
 * A member of a group, or a handler, in a separate process, which a test kills.
 * Run as `member_program.ts <json>`.
 *
 * The program prints `ready`, `took <message>` when it starts a message, and
 * `done <message>` after `work` milliseconds. A message that begins with "stay"
 * never ends; a handler throws if the message begins with "bad". SIGTERM closes
 * the bus.
 */
import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";

const { pattern, group, handle, retry, work = 0, ...settings } = JSON.parse(
  Deno.args[0]!,
);
const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const stay = () => new Promise<never>(() => {});
const log = { debug() {}, info() {}, warn: print, error: print };
const bus = new RabbitMqBus(rabbitMqSettings(settings), log);
await bus.open();
Deno.addSignalListener("SIGTERM", async () => {
  await bus.close();
  Deno.exit();
});

if (handle) {
  await bus.handle(pattern, ({ message }) => {
    print(`took ${message}`);
    if (String(message).startsWith("bad")) throw new Error("bad");
    return String(message).startsWith("stay") ? stay() : message;
  }, retry && { concurrency: 1, retry }).ready;
  print("ready");
} else {
  const messages = bus.subscribe(pattern, { group });
  await messages.ready;
  print("ready");
  for await (const { message } of messages) {
    print(`took ${message}`);
    if (String(message).startsWith("stay")) await stay();
    if (work > 0) await new Promise((done) => setTimeout(done, work));
    print(`done ${message}`);
  }
}

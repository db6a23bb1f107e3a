/**
 * A member of a group, or a handler, in a process of its own: what a test kills. Run as `member_program.ts <json>`.
 *
 * It prints `ready`, and `took <message>` for each one as it takes it. At one that begins with "stay" it stays for good; a handler throws
 * at one that begins with "bad".
 */
import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";

const { pattern, group, handle, retry, ...settings } = JSON.parse(
  Deno.args[0]!,
);
const print = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const stay = () => new Promise<never>(() => {});
const log = { debug() {}, info() {}, warn: print, error: print };
const bus = new RabbitMqBus(rabbitMqSettings(settings), log);
await bus.open();

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
  }
}

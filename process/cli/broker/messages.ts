import { harmless, type Terminal } from "../terminal.ts";
import {
  type BrokerOptions,
  messageJson,
  readMessage,
  withBus,
} from "./connect.ts";

/** What `request` takes besides its message. */
export interface RequestOptions extends BrokerOptions {
  /** In milliseconds. */
  readonly timeout?: number | undefined;
}

/** What `spy` takes besides its pattern. */
export interface SpyOptions extends BrokerOptions {
  /** After how many messages it ends; never unless given. */
  readonly count?: number | undefined;
}

/** `caryatid publish TOPIC JSON`: resolves when the broker has confirmed it. */
export async function publish(
  terminal: Terminal,
  topic: string,
  json: string,
  options: BrokerOptions,
): Promise<0> {
  const message = readMessage(json);
  await withBus(terminal, options, (bus) => bus.publish(topic, message));
  return 0;
}

/** `caryatid request TOPIC JSON`: prints the answer as JSON. */
export async function request(
  terminal: Terminal,
  topic: string,
  json: string,
  { timeout, ...options }: RequestOptions,
): Promise<0> {
  const message = readMessage(json);
  const answer = await withBus(
    terminal,
    options,
    (bus) => bus.request(topic, message, timeout ? { timeout } : {}),
  );
  terminal.print(messageJson(answer));
  return 0;
}

/** `caryatid spy PATTERN`: a line for each message, its topic and its JSON, until Ctrl-C. */
export async function spy(
  terminal: Terminal,
  pattern: string,
  { count = Infinity, ...options }: SpyOptions,
): Promise<0> {
  await withBus(terminal, options, async (bus) => {
    const heard = bus.subscribe(pattern);
    await heard.ready;
    const stop = () => void heard.close();
    Deno.addSignalListener("SIGINT", stop);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
    terminal.complain(`listening to ${harmless(pattern)}`);
    let left = count;
    for await (const { topic, message } of heard) {
      terminal.print(`${harmless(topic)} ${harmless(messageJson(message))}`);
      if (--left <= 0) break;
    }
    Deno.removeSignalListener("SIGINT", stop);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", stop);
  });
  return 0;
}

import { harmless, type Terminal } from "../terminal.ts";
import { messageJson, readMessage } from "./message_json.ts";
import { type TargetOptions, withTarget } from "./target.ts";

/** What `request` takes besides its message. */
export interface RequestOptions extends TargetOptions {
  /** In milliseconds. */
  readonly timeout?: number | undefined;
}

/** What `spy` takes besides its pattern. */
export interface SpyOptions extends TargetOptions {
  /** After how many messages it ends; never unless given. */
  readonly count?: number | undefined;
  /** Writes one JSON object a line. */
  readonly json?: boolean | undefined;
}

/** `caryatid publish TOPIC JSON`: resolves when the bus has it. */
export async function publish(
  terminal: Terminal,
  topic: string,
  json: string,
  options: TargetOptions,
): Promise<0> {
  const message = readMessage(json);
  await withTarget(
    terminal,
    options,
    (target) => target.publish(topic, message),
  );
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
  const answer = await withTarget(
    terminal,
    options,
    (target) => target.request(topic, message, timeout ? { timeout } : {}),
  );
  terminal.print(messageJson(answer));
  return 0;
}

/** `caryatid spy PATTERN`: a line for each message, its topic and its JSON, until Ctrl-C. */
export async function spy(
  terminal: Terminal,
  pattern: string,
  { count = Infinity, json, ...options }: SpyOptions,
): Promise<0> {
  await withTarget(terminal, options, async (target) => {
    const stopping = new AbortController();
    const heard = await target.spy(pattern, stopping.signal);
    const stop = () => stopping.abort();
    Deno.addSignalListener("SIGINT", stop);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
    terminal.complain(`listening to ${harmless(pattern)}`);
    let left = count;
    for await (const { topic, message } of heard) {
      terminal.print(
        json
          ? messageJson({ topic, message })
          : `${harmless(topic)} ${messageJson(message)}`,
      );
      if (--left <= 0 || terminal.closed) break;
    }
    Deno.removeSignalListener("SIGINT", stop);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", stop);
  });
  return 0;
}

import type { Terminal } from "../terminal/terminal.ts";
import { messageJson, readMessage } from "./message_json.ts";
import { type TargetOptions, withTarget } from "./target.ts";

/** Options of {@linkcode request}. */
export interface RequestOptions extends TargetOptions {
  /** Timeout in milliseconds. */
  readonly timeout?: number | undefined;
}

/**
 * `caryatid publish TOPIC JSON`: publishes a message. Resolves when the bus has
 * accepted it.
 */
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

/**
 * `caryatid request TOPIC JSON`: sends a request and prints the answer as JSON.
 */
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

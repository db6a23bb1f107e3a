import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import type { Log } from "@caryatid/sdk";
import { LogWatch } from "./log_watch.ts";
import { SECRET } from "./secret.ts";

/**
 * Creates a bus with these settings, in the form of a configuration, and a new
 * exchange unless the settings name one. The bus is not connected yet.
 */
export function newBus(
  settings: Record<string, unknown>,
  log: Log = new LogWatch(),
): RabbitMqBus {
  const exchange = newExchange();
  return new RabbitMqBus(rabbitMqSettings({ exchange, ...settings }), log);
}

/** Returns the name of an exchange that does not exist yet. */
export function newExchange(): string {
  return `faults-${crypto.randomUUID().slice(0, 8)}`;
}

/** Returns the URL with a password that must not appear in any text. */
export function secretly(url: string): string {
  const secret = new URL(url);
  secret.password = SECRET.raw;
  return secret.href;
}

import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import { LogWatch } from "./log_watch.ts";
import { SECRET } from "./secret.ts";

/** A bus with these settings, as a configuration has them, and an exchange of its own. Nothing is connected yet. */
export function newBus(
  settings: Record<string, unknown>,
  log: LogWatch = new LogWatch(),
): RabbitMqBus {
  const exchange = newExchange();
  return new RabbitMqBus(rabbitMqSettings({ exchange, ...settings }), log);
}

/** The name of an exchange that isn't there yet. */
export function newExchange(): string {
  return `faults-${crypto.randomUUID().slice(0, 8)}`;
}

/** The URL with the password that mustn't be seen. */
export function secretly(url: string): string {
  const secret = new URL(url);
  secret.password = SECRET.raw;
  return secret.href;
}

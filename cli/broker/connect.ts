import type { Log } from "@caryatid/sdk";
import {
  RabbitMqBus,
  type RabbitMqSettings,
  rabbitMqSettings,
} from "@caryatid/process/rabbit-mq";
import { harmless, progressTo, type Terminal } from "../terminal/terminal.ts";

/** Address of a broker and its exchanges. */
export interface BrokerOptions {
  /** The default of the bus unless set. */
  readonly url?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly exchange?: string | undefined;
  readonly deadLetterExchange?: string | undefined;
}

/** Maximum time to connect, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Connects, passes the bus to `work`, and closes it in any case.
 *
 * @throws {CaryatidError}
 * `INVALID_CONFIG` for an invalid URL, `BUS_UNAVAILABLE`, and the errors of
 * `work`
 */
export async function withBus<T>(
  terminal: Terminal,
  options: BrokerOptions,
  work: (bus: RabbitMqBus) => Promise<T>,
): Promise<T> {
  const settings = settingsOf(options);
  const bus = new RabbitMqBus(settings, logTo(terminal));
  try {
    await bus.open({ signal: AbortSignal.timeout(CONNECT_TIMEOUT) });
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** Returns the settings of a bus at the broker. */
export function settingsOf(
  options: BrokerOptions,
  more: Readonly<Record<string, unknown>> = {},
): RabbitMqSettings {
  const { url, passwordFile, exchange, deadLetterExchange } = options;
  return rabbitMqSettings({
    ...more,
    ...url === undefined ? {} : { url },
    ...exchange === undefined ? {} : { exchange },
    ...passwordFile === undefined ? {} : { "password-file": passwordFile },
    ...deadLetterExchange === undefined
      ? {}
      : { "dead-letter-exchange": deadLetterExchange },
  });
}

/** Returns a log that shows warnings and errors. */
export function logTo(terminal: Terminal): Log {
  const write = (text: string, properties: Record<string, unknown> = {}) => {
    const line = text.replace(
      /\{(\w+)\}/g,
      (_, name) => String(properties[name]),
    );
    progressTo(terminal)(harmless(line));
  };
  return { debug() {}, info() {}, warn: write, error: write };
}

import { CaryatidError } from "@caryatid/sdk";
import { RabbitMqBus, rabbitMqSettings } from "../../rabbit_mq/mod.ts";
import { coloured, harmless, type Terminal } from "../terminal.ts";

/** Which broker, and what on it. */
export interface BrokerOptions {
  /** The bus's own default unless given. */
  readonly url?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly exchange?: string | undefined;
  readonly deadLetterExchange?: string | undefined;
}

/** How long a broker may take to let us in, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Connects, lends the bus to `work`, and closes it on every way out.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` for what is no URL, `BUS_UNAVAILABLE`, and what `work` throws
 */
export async function withBus<T>(
  terminal: Terminal,
  options: BrokerOptions,
  work: (bus: RabbitMqBus) => Promise<T>,
): Promise<T> {
  const { url, passwordFile, exchange, deadLetterExchange } = options;
  const settings = rabbitMqSettings({
    ...url === undefined ? {} : { url },
    ...exchange === undefined ? {} : { exchange },
    ...passwordFile === undefined ? {} : { "password-file": passwordFile },
    ...deadLetterExchange === undefined
      ? {}
      : { "dead-letter-exchange": deadLetterExchange },
  });
  const bus = new RabbitMqBus(settings, logTo(terminal));
  try {
    await bus.open({ signal: AbortSignal.timeout(PATIENCE) });
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** Reads what is to be sent. */
export function readMessage(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot read the message: found no JSON (${harmless(why)})`,
      { hint: `a text is in quotes of its own: '"hello"'`, cause },
    );
  }
}

/** A message as one line of JSON; what JSON lacks is wrapped, as in a recording. */
export function messageJson(message: unknown): string {
  return JSON.stringify(message, (_key, value) => {
    if (typeof value === "bigint") return { $bigint: String(value) };
    if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
    return value;
  }) ?? "null";
}

function logTo(terminal: Terminal) {
  const write = (text: string, properties: Record<string, unknown> = {}) => {
    const line = text.replace(
      /\{(\w+)\}/g,
      (_, name) => String(properties[name]),
    );
    terminal.complain(coloured(terminal, "dim", harmless(line)));
  };
  return { debug() {}, info() {}, warn: write, error: write };
}

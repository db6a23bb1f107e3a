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

import { CaryatidError } from "@caryatid/sdk";
import type { BrokerAddress } from "./broker_address.ts";
import { TLS_FAILURES } from "./tls_failures.ts";

/** What is known of an error that the broker or the network gave. */
export interface Trouble {
  /** For people. */
  readonly text: string;
  /** Whether trying again cannot help. */
  readonly permanent: boolean;
  /** What could help. */
  readonly hint: string | undefined;
}

/** An error that is known, by its text. */
export interface Known {
  /** In the error's own text. */
  readonly sign: RegExp;
  /** Whether trying again cannot help. */
  readonly permanent: boolean;
  /** What could help. */
  readonly hint: string;
  /** Where the error's own text says nothing to people. */
  readonly text?: (text: string, address: BrokerAddress) => string;
}

// Never by a bare number such as 403: a port may be that.
const KNOWN: readonly Known[] = [
  {
    // RabbitMQ says why, but amqplib doesn't pass it on.
    sign: /Expected ConnectionOpenOk; got <ConnectionClose/,
    permanent: true,
    hint: "look at the vhost in the URL: is it there, and this user's?",
    text: (_, { vhost }) => `the broker refuses the vhost "${vhost}"`,
  },
  {
    sign: /ACCESS[-_]REFUSED/,
    permanent: true,
    hint: "look at user and password, and at the user's permissions",
  },
  {
    sign: /PRECONDITION[-_]FAILED/,
    permanent: true,
    hint: "an exchange or queue of that name exists with other properties: " +
      "name another exchange, or delete it",
  },
  ...TLS_FAILURES,
  {
    sign:
      /exceeds maxFrameSize|Invalid frame|Unexpected frame|Expected \w+; got/,
    permanent: true,
    hint: "is it an AMQP port? The management interface (15672) is none",
    text: (text) => `what answers doesn't speak AMQP 0-9-1 (${text})`,
  },
  {
    sign: /closed abruptly|in the handshake/,
    permanent: false,
    hint: "a broker that isn't ready does that, and a TLS port: then amqps://",
  },
];

/** Says what an error means that came when connecting to this broker. */
export function troubleOf(error: unknown, address: BrokerAddress): Trouble {
  const text = withoutUser(textOf(error));
  const known = KNOWN.find(({ sign }) => sign.test(text));
  return {
    text: known?.text?.(text, address) ?? text,
    permanent: known?.permanent ?? false,
    hint: known?.hint,
  };
}

/** The broker can't be used. */
export function unavailableError(
  what: string,
  { text, hint }: Pick<Trouble, "text" | "hint">,
): CaryatidError {
  return new CaryatidError("BUS_UNAVAILABLE", `Cannot ${what}: ${text}`, {
    hint,
  });
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, each failure is in one of `errors`.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first ? textOf(first) : error.name);
}

/** The broker's texts name the user; some put a token there. */
function withoutUser(text: string): string {
  return text.replace(/for user '[^']*'/g, "for user '***'");
}

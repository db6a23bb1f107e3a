import type { ConnectionProblem } from "../../broker/connection_problem.ts";
import type { BrokerAddress } from "./address.ts";
import { CaryatidError } from "@caryatid/sdk";

/** An error that is recognized by its text. */
export interface KnownFailure {
  /** Pattern in the text of the error. */
  readonly sign: RegExp;
  /** True if a further attempt cannot help. */
  readonly permanent: boolean;
  /** Suggested remedy. */
  readonly hint: string;
  /** True if the log repeats the hint only after a connection (false). */
  readonly hintsOnce?: boolean;
  /** Returns a text for people, if that of the error is unclear. */
  readonly text?: (text: string, address: BrokerAddress) => string;
}

const FAILURES: readonly Omit<KnownFailure, "permanent">[] = [
  {
    sign: /certificate expired|certificate not valid yet/i,
    text: () => "the broker's certificate has expired or is not valid yet",
    hint: "Renew it, or set the clock of this machine.",
  },
  {
    sign: /unable to verify|self[- ]signed|UnknownIssuer/i,
    text: () =>
      "no authority that we trust has signed the broker's certificate",
    hint: "Set tls.ca of the bus to the certificate of its authority.",
  },
  {
    sign: /altnames|not valid for name/i,
    hint: "Name the host in the URL as the certificate does.",
  },
  {
    // Alerts of the broker begin here.
    sign: /alert: (CertificateRequired|HandshakeFailure)/,
    text: (text) => `the broker asks for a client certificate (${text})`,
    hint: "Set tls.cert and tls.key of the bus.",
  },
  {
    sign: /alert: \w*(Certificate|UnknownCA)/,
    text: (text) => `the broker refuses our certificate (${text})`,
    hint: "Check tls.cert: it must be valid, and signed by an authority " +
      "that the broker trusts.",
  },
  {
    sign: /alert: (ProtocolVersion|InsufficientSecurity)|unsupported protocol/,
    hint: "Enable TLS 1.2 or 1.3 on the broker.",
  },
  {
    sign: /wrong version number|InvalidContentType/,
    text: () => "the server does not speak TLS",
    hint:
      "Use a TLS port (5671) with amqps://, and amqp:// for any other port.",
  },
  {
    sign: /certificate/i,
    hint: "Give the broker a valid certificate for amqps://.",
  },
];

/** TLS failures, as Deno reports them. All of them are permanent. */
const TLS_FAILURES: readonly KnownFailure[] = FAILURES
  .map((known) => ({ ...known, permanent: true }));

// A `sign` is never a bare number such as 403: that may be a port.
const KNOWN: readonly KnownFailure[] = [
  {
    sign: /ECONNREFUSED|Connection refused/i,
    permanent: false,
    hintsOnce: true,
    hint: "Start a broker there, for example by docker run --rm -p 5672:5672 " +
      'rabbitmq:4, or carry the topics in memory: class = "in-memory".',
  },
  {
    // RabbitMQ sends the reason, but amqplib does not pass it on.
    sign: /Expected ConnectionOpenOk; got <ConnectionClose/,
    permanent: true,
    hint: "Check the vhost in the URL: it must exist and be open to this user.",
    text: (_, { vhost }) => `the broker refuses the vhost "${vhost}"`,
  },
  {
    sign: /ACCESS[-_]REFUSED/,
    permanent: true,
    hint: "Check the user, the password and the permissions of the user.",
  },
  {
    sign: /PRECONDITION[-_]FAILED/,
    permanent: true,
    hint: "Name another exchange, or delete the exchange or queue of that " +
      "name, which exists with other properties.",
  },
  ...TLS_FAILURES,
  {
    sign:
      /exceeds maxFrameSize|Invalid frame|Unexpected frame|Expected \w+; got/,
    permanent: true,
    hint: "Use the AMQP port, not the management interface (15672).",
    text: (text) => `the server does not speak AMQP 0-9-1 (${text})`,
  },
  {
    sign: /closed abruptly|in the handshake/,
    permanent: false,
    hint: "Wait until the broker is ready; for a TLS port, use amqps://.",
  },
];

/** Describes an error that occurred while connecting to this broker. */
export function describeProblem(
  error: unknown,
  address: BrokerAddress,
): ConnectionProblem {
  const text = withoutUser(textOf(error));
  const known = KNOWN.find(({ sign }) => sign.test(text));
  return {
    text: known?.text?.(text, address) ?? text,
    permanent: known?.permanent ?? false,
    hint: known?.hint,
    hintsOnce: known?.hintsOnce,
  };
}

/** Returns the error of a broker that cannot be used. */
export function unavailableError(
  what: string,
  { text, hint }: Pick<ConnectionProblem, "text" | "hint">,
): CaryatidError {
  return new CaryatidError("BUS_UNAVAILABLE", `Cannot ${what}: ${text}`, {
    hint,
  });
}

/**
 * Returns the error for an object of the broker that exists with other
 * properties; undefined for any other failure.
 */
export function mismatchError(cause: Error): CaryatidError | undefined {
  if (!/PRECONDITION[-_]FAILED/.test(cause.message)) return undefined;
  const [, property, kind, name, wanted, found] =
    MISMATCH.exec(cause.message) ??
      [];
  if (property === undefined) {
    return new CaryatidError(
      "QUEUE_MISMATCH",
      `Cannot use a queue or an exchange: ${cause.message}`,
      { hint: "Delete the object, or choose another name.", cause },
    );
  }
  return new CaryatidError(
    "QUEUE_MISMATCH",
    `Cannot use the ${kind} "${name}": found ${property} ` +
      `${valueOf(found!)}; expected ${valueOf(wanted!)}`,
    {
      hint: hintFor(property, valueOf(found!)),
      cause,
    },
  );
}

function hintFor(property: string, found: string): string {
  if (property !== "x-queue-type") {
    return "Restore the setting that the object was declared with, or delete the object.";
  }
  return found === '"classic"'
    ? 'Set queue-type = "classic" of the bus, or stop the members and run "caryatid queues migrate" (docs/guide/rabbitmq.md).'
    : `Set queue-type = ${found} of the bus.`;
}

/** Text with which a broker refuses a declaration. */
const MISMATCH =
  /inequivalent arg '([^']+)' for (queue|exchange) '(.+)' in vhost '.*?': received (.+?) but current is (.+?)(?:"|$)/;

/**
 * Returns the value in a part of such a text: `"quorum"` for `the value
 * 'quorum' of type 'longstr'`. Returns any other text as it is, for example
 * `none`.
 */
function valueOf(text: string): string {
  const [, value] = /^(?:the value )?'([^']*)'/.exec(text) ?? [];
  return value === undefined ? text : JSON.stringify(value);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // If a host name has several addresses, `errors` holds their failures.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (first ? textOf(first) : error.name);
}

/** Masks the user in a text of the broker. Some users put a token there. */
function withoutUser(text: string): string {
  return text.replace(/for user '[^']*'/g, "for user '***'");
}

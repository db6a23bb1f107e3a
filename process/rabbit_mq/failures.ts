import { CaryatidError } from "@caryatid/sdk";

/** A URL as it may be shown: host and port, nothing that could be a secret. */
export function shownHost(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  const standard = protocol === "amqps:" ? "5671" : "5672";
  return `${hostname}:${port || standard}`;
}

/** What is known of an error that the broker or the network gave, without any secret of the URL. */
export interface Trouble {
  /** For people. */
  readonly text: string;
  /** Whether trying again cannot help. */
  readonly permanent: boolean;
  /** What could help. */
  readonly hint: string | undefined;
}

const PERMANENT: readonly [RegExp, string][] = [
  [/ACCESS[_-]REFUSED|403/, "look at user and password"],
  [/NOT[_-]ALLOWED|530|vhost .* not found/i, "look at the vhost in the URL"],
  [
    /PRECONDITION[_-]FAILED|406/,
    "an exchange or queue of that name exists with other properties: " +
    "name another exchange, or delete it",
  ],
  [
    /wrong version number|ssl|tls|certificate/i,
    "amqps:// wants a TLS port (5671) and a certificate that holds",
  ],
  [
    /expected protocol header|unexpected frame|Invalid frame|frame size/i,
    "is it an AMQP port? The management interface (15672) is none",
  ],
];

/** Says what an error means. */
export function troubleOf(error: unknown, url: string): Trouble {
  const text = redact(
    error instanceof Error ? error.message || error.name : String(error),
    url,
  );
  const known = PERMANENT.find(([pattern]) => pattern.test(text));
  return { text, permanent: known !== undefined, hint: known?.[1] };
}

/** Takes user info out of a text, raw and decoded. */
export function redact(text: string, url: string): string {
  const { username, password } = new URL(url);
  const secrets = [password, decode(password), username, decode(username)]
    .filter((secret) => secret.length > 0 && secret !== "guest");
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), text)
    .replace(/\/\/[^/@\s]+@/g, "//***@");
}

/** The broker can't be used. */
export function unavailableError(
  what: string,
  trouble: Trouble,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot ${what}: ${trouble.text}`,
    {
      hint: trouble.hint,
    },
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded after all
  }
}

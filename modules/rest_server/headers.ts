/** Headers of the connection, not of the message: a gateway passes none on, neither way. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Where a proxy says whom it speaks for; anybody may write them. */
const FORWARDED = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

/** What connections say of themselves, and name no header by. */
const USUAL_CONNECTION = /^(keep-alive|close)?$/i;

type Headings = Record<string, string>;

/** The headers of a request, read once: to ask the platform for each takes longer. */
export class RequestHeaders {
  /** Those of the message, by names in lower case. */
  readonly own: Headings = {};
  /** Those of the connection. */
  readonly hop: Headings = {};
  /** Those that only a trusted proxy may write; undefined if there are none. */
  forwarded: Headings | undefined;

  /** Reads them. */
  constructor(headers: Headers) {
    headers.forEach((value, name) => {
      if (HOP_BY_HOP.has(name)) this.hop[name] = value;
      else if (isForwarded(name)) (this.forwarded ??= {})[name] = value;
      else set(this.own, name, value);
    });
    const { connection } = this.hop;
    if (connection !== undefined && !USUAL_CONNECTION.test(connection)) {
      for (const named of namesIn(connection)) {
        const value = this.own[named];
        if (value === undefined || named === "host") continue;
        this.hop[named] = value;
        delete this.own[named];
      }
    }
  }
}

/** Whether a header of this name, in lower case, ends here; `connection` is what that header says, which may name others. */
export function isHopByHop(name: string, connection: string | null): boolean {
  return HOP_BY_HOP.has(name) ||
    (connection !== null && namesIn(connection).includes(name));
}

/** Names and values that can be sent: no line break ends a header early. */
export function isHeader(name: string, value: unknown): value is string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    isHeaderValue(value);
}

/** Visible Latin-1, blanks and tabs. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function isForwarded(name: string): boolean {
  const first = name[0];
  return (first === "x" || first === "f") && FORWARDED.test(name);
}

function namesIn(connection: string): string[] {
  return connection.toLowerCase().split(",").map((name) => name.trim());
}

function set(headings: Headings, name: string, value: string): void {
  if (name !== "__proto__") headings[name] = value;
  else Object.defineProperty(headings, name, { value, enumerable: true });
}

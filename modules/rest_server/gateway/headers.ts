/**
 * Headers of the connection, not of the message. The gateway removes them in
 * both directions.
 */
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

/** Headers in which a proxy names its client. Any client can send them. */
const FORWARDED = /^(forwarded|x-forwarded-.*|x-real-ip)$/;

/**
 * Headers that `Connection` cannot remove. They contain the end and the host of
 * a message; without them the body would be lost, or read as another request.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  "content-length",
  "content-type",
  "host",
]);

/** Values of `Connection` that name no other header. */
const USUAL_CONNECTION = /^(keep-alive|close)?$/i;

type Headings = Record<string, string>;

/** Headers of the connection of most requests. */
const NO_HEADERS: Headings = Object.freeze({});

/**
 * Headers of a request, read once, because reading each from the platform takes
 * longer.
 */
export class RequestHeaders {
  /** Headers of the message, by names in lower case. */
  readonly own: Headings = {};
  /** Headers of the connection. */
  hop: Headings = NO_HEADERS;
  /**
   * Headers that only a trusted proxy may send; undefined if the request has no
   * such header.
   */
  forwarded: Headings | undefined;

  /** True if `Connection` names a property of `Object.prototype`. */
  isHostile = false;

  /** Reads the headers. */
  constructor(headers: Headers) {
    const { own } = this;
    headers.forEach((value, name) => {
      if (HOP_BY_HOP.has(name)) {
        if (this.hop === NO_HEADERS) this.hop = {};
        this.hop[name] = value;
      } else if (isForwarded(name)) (this.forwarded ??= {})[name] = value;
      else set(own, name, value);
    });
    if (this.hop === NO_HEADERS) return;
    const { connection } = this.hop;
    if (connection === undefined || USUAL_CONNECTION.test(connection)) return;
    for (const named of namesIn(connection)) {
      if (named === "__proto__") this.isHostile = true;
      if (this.isHostile || END_TO_END.has(named)) continue;
      if (!Object.hasOwn(this.own, named)) continue;
      this.hop[named] = this.own[named]!;
      delete this.own[named];
    }
  }
}

/**
 * Returns true if a header of this name, in lower case, applies to one
 * connection only. `connection` is the value of the `Connection` header, which
 * may name such headers.
 */
export function isHopByHop(name: string, connection: string | null): boolean {
  return HOP_BY_HOP.has(name) ||
    (connection !== null && namesIn(connection).includes(name));
}

/**
 * Returns true if a name and value form a valid header, without a line break.
 */
export function isHeader(name: string, value: unknown): value is string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) &&
    isHeaderValue(value);
}

/** Returns true for visible Latin-1 characters, spaces and tabs. */
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

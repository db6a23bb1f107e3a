import { credentials, type Options, type SocketOptions } from "amqplib";

/**
 * Address and credentials of a broker, parsed from a URL. The password is in
 * `credentials`, which is never printed.
 */
export class BrokerAddress {
  /** Host and port, for logs and errors. */
  readonly shown: string;
  /** Name of the vhost, decoded. */
  readonly vhost: string;
  /**
   * User and password, as amqplib expects them. They are separate from
   * `target`, so that no text can quote them.
   */
  readonly credentials: NonNullable<SocketOptions["credentials"]>;
  /** Name of the user, for commands of operators. Logs never show it. */
  readonly user: string;
  readonly hostname: string;
  readonly port: number;
  readonly #protocol: string;

  /** Parses a URL. `password` replaces the password of the URL. */
  constructor(text: string, password?: string) {
    const url = new URL(text);
    this.#protocol = url.protocol.slice(0, -1);
    this.hostname = url.hostname.replace(/^\[|\]$/g, ""); // of an IPv6 address
    this.port = Number(url.port) || (this.tls ? 5671 : 5672);
    this.shown = `${url.hostname}:${this.port}`;
    this.vhost = decoded(url.pathname.slice(1)) || "/";
    const anonymous = url.username === "" && url.password === "";
    this.user = anonymous ? "guest" : decoded(url.username);
    this.credentials = credentials.plain(
      this.user,
      password ?? (anonymous ? "guest" : decoded(url.password)),
    );
  }

  /** True if the connection uses TLS. */
  get tls(): boolean {
    return this.#protocol === "amqps";
  }

  /** Returns the address as amqplib expects it, without the credentials. */
  target(heartbeat: number): Options.Connect {
    return {
      protocol: this.#protocol,
      hostname: this.hostname,
      port: this.port,
      vhost: encodeURIComponent(this.vhost),
      heartbeat,
    };
  }
}

/**
 * Returns true if the text has the form `amqp://user:password@host:port/vhost`,
 * or the same with `amqps`. A password with a bare `/`, `?` or `#` does not
 * match.
 */
export function isBrokerUrl(text: string): boolean {
  const url = /^amqps?:\/\//.test(text) ? URL.parse(text) : null;
  return url !== null && url.hostname !== "" &&
    !/[@#]/.test(url.pathname + url.search + url.hash);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not percent-encoded after all
  }
}

import { credentials, type Options, type SocketOptions } from "amqplib";

/** Where a broker is and who asks, out of a URL. It has the password in a place that nobody prints. */
export class BrokerAddress {
  /** As it may be shown: host and port. */
  readonly shown: string;
  /** The vhost by its name. */
  readonly vhost: string;
  /** Who asks, as amqplib wants it: apart from the rest, so that no text can quote it. */
  readonly credentials: NonNullable<SocketOptions["credentials"]>;
  readonly hostname: string;
  readonly port: number;
  readonly #protocol: string;

  /** `password` replaces that of the URL. */
  constructor(text: string, password?: string) {
    const url = new URL(text);
    this.#protocol = url.protocol.slice(0, -1);
    this.hostname = url.hostname.replace(/^\[|\]$/g, ""); // of an IPv6 address
    this.port = Number(url.port) || (this.tls ? 5671 : 5672);
    this.shown = `${url.hostname}:${this.port}`;
    this.vhost = decoded(url.pathname.slice(1)) || "/";
    const anonymous = url.username === "" && url.password === "";
    this.credentials = credentials.plain(
      anonymous ? "guest" : decoded(url.username),
      password ?? (anonymous ? "guest" : decoded(url.password)),
    );
  }

  /** Whether it is spoken to by TLS. */
  get tls(): boolean {
    return this.#protocol === "amqps";
  }

  /** Where to, as amqplib wants it. */
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

/** Whether it reads as `amqp://user:password@host:port/vhost`. One whose password has a bare `/`, `?` or `#` doesn't. */
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

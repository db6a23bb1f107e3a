/** TLS options of a private broker, all in PEM. */
export interface BrokerTls {
  readonly cert: string;
  readonly key: string;
  /**
   * Authority whose client certificates the broker requires; it refuses clients
   * without one (the broker requests no certificate).
   */
  readonly clientsOf?: string;
}

/** Options of a private broker. */
export interface PrivateBrokerOptions {
  /**
   * Share of the machine's memory above which the broker blocks publishers;
   * 0.00001 blocks them from the start (default of RabbitMQ).
   */
  readonly memoryWatermark?: number;
  /**
   * False refuses transient queues that are not exclusive, as RabbitMQ 4.3
   * does; needs RabbitMQ 3.13 (default of RabbitMQ).
   */
  readonly permitTransientNonexclQueues?: boolean;
  /**
   * Heartbeat that the broker proposes, in seconds; 0 for none (default of
   * RabbitMQ, 60).
   */
  readonly heartbeat?: number;
  /** Certificate with which the broker also listens for TLS (none). */
  readonly tls?: BrokerTls;
  /** Lines added to rabbitmq.conf (none). */
  readonly extraConfig?: string;
}

/** Ports and folder of a private broker. */
export interface BrokerPlace {
  readonly port: number;
  readonly tlsPort: number;
  readonly folder: string;
}

/** Returns the text of the rabbitmq.conf of a private broker. */
export function brokerConfig(
  place: BrokerPlace,
  options: PrivateBrokerOptions,
): string {
  const permit = options.permitTransientNonexclQueues;
  const settings: [string, unknown][] = [
    ["listeners.tcp.1", `127.0.0.1:${place.port}`],
    ...(options.tls ? tlsSettings(place, options.tls) : []),
    // a nearly full disk of the machine under test would block every publisher
    ["disk_free_limit.absolute", "1MB"],
    ["vm_memory_high_watermark.relative", options.memoryWatermark],
    ["heartbeat", options.heartbeat],
    ["deprecated_features.permit.transient_nonexcl_queues", permit],
  ];
  const lines = settings.filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${value}`);
  return [...lines, options.extraConfig ?? ""].join("\n") + "\n";
}

/** Writes the files that the configuration names to the broker's folder. */
export async function writeTlsFiles(
  folder: string,
  { cert, key, clientsOf }: BrokerTls,
): Promise<void> {
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  if (clientsOf) await Deno.writeTextFile(`${folder}/clients.pem`, clientsOf);
}

function tlsSettings(
  { tlsPort, folder }: BrokerPlace,
  { clientsOf }: BrokerTls,
): [string, unknown][] {
  return [
    ["listeners.ssl.1", `127.0.0.1:${tlsPort}`],
    ["ssl_options.certfile", `${folder}/cert.pem`],
    ["ssl_options.keyfile", `${folder}/key.pem`],
    ["ssl_options.cacertfile", clientsOf && `${folder}/clients.pem`],
    ["ssl_options.verify", clientsOf && "verify_peer"],
    ["ssl_options.fail_if_no_peer_cert", clientsOf && true],
  ];
}

/**
 * Returns what a RabbitMQ of this version lacks for these options, or
 * undefined.
 */
export function missingFor(
  options: PrivateBrokerOptions,
  [major, minor]: readonly [number, number],
): string | undefined {
  const old = major < 3 || (major === 3 && minor < 13);
  if (options.permitTransientNonexclQueues === undefined || !old) return;
  return `RabbitMQ ${major}.${minor} cannot refuse transient queues, 3.13 can`;
}

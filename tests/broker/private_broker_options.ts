/** How a private broker is configured. */
export interface PrivateBrokerOptions {
  /** Share of the machine's memory above which publishers are blocked; 0.00001 blocks them from the start (RabbitMQ's own). */
  readonly memoryWatermark?: number;
  /** `false` refuses transient queues that aren't exclusive, as RabbitMQ 4.3 does; needs 3.13 (RabbitMQ's own). */
  readonly permitTransientNonexclQueues?: boolean;
  /** Heartbeat that the broker proposes, in seconds; 0 for none (RabbitMQ's own, 60). */
  readonly heartbeat?: number;
  /** Lines added to rabbitmq.conf (none). */
  readonly extraConfig?: string;
}

/** The text of a private broker's rabbitmq.conf. */
export function brokerConfig(
  port: number,
  options: PrivateBrokerOptions,
): string {
  const permit = options.permitTransientNonexclQueues;
  const settings: [string, unknown][] = [
    ["listeners.tcp.1", `127.0.0.1:${port}`],
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

/** What a RabbitMQ of this version lacks for these options, or nothing. */
export function missingFor(
  options: PrivateBrokerOptions,
  [major, minor]: readonly [number, number],
): string | undefined {
  const old = major < 3 || (major === 3 && minor < 13);
  if (options.permitTransientNonexclQueues === undefined || !old) return;
  return `RabbitMQ ${major}.${minor} can't be told to refuse transient queues, 3.13 can`;
}

import type { BusConfig } from "@caryatid/process/internal/config";
import type { CheckedConfig } from "../review/checked_config.ts";

/** A bus whose broker runs in its own container. */
export interface Broker {
  readonly bus: string;
  /** Percent-encoded, as in a URL. */
  readonly vhost: string;
}

/** User of the broker. RabbitMQ accepts `guest` only from its own machine. */
const USER = "caryatid";
/**
 * Compose substitutes the variable from its environment or .env, so that no
 * generated file contains the password.
 */
const PASSWORD = "${RABBITMQ_PASSWORD:?expected, for example in .env}";
const DEFAULT_URL = "amqp://127.0.0.1:5672/%2f";

/**
 * Returns the RabbitMQ buses whose URL leads to this machine or to a container
 * called `rabbitmq`.
 */
export function brokersOf({ config }: CheckedConfig): Broker[] {
  return config.buses.flatMap((bus) => {
    const url = urlOf(bus);
    if (url === undefined || !isLocal(url)) return [];
    return [{ bus: bus.id, vhost: url.pathname.slice(1) || "%2f" }];
  });
}

/** Returns the variable that points a bus to the container, and its value. */
export function brokerVariable(
  { bus, vhost }: Broker,
  host: string,
  envPrefix: string,
): [name: string, url: string] {
  const id = bus.toUpperCase().replaceAll("-", "_");
  const escaped = vhost.replaceAll("$", "$$$$");
  return [
    `${envPrefix}_MESSAGE_BUS__${id}__URL`,
    `amqp://${USER}:${PASSWORD}@${host}:5672/${escaped}`,
  ];
}

/** Returns the service of the broker, with a health check. */
export function brokerService(
  brokers: readonly Broker[],
  host: string,
): Record<string, unknown> {
  const vhost = decodeURIComponent(brokers[0]!.vhost);
  return {
    image: "rabbitmq:4",
    // A part of the node's name, which determines where the node keeps its
    // data.
    hostname: host,
    restart: "on-failure",
    environment: {
      RABBITMQ_DEFAULT_USER: USER,
      RABBITMQ_DEFAULT_PASS: PASSWORD,
      RABBITMQ_DEFAULT_VHOST: vhost.replaceAll("$", "$$$$"),
    },
    volumes: [`${host}:/var/lib/rabbitmq`],
    healthcheck: {
      test: [
        "CMD",
        "rabbitmq-diagnostics",
        "--quiet",
        "check_port_connectivity",
      ],
      interval: "5s",
      timeout: "15s",
      retries: 12,
      start_period: "10s",
    },
  };
}

/** Returns the first URL: those of a cluster lead to the same broker. */
function urlOf(bus: BusConfig): URL | undefined {
  // The name of a variable cannot contain other ids.
  if (bus.className !== "rabbit-mq" || !/^[\w-]+$/.test(bus.id)) return;
  const [url] = [bus.settings["url"] ?? DEFAULT_URL].flat();
  return URL.parse(String(url)) ?? undefined;
}

function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === "amqp:" &&
    /^(localhost|rabbitmq|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

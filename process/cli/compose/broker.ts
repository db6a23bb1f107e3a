import type { BusConfig } from "../../config/process_config.ts";
import type { Subject } from "../subject.ts";
import type { Yaml } from "./yaml.ts";

/** A bus whose broker is this machine's, and so to be a container. */
export interface Broker {
  readonly bus: string;
  /** As it stands in a URL. */
  readonly vhost: string;
}

/** The user of the broker: `guest` may come from the broker's own machine only. */
const USER = "caryatid";
/** Compose puts it in from its environment or .env, so that it stands in no file that others get. */
const PASSWORD = "${RABBITMQ_PASSWORD:?wanted, for example in .env}";
const DEFAULT_URL = "amqp://127.0.0.1:5672/%2f";

/** The RabbitMQ buses whose URL leads to this machine, or to a container called `rabbitmq`. */
export function brokersOf({ config }: Subject): Broker[] {
  return config.buses.flatMap((bus) => {
    const url = urlOf(bus);
    if (url === undefined || !isOwn(url)) return [];
    return [{ bus: bus.id, vhost: url.pathname.slice(1) || "%2f" }];
  });
}

/** The variable that leads a bus to that container, and what it says. */
export function brokerVariable(
  { bus, vhost }: Broker,
  host: string,
): [name: string, url: string] {
  const id = bus.toUpperCase().replaceAll("-", "_");
  const escaped = vhost.replaceAll("$", "$$$$");
  return [
    `CARYATID_MESSAGE_BUS__${id}__URL`,
    `amqp://${USER}:${PASSWORD}@${host}:5672/${escaped}`,
  ];
}

/** The broker as a container, with a health check. */
export function brokerService(brokers: readonly Broker[], host: string): Yaml {
  const vhost = decodeURIComponent(brokers[0]!.vhost);
  return {
    image: "rabbitmq:4",
    // part of the node's name, and so of where it keeps its data
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

/** Of several URLs the first: those of a cluster are alike. */
function urlOf(bus: BusConfig): URL | undefined {
  // A variable can't name other ids.
  if (bus.className !== "rabbit-mq" || !/^[\w-]+$/.test(bus.id)) return;
  const [url] = [bus.settings["url"] ?? DEFAULT_URL].flat();
  return URL.parse(String(url)) ?? undefined;
}

function isOwn({ protocol, hostname }: URL): boolean {
  return protocol === "amqp:" &&
    /^(localhost|rabbitmq|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

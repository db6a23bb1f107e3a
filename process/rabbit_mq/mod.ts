/**
 * The RabbitMQ bus. It is a separate entry point, so that programs without it
 * do not download amqplib. A program registers the class of the bus, and a
 * configuration names it: `[message-bus.external] class = "rabbit-mq"`.
 *
 * @example A program whose modules communicate over RabbitMQ
 * ```ts ignore
 * import { Process } from "@caryatid/process";
 * import rabbitMq from "@caryatid/process/rabbit-mq";
 *
 * const config = new URL("caryatid.toml", import.meta.url);
 * await Process.main({ config, buses: [rabbitMq] });
 * ```
 *
 * @module
 */
import { type BusClass, defineBus } from "@caryatid/sdk/bus";
import { permissionsFor } from "./permissions.ts";
import { RabbitMqBus } from "./rabbit_mq_bus.ts";
import { settingsSchema } from "./settings.ts";

export { RabbitMqBus } from "./rabbit_mq_bus.ts";
export { type RabbitMqSettings, rabbitMqSettings } from "./settings.ts";

/** `class = "rabbit-mq"`: carries messages between processes. */
const rabbitMq: BusClass = defineBus({
  name: "rabbit-mq",
  description: "Carries messages between processes over RabbitMQ",
  config: settingsSchema,
  permissions: permissionsFor,
  create: ({ log }, settings) => new RabbitMqBus(settings, log),
});

export default rabbitMq;

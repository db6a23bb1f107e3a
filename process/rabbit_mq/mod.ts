/**
 * The RabbitMQ bus, an entry of its own: whoever doesn't use it doesn't download amqplib. A program registers its class, and a
 * configuration names it: `[message-bus.external] class = "rabbit-mq"`.
 *
 * @example A program whose modules talk over RabbitMQ
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

export type { DeadLetter } from "./dead_letter.ts";
export type { DeadLetterFilter, DeadLetters } from "./dead_letters.ts";
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

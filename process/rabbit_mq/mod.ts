/**
 * The RabbitMQ bus, an entry of its own: whoever doesn't use it downloads neither amqplib nor cbor-x.
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

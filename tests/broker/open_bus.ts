import { RabbitMqBus, rabbitMqSettings } from "@caryatid/process/rabbit-mq";
import type { Log } from "@caryatid/sdk";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** An open bus with these settings, as a configuration has them. */
export async function openBus(
  settings: Record<string, unknown>,
  log: Log = silent,
): Promise<RabbitMqBus> {
  const bus = new RabbitMqBus(rabbitMqSettings(settings), log);
  await bus.open();
  return bus;
}

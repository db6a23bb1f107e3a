import { CaryatidError } from "@caryatid/sdk";
import {
  type MigratedQueue,
  migrateQueue,
} from "@caryatid/process/internal/rabbit-mq";
import { harmless, type Terminal } from "../terminal/terminal.ts";
import { type BrokerOptions, logTo, settingsOf } from "./connect.ts";

/** Options of {@linkcode migrate}. */
export interface MigrateOptions extends BrokerOptions {
  readonly group?: string | undefined;
  readonly pattern?: string | undefined;
  /** Time in seconds (the default of the bus). */
  readonly groupExpires?: number | undefined;
}

/**
 * `caryatid queues migrate`: replaces a classic queue by a quorum queue, and
 * prints the number of messages.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` unless one queue is named, and the errors of `migrateQueue`
 */
export async function migrate(
  terminal: Terminal,
  { groupExpires, ...options }: MigrateOptions,
): Promise<0> {
  const what = migratedQueue(options);
  const more = groupExpires === undefined
    ? {}
    : { "group-expires": groupExpires };
  const settings = settingsOf(options, more);
  const { queue, moved } = await migrateQueue(settings, what, logTo(terminal));
  terminal.print(harmless(`${queue}: quorum queue, moved ${moved}`));
  return 0;
}

function migratedQueue(
  { group, pattern, deadLetterExchange }: MigrateOptions,
): MigratedQueue {
  const isGroup = group !== undefined && pattern !== undefined;
  const isPart = (group ?? pattern) !== undefined && !isGroup;
  if (isPart || isGroup === (deadLetterExchange !== undefined)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot migrate: expected --group and --pattern, or --dead-letter-exchange",
    );
  }
  return isGroup ? { group, pattern } : "dead-letters";
}

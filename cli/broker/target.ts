import {
  CaryatidError,
  type DeadLetters,
  type RequestOptions,
} from "@caryatid/sdk";
import type { Observed } from "@caryatid/sdk/internal/bus";
import type { Terminal } from "../terminal/terminal.ts";
import type { BrokerOptions } from "./connect.ts";

/** A broker or a running process. */
export interface Target {
  /** Resolves when the bus has accepted the message. */
  publish(topic: string, message: unknown): Promise<void>;
  /** Resolves with the answer. */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions,
  ): Promise<unknown>;
  /**
   * Resolves with the messages until `signal` fires, once the subscription is
   * ready.
   */
  spy(
    pattern: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Observed>>;
  /** Messages that groups could not handle. */
  readonly deadLetters: DeadLetters;
}

/** Address of a target. */
export interface TargetOptions extends BrokerOptions {
  /**
   * File that `[module.control]` of a process wrote; the target is the broker
   * unless set.
   */
  readonly attach?: string | undefined;
}

/**
 * Connects, passes the target to `work`, and disconnects in any case. The
 * client of a broker is loaded lazily: that takes long.
 */
export async function withTarget<T>(
  terminal: Terminal,
  { attach, ...broker }: TargetOptions,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  if (attach !== undefined) {
    checkAlone(broker);
    const { AttachedProcess } = await import("./attached_process.ts");
    return await work(await AttachedProcess.at(attach));
  }
  const { withBus } = await import("./connect.ts");
  return await withBus(terminal, broker, (bus) =>
    work({
      publish: (topic, message) => bus.publish(topic, message),
      request: (topic, message, options) =>
        bus.request(topic, message, options),
      spy: async (pattern, signal) => {
        const messages = bus.subscribe(pattern, { signal });
        await messages.ready;
        return messages;
      },
      deadLetters: bus.deadLetters,
    }));
}

/**
 * @throws {CaryatidError} `INVALID_OPTION` if options of a broker are given for
 * a process
 */
function checkAlone(
  { url, exchange, passwordFile, deadLetterExchange }: BrokerOptions,
): void {
  const found = url ?? exchange ?? passwordFile ?? deadLetterExchange;
  if (found === undefined) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot combine --attach, which names a process, with --url, " +
      "--exchange, --dead-letter-exchange or --password-file, " +
      "which name a broker",
  );
}

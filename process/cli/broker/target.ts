import {
  CaryatidError,
  type Delivery,
  type RequestOptions,
} from "@caryatid/sdk";
import type { Terminal } from "../terminal.ts";
import type { BrokerOptions } from "./connect.ts";

/** What a shell speaks to: a broker, or a running process. */
export interface Target {
  /** Resolves when the bus has it. */
  publish(topic: string, message: unknown): Promise<void>;
  /** Asks who handles the topic. */
  request(
    topic: string,
    message: unknown,
    options: RequestOptions,
  ): Promise<unknown>;
  /** What passes until `signal` fires; resolves when all from now on is heard. */
  spy(
    pattern: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Pick<Delivery, "topic" | "message">>>;
}

/** Which one. */
export interface TargetOptions extends BrokerOptions {
  /** The file of a process's `[module.control]`; without it, the broker. */
  readonly attach?: string | undefined;
}

/** Connects, lends the target to `work`, and lets go of it on every way out. The client of a broker takes long to load. */
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
        const heard = bus.subscribe(pattern, { signal });
        await heard.ready;
        return heard;
      },
    }));
}

/** What says where a broker is says nothing of a process. */
function checkAlone({ url, exchange, passwordFile }: BrokerOptions): void {
  if ((url ?? exchange ?? passwordFile) === undefined) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot do both: found --attach, which names a process, and --url, " +
      "--exchange or --password-file, which name a broker",
  );
}

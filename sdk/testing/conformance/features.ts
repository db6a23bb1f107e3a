import type { MessageBus } from "../../mod.ts";

/** What the conformance suite should know of a bus, besides its abilities. */
export interface ConformanceFeatures {
  /** Opens another connection to the same medium: another process, for a broker. The same bus unless given. */
  readonly peer?: (bus: MessageBus) => Promise<MessageBus>;
  /** Multiplies how often each property is tried (1). Use 0.1 for a slow bus, more for a soak. */
  readonly scale?: number;
  /**
   * Properties that this bus can't keep, with the reason that the skipped step prints: `{ A18: "its frames end at 1 MiB" }`.
   * The key is an id of the contract, which skips all steps of it, or the name of one step.
   */
  readonly skip?: Readonly<Record<string, string>>;
  /** Bytes of the largest message that an external bus carries (16 MiB). */
  readonly maxMessageSize?: number;
}

import type { DeliveryQueue } from "@caryatid/sdk/bus";
import type { BridgeDelivery } from "./bridge_delivery.ts";

/** How the real queue, at the host, is: as it was told last. */
export interface HostState {
  depth: number;
  dropped: number;
  heldUp: number;
  /** Deliveries that were demanded and haven't come. */
  wanted: number;
}

/** What a queue of the bridge is made of. */
export interface BridgeQueueOptions {
  readonly pattern: string;
  /** Of the real queue, as far as it is known. */
  readonly queueSize: number | undefined;
  readonly host: HostState;
  /** Sees to it that `report` is called soon. */
  readonly touch: () => void;
  /** Tells the host: `more` are wanted, so many more loops wait (or fewer), and so many that were sent ahead have begun. */
  readonly demand: (more: number, waits: number, begun: number) => void;
  /** Tells the host that the step with `slot` is done, and the next one wanted. */
  readonly next: (slot: number) => void;
}

/** Where deliveries of one subscription come in, at the guest. */
export interface BridgeQueue extends DeliveryQueue {
  /** One came. */
  arrive(delivery: BridgeDelivery): void;
  /** Tells what `touch` was called for. */
  report(): void;
}

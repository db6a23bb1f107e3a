import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type {
  BusSubscribeOptions,
  ByteBudget,
  Overflow,
} from "../subscription.ts";
import type { DeliveryQueue } from "./delivery_queue.ts";
import { checkRetry } from "./options.ts";
import { type ExhaustedDelivery, Redeliveries } from "./retries.ts";
import type { BackPressure } from "./publisher_queue.ts";

/** Options of {@linkcode Group}. */
export interface GroupOptions {
  /** Queue that its members share. */
  readonly queue: DeliveryQueue;
  /** Source of the deadlines of retries. */
  readonly backPressure: BackPressure;
  /** Called for each delivery that failed at every attempt. */
  readonly onExhausted: ((given: ExhaustedDelivery) => void) | undefined;
}

/** Options of one member. */
export interface Member {
  readonly queueSize: number;
  readonly overflow: Overflow;
  readonly where: ((delivery: Delivery) => boolean) | undefined;
  readonly budget: ByteBudget | undefined;
}

/**
 * Members of one group on one pattern. The size of their queue is the sum of
 * their queue sizes.
 */
export class Group {
  readonly #options: GroupOptions;
  /** Created at the first retry. */
  #redeliveries: Redeliveries | undefined;
  readonly #members = new Set<Member>();

  /** Starts without members, so its queue has no room. */
  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /**
   * Adds a member.
   *
   * @throws {CaryatidError} `INVALID_OPTION` if its overflow differs from that
   * of the others
   */
  join(name: string, member: Member): void {
    const { queue } = this.#options;
    if (queue.overflow !== member.overflow) {
      throw overflowError(name, queue, member.overflow);
    }
    this.#members.add(member);
    queue.size += member.queueSize;
    this.#update();
  }

  /**
   * Removes a member. Returns true if it was the last one; retries are then
   * forgotten.
   */
  leave(member: Member): boolean {
    const { queue } = this.#options;
    this.#members.delete(member);
    queue.size -= member.queueSize;
    this.#update();
    if (this.#members.size > 0) return false;
    this.end();
    return true;
  }

  /**
   * Returns the function that retries a delivery whose loop failed; undefined
   * if the member sets no `retry`.
   */
  failed(
    options: BusSubscribeOptions,
  ): ((delivery: Delivery, error: unknown) => void) | undefined {
    if (options.retry === undefined) return undefined;
    const retry = checkRetry(options);
    return (delivery, error) => {
      this.#redeliveries ??= this.#makeRedeliveries();
      this.#redeliveries.add(delivery, retry, error, options.budget);
    };
  }

  /** Ends all retries. */
  end(): void {
    this.#redeliveries?.close();
  }

  /**
   * Updates the queue after a change of members. Its bytes are charged to the
   * first member with a budget. Members without one add room by themselves.
   */
  #update(): void {
    const { queue } = this.#options;
    queue.where = this.#wanted();
    let budget: ByteBudget | undefined;
    let freeSize = 0;
    for (const member of this.#members) {
      budget ??= member.budget;
      if (member.budget === undefined) freeSize += member.queueSize;
    }
    queue.charge(budget, freeSize);
  }

  /**
   * Returns a filter for the queue: deliveries that every member excludes take
   * no room. Each member filters the rest itself.
   */
  #wanted(): ((delivery: Delivery) => boolean) | undefined {
    const wheres = [...this.#members].flatMap(({ where }) => where ?? []);
    if (wheres.length < this.#members.size) return undefined;
    return (delivery) => wheres.some((where) => mayWant(where, delivery));
  }

  #makeRedeliveries(): Redeliveries {
    const { queue, backPressure, onExhausted } = this.#options;
    return new Redeliveries({
      pattern: queue.pattern,
      most: queue.size,
      deadlines: backPressure.deadlines,
      give: (delivery) => queue.append(delivery),
      onExhausted: (given) => {
        queue.dropped++;
        onExhausted?.(given);
      },
    });
  }
}

/** Returns true if `where` throws: its member then rejects the delivery. */
function mayWant(
  where: (delivery: Delivery) => boolean,
  delivery: Delivery,
): boolean {
  try {
    return where(delivery);
  } catch {
    return true;
  }
}

function overflowError(
  name: string,
  queue: DeliveryQueue,
  overflow: string,
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot join the group "${name}" on "${queue.pattern}" with the overflow ` +
      `"${overflow}": its members have "${queue.overflow}"`,
    { hint: "Give all members of a group the same overflow." },
  );
}

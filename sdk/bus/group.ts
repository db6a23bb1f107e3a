import { CaryatidError } from "../errors.ts";
import type { Delivery, Overflow, SubscribeOptions } from "../message_bus.ts";
import type { DeliveryQueue } from "./delivery_queue.ts";
import { checkRetry } from "./options.ts";
import { type GivenUp, Unfinished } from "./unfinished.ts";
import type { WaitingRoom } from "./waiting_room.ts";

/** What a {@linkcode Group} is made of. */
export interface GroupOptions {
  /** What its members compete for. */
  readonly queue: DeliveryQueue;
  /** Whose deadlines its retries wait by. */
  readonly room: WaitingRoom;
  /** Hears of each delivery that is given up. */
  readonly onGivenUp: ((given: GivenUp) => void) | undefined;
}

/** What one member brings with it. */
export interface Member {
  readonly queueSize: number;
  readonly overflow: Overflow;
  readonly where: ((delivery: Delivery) => boolean) | undefined;
}

/** The members of one group on one pattern; their queue is as long as theirs together. */
export class Group {
  readonly #options: GroupOptions;
  /** Made when a delivery is to be tried again for the first time. */
  #unfinished: Unfinished | undefined;
  readonly #members = new Set<Member>();

  /** Nobody is in it yet, so its queue has no room. */
  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /**
   * One member more.
   *
   * @throws {CaryatidError} `INVALID_OPTION` if its overflow isn't that of the others
   */
  join(name: string, member: Member): void {
    const { queue } = this.#options;
    if (queue.overflow !== member.overflow) {
      throw overflowError(name, queue, member.overflow);
    }
    this.#members.add(member);
    queue.size += member.queueSize;
    queue.where = this.#wanted();
  }

  /** One member less. Says whether it was the last one; what waits then is forgotten. */
  leave(member: Member): boolean {
    const { queue } = this.#options;
    this.#members.delete(member);
    queue.size -= member.queueSize;
    queue.where = this.#wanted();
    if (this.#members.size > 0) return false;
    this.end();
    return true;
  }

  /** What becomes of a delivery that a member's loop is left with; undefined where that isn't its wish, but to give it back. */
  failed(
    options: SubscribeOptions,
  ): ((delivery: Delivery, error: unknown) => void) | undefined {
    if (options.retry === undefined) return undefined;
    const retry = checkRetry(options);
    return (delivery, error) => {
      this.#unfinished ??= this.#keepUnfinished();
      this.#unfinished.add(delivery, retry, error);
    };
  }

  /** Tries nothing again any more. */
  end(): void {
    this.#unfinished?.close();
  }

  /** What no member wants needs no room. The others are for the member that gets them to leave out. */
  #wanted(): ((delivery: Delivery) => boolean) | undefined {
    const wheres = [...this.#members].flatMap(({ where }) => where ?? []);
    if (wheres.length < this.#members.size) return undefined;
    return (delivery) => wheres.some((where) => mayWant(where, delivery));
  }

  #keepUnfinished(): Unfinished {
    const { queue, room, onGivenUp } = this.#options;
    return new Unfinished({
      pattern: queue.pattern,
      most: queue.size,
      deadlines: room.deadlines,
      give: (delivery) => queue.append(delivery),
      onGivenUp: (given) => {
        queue.dropped++;
        onGivenUp?.(given);
      },
    });
  }
}

/** What `where` throws at, its member is to refuse. */
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
    { hint: "give all members of a group the same overflow" },
  );
}

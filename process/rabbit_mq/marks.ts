import { randomId } from "@caryatid/sdk/bus";
import type { Channel, GetMessage, Message } from "amqplib";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { declareMarkQueue } from "./queues.ts";
import type { RabbitMqSettings } from "./settings.ts";

/** Marks that are looked through at most: each costs a round trip. */
const MOST_MARKS = 1_000;
/** How often the queue may be empty before one's own mark is found: another process may be looking through it. */
const MOST_EMPTY = 5;
const NOTHING = Buffer.alloc(0);

/** A message that is given out again, until it is finished or left. */
export interface Redelivery {
  /** How often it was given out again before, and never finished. */
  readonly earlier: number;
  /** Its message is done, or given up: the count ends. */
  finish(): void;
  /** Its message goes to somebody else: the count goes on. */
  leave(): void;
}

/** What was found of one message. */
interface Found {
  /** The marks of its earlier redeliveries. */
  readonly earlier: readonly GetMessage[];
  /** The one of this redelivery, unless another process looks at it just now. */
  readonly own: GetMessage | undefined;
}

/** The marks that are held on one AMQP channel, which isn't used for anything else. */
export class Marks {
  readonly #channel: Channel;
  readonly #settings: RabbitMqSettings;
  readonly #queues = new Map<string, Promise<string>>();
  #open = true;

  /** `channel` may have been closed before. */
  constructor(channel: Channel, settings: RabbitMqSettings) {
    this.#channel = channel;
    this.#settings = settings;
    channel.on("close", () => this.#open = false);
  }

  /** Puts a mark for `message` of `queue`, holds it with all its earlier ones, and gives their number. One call at a time. */
  async begin(queue: string, message: Message): Promise<Redelivery> {
    const marks = await this.#declare(queue);
    const key = keyOf(message);
    const nonce = randomId();
    this.#channel.sendToQueue(marks, NOTHING, {
      correlationId: key,
      messageId: nonce,
    });
    const { earlier, own } = await this.#find(marks, key, nonce);
    const held = own ? [...earlier, own] : [...earlier];
    const end = (tell: (mark: GetMessage) => void) => {
      if (this.#open) held.splice(0).forEach(tell);
    };
    return {
      earlier: earlier.length,
      finish: () => end((mark) => this.#channel.ack(mark)),
      leave: () => end((mark) => this.#channel.nack(mark, false, true)),
    };
  }

  /** Takes marks out until there is the one with this nonce, which is the last one, and puts back those of other messages. */
  async #find(queue: string, key: string, nonce: string): Promise<Found> {
    const earlier: GetMessage[] = [];
    const others: GetMessage[] = [];
    let own: GetMessage | undefined;
    for (let looks = 0, empty = 0; looks < MOST_MARKS && !own; looks++) {
      const mark = await this.#channel.get(queue);
      if (mark === false) {
        if (++empty === MOST_EMPTY) break;
      } else if (mark.properties.messageId === nonce) own = mark;
      else if (mark.properties.correlationId === key) earlier.push(mark);
      else others.push(mark);
    }
    for (const mark of others) this.#channel.nack(mark, false, true);
    return { earlier, own };
  }

  #declare(queue: string): Promise<string> {
    let declared = this.#queues.get(queue);
    if (declared === undefined) {
      declared = declareMarkQueue(this.#channel, queue, this.#settings);
      this.#queues.set(queue, declared);
    }
    return declared;
  }
}

/** What a message is known by: its id, or what it is where it has none. */
function keyOf({ content, fields, properties }: Message): string {
  const { messageId } = properties;
  if (typeof messageId === "string") return messageId;
  return createHash("sha256").update(fields.routingKey).update(content)
    .digest("hex");
}

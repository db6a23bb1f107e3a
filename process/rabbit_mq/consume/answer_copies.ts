import {
  answerCopy,
  type LocalRequest,
  randomId,
  requestTopic,
  responseTopic,
} from "@caryatid/sdk/bus";
import { encode } from "../../codec/mod.ts";
import type { Names } from "../connection/topology.ts";
import type { Publisher } from "../publish/publisher.ts";

/** Time without copies after one that no queue took, in milliseconds. */
const PAUSE = 1_000;

/**
 * Sends copies of the answers that this process receives to subscriptions that
 * name answers. While the broker has no such subscription, it sends one copy
 * per second to find out.
 */
export class AnswerCopies {
  readonly #names: Names;
  readonly #publisher: Publisher;
  readonly #hasOutage: () => boolean;
  #pausedUntil = -Infinity;

  /**
   * Sends nothing yet. In an outage copies are dropped: they would take the
   * place of messages that wait for the broker.
   */
  constructor(names: Names, publisher: Publisher, hasOutage: () => boolean) {
    this.#names = names;
    this.#publisher = publisher;
    this.#hasOutage = hasOutage;
  }

  /** Sends a copy of `answer` once the request has it. Never rejects. */
  async send(
    { topic, id }: LocalRequest,
    answer: Promise<unknown>,
  ): Promise<void> {
    const { message, headers } = await answerCopy(answer);
    if (performance.now() < this.#pausedUntil || this.#hasOutage()) return;
    try {
      const taken = await this.#publisher.send({
        exchange: this.#names.answers,
        key: responseTopic(requestTopic(topic, id))!,
        body: encode(message),
        properties: { messageId: randomId(), headers, mandatory: true },
      });
      if (!taken) this.#pausedUntil = performance.now() + PAUSE;
    } catch {
      // Observers miss the copy; the requester has the answer.
    }
  }
}

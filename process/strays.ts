import type { Log, MessageBus, Topics, TopicUse } from "@caryatid/sdk";
import { DeclaredBus } from "@caryatid/sdk/host";

/** Strays that are told, for each use; a module with topics of its own making would fill the log. */
const MOST_TOLD = 100;

const DOES: Readonly<Record<TopicUse, string>> = {
  publish: "publishes on",
  subscribe: "subscribes to",
  request: "requests on",
  handle: "handles",
};

/** What one module does beside the topics that it declares: logged, each of them once, through its restarts. */
export class Strays {
  readonly #log: Log;
  readonly #told = new Map<TopicUse, Set<string>>();

  /** `log` is the module's. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** The bus for a module that has declared these topics; the very bus where it has declared nothing. */
  watch(bus: MessageBus, topics: Topics | undefined): MessageBus {
    if (topics === undefined) return bus;
    return new DeclaredBus(bus, topics, (use, topic) => {
      this.#tell(use, topic);
      return undefined;
    });
  }

  #tell(use: TopicUse, topic: string): void {
    const told = this.#told.get(use) ?? new Set();
    this.#told.set(use, told);
    if (told.size >= MOST_TOLD || told.has(topic)) return;
    told.add(topic);
    this.#log.warn(
      `${DOES[use]} {topic}, which it doesn't declare ` +
        `(add it to topics.${use} of its definition){last}`,
      {
        topic: JSON.stringify(topic),
        last: told.size < MOST_TOLD ? "" : "; no others like it are told",
      },
    );
  }
}

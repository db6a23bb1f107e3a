import { CaryatidError } from "@caryatid/sdk";
import { answeredTopic, namesAnswers, requestedTopic } from "@caryatid/sdk/bus";
import {
  type Observed,
  observedPatterns,
  RequestPairs,
} from "@caryatid/sdk/internal/bus";
import { Interrupt } from "../run/signals.ts";
import { harmless, type Terminal } from "../terminal/terminal.ts";
import { messageText, requestText } from "./observed_text.ts";
import { type Target, type TargetOptions, withTarget } from "./target.ts";

/** Options of {@linkcode spy}. */
export interface SpyOptions extends TargetOptions {
  /**
   * Number of messages after which the command ends; without a limit unless
   * set.
   */
  readonly count?: number | undefined;
  /** Prints one JSON object per line. */
  readonly json?: boolean | undefined;
}

/** Time between two looks for requests without an answer, in milliseconds. */
const EXPIRE_INTERVAL = 500;

/**
 * `caryatid spy PATTERN`: prints topic and JSON of each message, and each
 * request with its answer, one per line, until Ctrl-C.
 */
export async function spy(
  terminal: Terminal,
  pattern: string,
  options: SpyOptions,
): Promise<0> {
  await withTarget(terminal, options, async (target) => {
    const stopping = new AbortController();
    using interrupt = new Interrupt();
    interrupt.promise.then(() => stopping.abort());
    const sources = await subscribeAll(target, pattern, stopping.signal);
    const hasAnswers = sources.some(({ answers }) => answers);
    const output = new SpyOutput(terminal, options, hasAnswers, () => {
      stopping.abort();
    });
    terminal.printError(`listening to ${harmless(pattern)}`);
    const timer = setInterval(() => output.expire(), EXPIRE_INTERVAL);
    try {
      await Promise.all(sources.map(async ({ messages, answers }) => {
        for await (const message of messages) {
          const isCopy = hasAnswers && !answers &&
            answeredTopic(message.topic) !== undefined;
          if (!isCopy) output.add(message);
        }
      }));
    } finally {
      clearInterval(timer);
      stopping.abort();
    }
  });
  return 0;
}

/** Messages on one pattern. */
interface Source {
  readonly messages: AsyncIterable<Observed>;
  /** True if the pattern names answers. */
  readonly answers: boolean;
}

/**
 * Subscribes to a pattern, and to requests and answers on its topics as far as
 * the target allows that.
 */
async function subscribeAll(
  target: Target,
  pattern: string,
  signal: AbortSignal,
): Promise<Source[]> {
  const open = async (one: string): Promise<Source[]> => {
    const answers = namesAnswers(one);
    try {
      return [{ messages: await target.spy(one, signal), answers }];
    } catch (error) {
      if (one !== pattern && isForbidden(error)) return [];
      throw error;
    }
  };
  return (await Promise.all(observedPatterns([pattern]).map(open))).flat();
}

function isForbidden(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "FORBIDDEN";
}

/** Prints each message. */
class SpyOutput {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  /** Undefined if no answers are received. */
  readonly #pairs: RequestPairs<Observed> | undefined;
  readonly #end: () => void;
  #left: number;

  constructor(
    terminal: Terminal,
    { count = Infinity, json = false }: SpyOptions,
    hasAnswers: boolean,
    end: () => void,
  ) {
    this.#terminal = terminal;
    this.#json = json;
    this.#left = count;
    this.#end = end;
    if (hasAnswers) {
      this.#pairs = new RequestPairs({
        onPair: (pair) => this.#print(requestText(pair, json)),
      });
    }
  }

  add(message: Observed): void {
    const now = performance.now();
    if (this.#pairs?.addAnswer(message, now)) return;
    if (this.#pairs && requestedTopic(message.topic) !== undefined) {
      this.#pairs.addRequest(message, now);
    } else this.#print(messageText(message, this.#json));
  }

  expire(): void {
    this.#pairs?.expire(performance.now());
  }

  #print(line: string): void {
    if (this.#left <= 0) return;
    this.#terminal.print(line);
    if (--this.#left <= 0 || this.#terminal.closed) this.#end();
  }
}

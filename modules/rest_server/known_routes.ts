import { CaryatidError, type Context, topicMatches } from "@caryatid/sdk";
import {
  declaredTopic,
  type RouteDeclaration,
  type RoutesMessage,
  wantedTopic,
} from "./declarations.ts";

/** Instances of modules, and topics, that are remembered at once. */
const MOST_MODULES = 1_000;
const MOST_TOPICS = 1_000;
/** Longest silence between two questions for routes, in milliseconds, while somebody looks for one that isn't there. */
const ASK_EVERY = 1_000;

interface Heard {
  readonly routes: readonly RouteDeclaration[];
  readonly at: number;
}

/** Which methods a path has: as modules declare them, and as answers came. */
export class KnownRoutes {
  readonly #context: Context;
  readonly #root: string;
  readonly #declared = new Map<string, Heard>();
  /** Of the words of a path, the methods that were answered. */
  readonly #answered = new Map<string, Set<string>>();
  #lastWords: string | undefined;
  #lastMethod: string | undefined;
  #askedAt = -Infinity;
  #version = 0;

  /** Hears of routes from now on, and asks for them when the process begins. */
  constructor(context: Context, root: string) {
    this.#context = context;
    this.#root = root;
    try {
      const heard = context.subscribe(declaredTopic(root), {
        overflow: "drop-oldest",
      });
      context.run(async () => {
        await this.#ask();
        for await (const { message } of heard) this.#hear(message);
      });
    } catch (error) {
      // Without a route for this topic the server does without.
      if (!(error instanceof CaryatidError)) throw error;
    }
  }

  /** Another one whenever what is declared may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Asks who is there, unless that was just now: what is heard counts for whoever looks next. */
  refresh(): void {
    this.#ask();
  }

  /** What modules declared, in the order in which they were first heard, each in its order. */
  get declared(): readonly RouteDeclaration[] {
    return [...this.#declared.values()].flatMap(({ routes }) => routes);
  }

  /** Remembers that a request was answered. */
  learn(method: string, words: string): void {
    // Most requests are like the one before.
    if (words === this.#lastWords && method === this.#lastMethod) return;
    this.#lastWords = words;
    this.#lastMethod = method;
    const methods = this.#answered.get(words);
    if (methods !== undefined) {
      methods.add(method);
      return;
    }
    if (this.#answered.size >= MOST_TOPICS) {
      const [oldest] = this.#answered.keys();
      this.#answered.delete(oldest!);
    }
    this.#answered.set(words, new Set([method]));
  }

  /** The methods that a path has, sorted, when `method` turned out not to be one. Empty where the path isn't known. */
  allowed(method: string, words: string): readonly string[] {
    this.#ask();
    const answered = this.#answered.get(words);
    answered?.delete(method);
    this.#lastWords = undefined;
    const methods = new Set(answered);
    for (const route of this.declared) {
      if (topicMatches(route.pattern, words)) methods.add(route.method);
    }
    methods.delete(method);
    if (methods.has("GET") && method !== "HEAD") methods.add("HEAD");
    methods.delete("*");
    return [...methods].sort();
  }

  async #ask(): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < ASK_EVERY) return;
    // Who didn't answer the last time is gone.
    for (const [from, { at }] of this.#declared) {
      if (at < this.#askedAt) this.#forget(from);
    }
    this.#askedAt = now;
    try {
      await this.#context.publish(wantedTopic(this.#root), null, {
        timeout: ASK_EVERY,
      });
    } catch (error) {
      if (!(error instanceof CaryatidError)) throw error;
    }
  }

  #hear(message: unknown): void {
    if (!isRoutesMessage(message)) return;
    const { from, routes } = message;
    if (routes.length === 0) return this.#forget(from);
    const isFull = this.#declared.size >= MOST_MODULES;
    if (isFull && !this.#declared.has(from)) this.#forgetStalest();
    this.#version++;
    this.#declared.set(from, { routes, at: performance.now() });
  }

  #forgetStalest(): void {
    const [[stalest] = [""]] = [...this.#declared].sort(([, a], [, b]) =>
      a.at - b.at
    );
    this.#forget(stalest);
  }

  #forget(from: string): void {
    if (this.#declared.delete(from)) this.#version++;
  }
}

function isRoutesMessage(message: unknown): message is RoutesMessage {
  if (typeof message !== "object" || message === null) return false;
  const { from, routes } = message as Partial<RoutesMessage>;
  return typeof from === "string" && Array.isArray(routes) &&
    routes.every((route) =>
      typeof route?.method === "string" && typeof route.path === "string" &&
      typeof route.pattern === "string"
    );
}

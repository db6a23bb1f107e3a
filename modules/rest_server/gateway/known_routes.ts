import { CaryatidError, type Context, topicMatches } from "@caryatid/sdk";
import {
  declaredTopic,
  type RouteDeclaration,
  type RoutesMessage,
  wantedTopic,
} from "../routes/declarations.ts";

/** Maximum number of module instances, and of topics, that are remembered. */
const MOST_MODULES = 1_000;
const MOST_TOPICS = 1_000;
/**
 * Minimum interval between two requests for the declared routes, in
 * milliseconds.
 */
const ASK_EVERY = 1_000;

interface Heard {
  readonly routes: readonly RouteDeclaration[];
  readonly at: number;
}

/**
 * Methods of each path: declared by modules, or answered before.
 */
export class KnownRoutes {
  readonly #context: Context;
  readonly #root: string;
  readonly #declared = new Map<string, Heard>();
  /** Answered methods, by the words of the path. */
  readonly #answered = new Map<string, Set<string>>();
  /** Words of the paths that the server answers by itself. */
  readonly #served: ReadonlySet<string>;
  #lastWords: string | undefined;
  #lastMethod: string | undefined;
  #askedAt = -Infinity;
  #version = 0;

  /**
   * Subscribes to declared routes, and requests them when the process begins.
   * The server answers GET of the paths of `served` by itself.
   */
  constructor(context: Context, root: string, served: readonly string[]) {
    this.#context = context;
    this.#root = root;
    this.#served = new Set(served);
    try {
      const received = context.subscribe(declaredTopic(root), {
        overflow: "drop-oldest",
      });
      context.run(async () => {
        await this.#ask();
        for await (const { message } of received) this.#receive(message);
      });
    } catch (error) {
      // If no bus has a route for this topic, the server works without
      // declarations.
      if (!(error instanceof CaryatidError)) throw error;
    }
  }

  /**
   * Version of the declared routes: it changes whenever they may have changed.
   */
  get version(): number {
    return this.#version;
  }

  /**
   * Requests the declared routes from all modules, at most once a second. The
   * declarations arrive later: the next caller finds them.
   */
  refresh(): void {
    this.#ask();
  }

  /**
   * Routes that modules declared: modules in the order of their first
   * declaration, and the routes of each in its own order.
   */
  get declared(): readonly RouteDeclaration[] {
    return [...this.#declared.values()].flatMap(({ routes }) => routes);
  }

  /** Remembers that a request was answered. */
  learn(method: string, words: string): void {
    // Most requests have the method and path of the one before.
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

  /**
   * Returns the methods of a path, sorted, after a request with `method` found
   * no handler. The result is empty if the path is not known.
   */
  allowed(method: string, words: string): readonly string[] {
    this.#ask();
    const answered = this.#answered.get(words);
    answered?.delete(method);
    this.#lastWords = undefined;
    const methods = new Set(answered);
    for (const route of this.declared) {
      if (topicMatches(route.pattern, words)) methods.add(route.method);
    }
    if (this.#served.has(words)) methods.add("GET");
    methods.delete(method);
    if (methods.has("GET") && method !== "HEAD") methods.add("HEAD");
    methods.delete("*");
    return [...methods].sort();
  }

  async #ask(): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < ASK_EVERY) return;
    // A module that did not answer the last request has ended.
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

  #receive(message: unknown): void {
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

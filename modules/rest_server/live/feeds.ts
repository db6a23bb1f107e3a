import { CaryatidError, type Context, patternCovers } from "@caryatid/sdk";
import { Feed } from "./feed.ts";
import type { LiveConfig } from "../live_config.ts";
import { type Refusal, unavailable } from "./refusal.ts";
import { Source } from "./source.ts";

/**
 * Longest wait until the bus delivers messages of a new pattern, in
 * milliseconds.
 */
const READY_TIMEOUT = 10_000;

/** All feeds, by their patterns, and the bus subscriptions that they share. */
export class Feeds {
  readonly #context: Context;
  readonly #config: LiveConfig;
  readonly #feeds = new Map<string, Feed>();
  readonly #sources = new Map<string, Source>();
  #closed = false;

  /** Creates no feed yet. */
  constructor(context: Context, config: LiveConfig) {
    this.#context = context;
    this.#config = config;
  }

  /** Number of feeds: with clients, or within `grace`. */
  get size(): number {
    return this.#feeds.size;
  }

  /**
   * Resolves with the feed of `patterns`, to which a client may subscribe, once
   * the feed receives every later publish; or with the reason for a refusal.
   */
  async open(patterns: readonly string[]): Promise<Feed | Refusal> {
    const feed = this.#find(widest(patterns));
    if (!(feed instanceof Feed)) return feed;
    feed.opening++; // keeps it open until its first reader joins
    feed.idleSince = undefined;
    const ready = await this.#ready(feed);
    feed.opening--;
    if (ready) return feed;
    this.release(feed);
    return unavailable("The bus is away");
  }

  /**
   * Releases a feed that a reader has left. A feed without readers stays open
   * for `grace`.
   */
  release(feed: Feed): void {
    if (feed.used || feed.ended) return;
    feed.idleSince = this.#context.clock.now();
    if (this.#config.grace === 0) this.#close(feed);
  }

  /**
   * Sends signs of life, and closes feeds without readers whose `grace` is
   * over.
   */
  beat(): void {
    const now = this.#context.clock.now();
    for (const feed of this.#feeds.values()) {
      feed.beat();
      if (feed.idleSince === undefined) continue;
      if (now - feed.idleSince >= this.#config.grace * 1000) this.#close(feed);
    }
  }

  /** Closes all feeds. */
  async close(): Promise<void> {
    this.#closed = true;
    const sources = [...this.#sources.values()];
    for (const feed of [...this.#feeds.values()]) this.#close(feed);
    await Promise.all(sources.map((source) => source.close()));
  }

  #find(patterns: readonly string[]): Feed | Refusal {
    const key = JSON.stringify(patterns);
    const known = this.#feeds.get(key);
    if (known) return known;
    if (this.#closed) return unavailable("The server is stopping");
    if (!this.#makeRoom()) {
      return unavailable("Too many different patterns are listened to");
    }
    const feed = new Feed(patterns, this.#config);
    this.#feeds.set(key, feed);
    try {
      for (const pattern of patterns) this.#source(pattern).feeds.add(feed);
      return feed;
    } catch (error) {
      this.#close(feed);
      return this.#refused(patterns, error);
    }
  }

  #source(pattern: string): Source {
    const known = this.#sources.get(pattern);
    if (known) return known;
    const source = new Source(
      this.#context,
      pattern,
      this.#config,
      (ended) => this.#ended(ended),
    );
    this.#sources.set(pattern, source);
    return source;
  }

  async #ready(feed: Feed): Promise<boolean> {
    const late = new AbortController();
    const timeout = this.#context.clock.sleep(READY_TIMEOUT, late.signal)
      .then(() => false, () => false);
    try {
      const ready = feed.patterns.map((name) => this.#sources.get(name)?.ready);
      return await Promise.race([
        Promise.all(ready).then(() => true),
        timeout,
      ]) && !feed.ended;
    } catch (error) {
      this.#refused(feed.patterns, error);
      this.#close(feed);
      return false;
    } finally {
      late.abort();
    }
  }

  #refused(patterns: readonly string[], error: unknown): Refusal {
    this.#context.log.warn("cannot listen to {patterns}: {reason}", {
      patterns,
      reason: error instanceof Error ? error.message : String(error),
    });
    const code = error instanceof CaryatidError ? error.code : undefined;
    return code === "FORBIDDEN" || code === "NO_ROUTE"
      ? { status: 403, code: "FORBIDDEN", detail: "No such messages here" }
      : unavailable("The bus is away");
  }

  /**
   * Returns true if there is room for one more feed. If need be, it closes the
   * feed that has had no reader for the longest time.
   */
  #makeRoom(): boolean {
    if (this.#feeds.size < this.#config["max-feeds"]) return true;
    let oldest: Feed | undefined;
    for (const feed of this.#feeds.values()) {
      if (feed.idleSince === undefined) continue;
      if (!oldest || feed.idleSince < oldest.idleSince!) oldest = feed;
    }
    if (oldest) this.#close(oldest);
    return oldest !== undefined;
  }

  #close(feed: Feed): void {
    if (feed.ended) return; // another feed may have replaced it
    this.#feeds.delete(JSON.stringify(feed.patterns));
    feed.end();
    for (const pattern of feed.patterns) {
      const source = this.#sources.get(pattern);
      source?.feeds.delete(feed);
      if (source?.feeds.size === 0) {
        this.#sources.delete(pattern);
        source.close();
      }
    }
  }

  /**
   * Closes the feeds of a subscription that the bus has ended: they would miss
   * messages.
   */
  #ended(source: Source): void {
    if (this.#sources.get(source.pattern) !== source) return;
    for (const feed of [...source.feeds]) this.#close(feed);
  }
}

/**
 * Returns the patterns sorted, without those that another one covers: equal
 * sets of patterns share one feed.
 */
function widest(patterns: readonly string[]): string[] {
  const sorted = [...new Set(patterns)].sort();
  return sorted.filter((narrow, i) =>
    !sorted.some((wide, j) =>
      i !== j && patternCovers(wide, narrow) &&
      (j < i || !patternCovers(narrow, wide))
    )
  );
}

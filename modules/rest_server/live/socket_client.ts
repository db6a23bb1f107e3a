import { ownerOf } from "../gateway/address.ts";
import { Feed } from "./feed.ts";
import type { FrameRoom } from "./frame_budget.ts";
import type { LiveServer } from "./live_server.ts";
import type { RefusalCode } from "./refusal.ts";
import { Rate } from "./rate.ts";
import { publishRefusal, subscribeRefusal } from "./rights.ts";
import { readFrame, type Ref, type SocketFrame } from "./socket_frame.ts";
import { SocketSubscription } from "./socket_subscription.ts";

/** Number of refused frames in a row after which a client is disconnected. */
const MOST_REFUSED = 100;

/** Maximum number of frames of a client that are handled at a time. */
const MOST_PENDING = 64;

/**
 * Maximum number of bytes of answers that wait in a socket. A client that sends
 * frames but does not read the answers is disconnected.
 */
const MOST_BUFFERED = 1 << 16;

/**
 * Members of a WebSocket that are used here: of the web API, or of `ws`.
 */
export interface ServerSocket {
  readonly readyState: number;
  /** Number of unsent bytes. */
  readonly bufferedAmount: number;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code: number, reason: string): void;
  ping(): void;
  terminate(): void;
  once(name: "pong" | "error", listener: () => void): void;
}

/** Parts of a {@linkcode SocketClient}. */
export interface SocketClientOptions {
  /** Called when the socket has closed. */
  readonly leave: () => void;
  /** Budget of its frames. */
  readonly room: FrameRoom;
  /** Address of the client, for the limit that its connections share. */
  readonly address: string;
}

/** States of a WebSocket. */
const OPEN = 1;
const CLOSING = 2;

/** One client on a WebSocket. */
export class SocketClient {
  readonly #socket: ServerSocket;
  readonly #live: LiveServer;
  readonly #leave: () => void;
  readonly #room: FrameRoom;
  readonly #address: string;
  #isSilent = false;
  readonly #rate: Rate;
  readonly #gone = new AbortController();
  /** Subscriptions by pattern; undefined while they are being opened. */
  readonly #subscriptions = new Map<string, SocketSubscription | undefined>();
  #pending = 0;
  #refused = 0;

  /**
   * Handles frames from now on. `leave` is called when the socket has closed.
   */
  constructor(
    socket: ServerSocket,
    live: LiveServer,
    { leave, room, address }: SocketClientOptions,
  ) {
    this.#socket = socket;
    this.#live = live;
    this.#leave = leave;
    this.#room = room;
    this.#address = address;
    this.#rate = new Rate(live.config["max-rate"]);
    live.sockets.add(this);
    socket.onmessage = ({ data }) => {
      this.#room.complete();
      this.#take(data);
    };
    socket.onclose = () => this.#end();
    socket.onerror = () => this.#end();
  }

  /** Begins to close the socket. */
  close(code: number, reason: string): void {
    this.#release();
    if (this.#socket.readyState < CLOSING) {
      this.#socket.close(code, reason);
    }
  }

  /**
   * Checks that the client still answers. Disconnects it if it did not answer
   * the previous check.
   */
  beat(): void {
    if (this.#isSilent) return this.#socket.terminate();
    this.#isSilent = true;
    this.#socket.once("pong", () => this.#isSilent = false);
    if (this.#socket.readyState === OPEN) this.#socket.ping();
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#socket.terminate();
  }

  #take(data: unknown): void {
    if (this.#gone.signal.aborted) return;
    if (typeof data !== "string") return this.close(1003, "expected text");
    const most = this.#live.config["max-message-size"];
    // No UTF-16 unit needs more than 3 bytes, so short texts need no count.
    if (
      data.length > most ||
      data.length * 3 > most && new TextEncoder().encode(data).length > most
    ) {
      return this.close(1009, `expected at most ${most} bytes`);
    }
    const frame = readFrame(data);
    if (!this.#rate.take()) {
      return this.#refuse("RATE_LIMITED", "Too many frames", frame.ref);
    }
    if (frame.kind === "bad") {
      return this.#refuse("INVALID_FRAME", frame.detail, frame.ref);
    }
    if (this.#pending === MOST_PENDING) {
      const detail = "Too many frames are being worked on";
      return this.#refuse("RATE_LIMITED", detail, frame.ref);
    }
    this.#pending++;
    this.#work(frame).finally(() => this.#pending--);
  }

  async #work(frame: SocketFrame): Promise<void> {
    const { kind, name, ref } = frame;
    if (kind === "subscribe") await this.#subscribe(name, frame.after, ref);
    else if (kind === "publish") await this.#publish(name, frame.message, ref);
    else this.#unsubscribe(name, ref);
  }

  async #subscribe(
    pattern: string,
    after: string | undefined,
    ref: Ref | undefined,
  ): Promise<void> {
    const { config, feeds } = this.#live;
    const refusal = subscribeRefusal(pattern, config);
    if (refusal) return this.#refuse(refusal.code, refusal.detail, ref);
    const most = config["max-subscriptions"];
    if (this.#subscriptions.has(pattern)) {
      return this.#refuse("INVALID_FRAME", "Already subscribed", ref);
    }
    if (this.#subscriptions.size >= most) {
      const detail = `Expected at most ${most} subscriptions`;
      return this.#refuse("TOO_MANY_SUBSCRIPTIONS", detail, ref);
    }
    this.#subscriptions.set(pattern, undefined);
    const feed = await feeds.open([pattern]);
    if (!(feed instanceof Feed)) {
      this.#subscriptions.delete(pattern);
      return this.#refuse(feed.code, feed.detail, ref);
    }
    if (this.#gone.signal.aborted) return feeds.release(feed);
    const start = feed.startAt(after);
    const at = feed.position(start.after);
    this.#answer({ subscribed: pattern, at }, ref);
    this.#subscriptions.set(
      pattern,
      new SocketSubscription(
        feed,
        start,
        this.#socket,
        () => this.close(1012, "the bus has ended a subscription"),
      ),
    );
  }

  #unsubscribe(pattern: string, ref: Ref | undefined): void {
    const subscription = this.#subscriptions.get(pattern);
    if (!subscription) {
      return this.#refuse("INVALID_FRAME", "Not subscribed", ref);
    }
    this.#subscriptions.delete(pattern);
    subscription.close();
    this.#live.feeds.release(subscription.feed);
    this.#answer({ unsubscribed: pattern }, ref);
  }

  async #publish(
    topic: string,
    message: unknown,
    ref: Ref | undefined,
  ): Promise<void> {
    const { config, context } = this.#live;
    const refusal = publishRefusal(topic, config);
    if (refusal) return this.#refuse(refusal.code, refusal.detail, ref);
    const owner = ownerOf(this.#address);
    if (this.#live.limiter.take(owner, performance.now()) > 0) {
      return this.#refuse("RATE_LIMITED", "Too many messages", ref);
    }
    try {
      await context.publish(topic, message, { signal: this.#gone.signal });
      if (ref !== undefined) this.#answer({ published: topic }, ref);
      else this.#refused = 0;
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      context.log.warn("cannot publish on {topic}: {reason}", {
        topic,
        reason: error instanceof Error ? error.message : String(error),
      });
      this.#refuse("UNAVAILABLE", "The message was not accepted", ref);
    }
  }

  #answer(answer: Record<string, unknown>, ref: Ref | undefined): void {
    this.#refused = 0;
    this.#send(ref === undefined ? answer : { ...answer, ref });
  }

  #refuse(code: RefusalCode, detail: string, ref: Ref | undefined): void {
    this.#send({
      error: { code, detail },
      ...(ref === undefined ? {} : { ref }),
    });
    if (++this.#refused >= MOST_REFUSED) {
      this.close(1008, "too many frames that were refused");
    }
  }

  #send(answer: Record<string, unknown>): void {
    if (this.#socket.readyState !== OPEN) return;
    if (this.#socket.bufferedAmount > MOST_BUFFERED) {
      return this.close(1008, "takes no answers");
    }
    this.#socket.send(JSON.stringify(answer));
  }

  /** Ends its subscriptions, and aborts its publishes in flight. */
  #release(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    for (const subscription of this.#subscriptions.values()) {
      if (!subscription) continue;
      subscription.close();
      this.#live.feeds.release(subscription.feed);
    }
    this.#subscriptions.clear();
  }

  #end(): void {
    this.#release();
    this.#live.sockets.delete(this);
    this.#leave();
  }
}

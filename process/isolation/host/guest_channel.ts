import { turnStart, yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import {
  type Frame,
  FROM_GUEST,
  FROM_HOST,
  PROTOCOL_VERSION,
} from "../wire/frames.ts";
import type { Link } from "../wire/link.ts";
import { Outbox } from "../wire/outbox.ts";
import { FrameReader } from "../wire/frame_reader.ts";
import { violation } from "../wire/protocol_errors.ts";
import type { Traffic } from "./guest_options.ts";
import { HostPace } from "./host_pace.ts";

/**
 * Time that frames may take in one turn of the event loop, in milliseconds.
 * Then other guests, timers and signals have theirs.
 */
const MAX_TURN = 8;
/** Maximum time that a guest waits after frames with much later work. */
const MAX_PAUSE = 200;
/** Frames after which the clock is read. */
const FRAMES = 16;
/**
 * Frames of one turn. Frames of a few bytes can cause much later work, such as
 * refused requests, which happens before the next turn.
 */
const MOST_FRAMES = 128;
/** Bytes of a frame after which the clock is read. */
const LONG_FRAME = 4096;

/** Abilities of the bus of every guest, whichever bus carries its topics. */
const GUEST_ABILITIES = {
  external: true,
  durable: false,
  exactlyOnce: true,
  backPressure: "publisher",
} as const;

/** Pace of the frames of all guests of this thread. */
const pace = new HostPace();

/** Options of {@linkcode GuestChannel}. */
export interface GuestChannelOptions {
  readonly link: Link;
  /** Bytes that may be sent before the guest grants more (unlimited). */
  readonly credit: number | undefined;
  /** Maximum size of a message, in bytes. */
  readonly messageSize: number;
  /** Checks the items of a frame. Throws `PROTOCOL_VIOLATION`. */
  readonly check: (items: readonly unknown[]) => void;
  /** True if queues are kept when the module fails. */
  readonly keep: boolean;
  /** Called for each frame, before it is handled. */
  readonly onFrame: () => void;
  /** Handles frames about the guest itself. Returns false for other frames. */
  readonly receive: (items: readonly unknown[], bytes: number) => boolean;
  /** Called once, with the error that ended the channel. */
  readonly onError: (error: unknown) => void;
}

/** Frames to and from one guest. The guest is not trusted. */
export class GuestChannel {
  /** Resolves when the guest has sent its first frame. */
  readonly hello: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly outbox: Outbox;
  readonly #options: GuestChannelOptions;
  #traffic: Traffic | undefined;
  /** Bytes that came before traffic was attached. */
  #early = 0;
  #greeted = false;
  /** Frames since the last turn that this channel waited for. */
  #frames = 0;
  /** Ends the pause of a guest that is closed. */
  #resume: (() => void) | undefined;
  #closed = false;

  /** Listens from now on. */
  constructor(options: GuestChannelOptions) {
    const { link, credit, onError } = options;
    this.#options = options;
    this.outbox = new Outbox(link, credit);
    // the guest may end before it is awaited
    this.hello.promise.catch(() => {});
    link.listen(
      (batch) => this.#receiveBatch(batch),
      (error) => error && onError(error),
    );
  }

  /** Gives frames that are not about the guest itself to `traffic`. */
  attach(traffic: Traffic): void {
    this.#traffic = traffic;
    traffic.owe(this.#early);
  }

  /** Sends a frame. */
  send(frame: Frame): void {
    this.outbox.add(frame);
  }

  /** Asks the guest for a sign of life. */
  ping(): void {
    this.outbox.hurry([FROM_HOST.ping]);
    this.outbox.touch();
  }

  /** Drops everything that was not sent or read. */
  close(error: unknown): void {
    this.#closed = true;
    this.#resume?.();
    this.outbox.close();
    this.#options.link.close();
    this.hello.reject(error);
  }

  /**
   * Returns a promise if the rest of the batch waits for the next turn of the
   * event loop.
   */
  #receiveBatch(batch: Uint8Array): Promise<void> | void {
    return this.#receiveFrames(
      new FrameReader(batch, this.#options.messageSize),
    );
  }

  #receiveFrames(frames: FrameReader): Promise<void> | void {
    const began = performance.now();
    try {
      while (!frames.done) {
        if (this.#closed) return;
        this.#receive(frames.next(), frames.bytes);
        if (!this.#isLong(frames.bytes)) continue;
        return this.#yield(performance.now() - began)
          .then(() => this.#receiveFrames(frames));
      }
    } catch (error) {
      return this.#options.onError(error);
    }
    return pace.spend(performance.now() - began);
  }

  /** Counts a frame. Returns true if the turn has had enough frames. */
  #isLong(bytes: number): boolean {
    if (++this.#frames >= MOST_FRAMES) return true;
    if (this.#frames % FRAMES > 0 && bytes < LONG_FRAME) return false;
    return performance.now() - turnStart() >= MAX_TURN;
  }

  /**
   * Lets the event loop turn once after frames that took `work` milliseconds.
   * If their later work has kept the loop for long, gives as much time to other
   * guests.
   */
  async #yield(work: number): Promise<void> {
    this.#frames = 0;
    const began = performance.now();
    await yieldToEventLoop();
    const later = performance.now() - began;
    await pace.spend(work + later);
    if (later < MAX_TURN || this.#closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(later, MAX_PAUSE));
    this.#resume = () => {
      clearTimeout(timer);
      resolve();
    };
    await promise;
  }

  #receive(items: readonly unknown[], bytes: number): void {
    this.#options.onFrame();
    if (!this.#greeted) return this.#greet(items);
    this.#options.check(items);
    if (this.#traffic) this.#traffic.owe(bytes);
    else this.#early += bytes;
    if (this.#options.receive(items, bytes)) return;
    if (this.#traffic?.receive(items, bytes)) return;
    throw violation(`a frame of kind ${String(items[0])}`);
  }

  #greet([kind, version]: readonly unknown[]): void {
    if (kind !== FROM_GUEST.hello) throw violation("no hello");
    if (version !== PROTOCOL_VERSION) {
      throw violation(`version ${version}; expected ${PROTOCOL_VERSION}`);
    }
    this.#greeted = true;
    const { messageSize, keep } = this.#options;
    this.send([FROM_HOST.welcome, GUEST_ABILITIES, messageSize, keep]);
    this.hello.resolve();
  }
}

import { Batch } from "../wire/batch.ts";
import { type Frame, FROM_GUEST, FROM_HOST } from "../wire/frames.ts";

/** Values that no item of a frame has, or only some item. */
const HOSTILE = [
  ...[-1, 0, 1, 63, 4095, 4096, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1],
  ...[2n ** 53n, 2n ** 63n, -(2n ** 63n), NaN, Infinity, -0.5],
  ...["", "x", "a.#", "#".repeat(300), "\u0000\n\u202e", null, true, false],
  ...[[], {}, [[]], new Map(), new Set([1]), new Uint8Array(3), new Date(0)],
] as const;

const KINDS = [
  ...Object.values(FROM_GUEST),
  ...Object.values(FROM_HOST),
  0,
  99,
];

/**
 * Generates batches of frames of one guest. Most of them are plausible, some
 * are damaged. The same seed gives the same batches.
 */
export class FrameFuzzer {
  /** Number of frames so far. */
  frames = 0;
  #state: number;
  #id = 0;
  #number = 0;
  /** Subscriptions of a group whose loop does not wait yet. */
  #grouped: number[] = [];

  /** Starts with the frames of a new guest. */
  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** Starts again with the ids of a new guest. */
  restart(): void {
    this.#id = this.#number = 0;
    this.#grouped = [];
  }

  /** Returns the next batch. */
  next(): Uint8Array {
    const batch = new Batch();
    for (let left = 1 + this.#below(8); left > 0; left--) {
      this.frames++;
      const frame = this.#frame();
      try {
        batch.add(this.#below(30) === 0 ? this.#changed(frame) : frame);
      } catch {
        // The encoder refuses some values; the frame is left out.
      }
    }
    const bytes = batch.take();
    return this.#below(15) === 0 ? this.#damaged(bytes) : bytes;
  }

  #frame(): Frame {
    if (this.#id === 0) return [FROM_GUEST.subscribe, this.#id++, "a", {}];
    if (this.#below(50) === 0) return this.#rareFrame();
    const topic = this.#pick(["a", "b", "fuzz.a", "echo.in", "unhandled"]);
    const id = this.#below(this.#id);
    switch (this.#below(16)) {
      case 0:
      case 1:
        return [FROM_GUEST.publish, this.#number++, topic, null, { topic }];
      case 2:
        return [FROM_GUEST.request, this.#number++, topic, {
          timeout: 1 + this.#below(50),
          cancel: true,
        }, [1, 2n]];
      case 3:
        return this.#number === 0
          ? [FROM_GUEST.pong, 0, 0]
          : [FROM_GUEST.cancel, this.#below(this.#number)];
      case 4:
      case 5:
        return [FROM_GUEST.subscribe, this.#id++, topic, {
          queueSize: 1 + this.#below(100),
        }];
      case 6:
        this.#grouped.push(this.#id);
        return [FROM_GUEST.subscribe, this.#id++, topic, {
          group: "g",
          overflow: "drop-newest",
          retry: { attempts: 2, backoff: 1 },
        }];
      case 7:
        return [FROM_GUEST.demand, id, this.#below(64), this.#below(3), 0];
      case 8:
        return [FROM_GUEST.next, this.#grouped.shift() ?? id, 0];
      case 9:
        return [FROM_GUEST.leave, id, 0, null];
      case 10:
        return [FROM_GUEST.unsubscribe, id];
      case 11:
        return [FROM_GUEST.handle, this.#id++, topic, {
          concurrency: 1 + this.#below(8),
          retry: { attempts: 1 },
        }];
      case 12:
        return [FROM_GUEST.unhandle, id];
      case 13:
        return [FROM_GUEST.log, "info", "fuzz {n}", { n: this.#below(9) }];
      case 14:
        return [FROM_GUEST.pong, this.#below(1000), this.#below(1000)];
      default:
        return [FROM_GUEST.busy, this.#below(4)];
    }
  }

  #rareFrame(): Frame {
    return this.#pick<Frame>([
      [FROM_GUEST.answer, 0, 1],
      [FROM_GUEST.noAnswer, 0],
      [FROM_GUEST.failure, 0, { code: "X", message: "y" }],
      [FROM_GUEST.ready, null],
      [FROM_GUEST.ended],
      [FROM_GUEST.bye],
      [FROM_GUEST.failed, ["X", "y", null, null]],
      [FROM_GUEST.checked, null, null, null, {}],
    ]);
  }

  /** Changes, adds or removes one item. */
  #changed(frame: Frame): Frame {
    const items: unknown[] = [...frame];
    const at = this.#below(items.length);
    switch (this.#below(4)) {
      case 0:
        items[0] = this.#pick(KINDS);
        break;
      case 1:
        items.splice(at, 1);
        break;
      case 2:
        items.push(this.#pick(HOSTILE));
        break;
      default:
        items[at] = this.#pick<unknown>(HOSTILE);
    }
    return items as unknown as Frame;
  }

  /** Flips, removes or repeats bytes. */
  #damaged(bytes: Uint8Array): Uint8Array {
    const all = [...bytes];
    for (let left = 1 + this.#below(3); left > 0; left--) {
      const at = this.#below(all.length + 1);
      const damage = this.#below(4);
      if (damage === 0) all.splice(at, 1 + this.#below(4));
      else if (damage === 1) all.splice(at, 0, this.#below(256));
      else if (damage === 2) all.length = Math.min(all.length, at);
      else if (at < all.length) all[at]! ^= 1 << this.#below(8);
    }
    return Uint8Array.from(all);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }

  /** Xorshift: the same sequence on every machine. */
  #below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

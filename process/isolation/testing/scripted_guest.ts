import { DEFAULT_LIMITS } from "../../config/code_keys.ts";
import { Batch } from "../wire/batch.ts";
import {
  type Frame,
  FROM_GUEST,
  FROM_HOST,
  PROTOCOL_VERSION,
} from "../wire/frames.ts";
import type { GuestOptions } from "../host/guest_options.ts";
import type { GuestKind, GuestSpawner } from "../host/guest_spawner.ts";
import { readFrames } from "../wire/frame_reader.ts";
import { grants } from "./some_grants.ts";

/** Abilities that the bus of a guest claims. */
const ABILITIES = {
  external: true,
  durable: false,
  exactlyOnce: true,
  backPressure: "publisher",
};

/** Guest without code: it starts as expected, then sends frames of a test. */
export class ScriptedGuest {
  killed = false;
  /** True while it reads received frames. Set by `stall` and `resume`. */
  reads = true;
  /** Kinds of frames that it does not answer while it starts. */
  readonly silentAt = new Set<number>();
  /** Received frames. */
  readonly received: (readonly unknown[])[] = [];
  /** Ends the guest by itself. */
  readonly end: (how: string) => void;
  readonly spawner: GuestSpawner;
  readonly #kind: GuestKind;
  #reading = Promise.withResolvers<void>();
  #receive!: (batch: Uint8Array) => Promise<void> | void;

  /**
   * Creates a guest that is not started. A kill ends when `killing` resolves.
   */
  constructor(
    kind: GuestKind = "module",
    { isolation = "worker", killing = Promise.resolve() }: {
      readonly isolation?: GuestSpawner["isolation"];
      readonly killing?: Promise<void>;
    } = {},
  ) {
    this.#kind = kind;
    const ended = Promise.withResolvers<string>();
    this.end = ended.resolve;
    // deno-lint-ignore no-this-alias -- the link has its own getter
    const guest = this;
    this.spawner = {
      isolation,
      spawn: () =>
        Promise.resolve({
          link: {
            room: () => guest.reads ? undefined : guest.#reading.promise,
            send: (batch) => readFrames(batch, (items) => this.#handle(items)),
            listen: (receive) => {
              this.#receive = receive;
              queueMicrotask(() => this.#start());
            },
            close: () => {},
          },
          ended: ended.promise,
          kill: () => {
            this.killed = true;
            return killing;
          },
        }),
    };
  }

  /** Options by which a host starts it. */
  get options(): GuestOptions {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    return {
      kind: this.#kind,
      id: "strange",
      specifier: "npm:strange",
      spawner: this.spawner,
      grants: grants({}),
      limits: DEFAULT_LIMITS,
      log,
      keep: false,
    };
  }

  /** Stops reading, so that its link has no room. */
  stall(): void {
    this.reads = false;
  }

  /** Continues to read. */
  resume(): void {
    this.reads = true;
    this.#reading.resolve();
    this.#reading = Promise.withResolvers();
  }

  /** Sends these frames as one batch. */
  say(...frames: readonly Frame[]): Promise<void> | void {
    const batch = new Batch();
    for (const frame of frames) batch.add(frame);
    return this.#receive(batch.take());
  }

  /** Sends these bytes as one batch. */
  write(batch: Uint8Array): Promise<void> | void {
    return this.#receive(batch);
  }

  #start(): void {
    if (this.silentAt.has(FROM_GUEST.hello)) return;
    this.say([FROM_GUEST.hello, PROTOCOL_VERSION]);
  }

  #handle(items: readonly unknown[]): void {
    this.received.push(items);
    const kind = items[0] as number;
    if (this.silentAt.has(kind)) return;
    switch (kind) {
      case FROM_HOST.load:
        return void this.say([
          FROM_GUEST.loaded,
          null,
          "strange",
          "",
          this.#kind,
        ]);
      case FROM_HOST.check:
        return void this.say([FROM_GUEST.checked, null, null, ABILITIES, {}]);
      case FROM_HOST.init:
        return void this.say([FROM_GUEST.ready, null]);
    }
  }
}

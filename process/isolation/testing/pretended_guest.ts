import { DEFAULT_LIMITS } from "../../config/module_limits.ts";
import { Batch } from "../batch.ts";
import {
  type Frame,
  FROM_GUEST,
  FROM_HOST,
  PROTOCOL_VERSION,
} from "../frames.ts";
import type { GuestOptions } from "../host/guest_options.ts";
import type { GuestKind, GuestSpawner } from "../host/guest_spawner.ts";
import { readFrames } from "../read_frames.ts";
import { grants } from "./some_grants.ts";

/** What the bus of a guest says that it can do. */
const ABILITIES = {
  external: true,
  durable: false,
  exactlyOnce: true,
  backPressure: "publisher",
};

/** A guest that isn't there: it starts as one should, and says then what a test wants. */
export class PretendedGuest {
  killed = false;
  /** Bytes that wait to be read by it. */
  backlog = 0;
  /** Kinds of frames that it doesn't answer while it starts. */
  readonly silentAt = new Set<number>();
  /** What it was sent. */
  readonly heard: (readonly unknown[])[] = [];
  /** Ends it, by itself. */
  readonly end: (how: string) => void;
  readonly spawner: GuestSpawner;
  readonly #kind: GuestKind;
  #receive!: (batch: Uint8Array) => void;

  /** It hasn't been started. `killing` is how long it takes to be gone. */
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
    // deno-lint-ignore no-this-alias -- the link has a getter of its own
    const guest = this;
    this.spawner = {
      isolation,
      spawn: () =>
        Promise.resolve({
          link: {
            get backlog() {
              return guest.backlog;
            },
            send: (batch) => readFrames(batch, (items) => this.#hear(items)),
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

  /** What a host needs to start it. */
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

  /** Sends these, as one batch. */
  say(...frames: readonly Frame[]): void {
    const batch = new Batch();
    for (const frame of frames) batch.add(frame);
    this.#receive(batch.take());
  }

  #start(): void {
    if (this.silentAt.has(FROM_GUEST.hello)) return;
    this.say([FROM_GUEST.hello, PROTOCOL_VERSION]);
  }

  #hear(items: readonly unknown[]): void {
    this.heard.push(items);
    const kind = items[0] as number;
    if (this.silentAt.has(kind)) return;
    switch (kind) {
      case FROM_HOST.load:
        return this.say([FROM_GUEST.loaded, null, "strange", "", this.#kind]);
      case FROM_HOST.check:
        return this.say([FROM_GUEST.checked, null, null, ABILITIES, {}]);
      case FROM_HOST.init:
        return this.say([FROM_GUEST.ready, null]);
    }
  }
}

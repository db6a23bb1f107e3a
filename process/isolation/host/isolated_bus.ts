import type {
  BusAbilities,
  CaryatidError,
  OpenOptions,
  PermissionRequest,
  SchemaResult,
} from "@caryatid/sdk";
import { abortedError, type BusClass, BusLayer } from "@caryatid/sdk/bus";
import { BridgeBus } from "../wire/client/bridge_bus.ts";
import { WINDOW } from "../wire/frames.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions } from "./guest_options.ts";

/** Class of buses whose code runs in a guest. It creates one bus. */
export interface IsolatedBusClass extends BusClass, AsyncDisposable {}

/**
 * Starts a guest that loads the class of buses at `options.specifier`. The code
 * is never loaded in this process: calls of the bus go over the bridge.
 *
 * Rejects with `LOAD_FAILED`, `GUEST_REFUSED` or `GUEST_ENDED`.
 *
 * @param onEnded called once, with the reason, if the bus ends without `close`
 */
export async function isolatedBus(
  options: GuestOptions,
  onEnded: (error: unknown) => void = () => {},
): Promise<IsolatedBusClass> {
  const guest = await Guest.start({
    ...options,
    kind: "message-bus",
    credit: WINDOW,
  });
  try {
    const { name, description } = await guest.load();
    const check = async (section: unknown): Promise<SchemaResult<unknown>> => {
      const { issues } = await guest.check(section);
      return issues ? { issues } : { value: section };
    };
    return {
      "~caryatid": { kind: "bus", version: 1 },
      name,
      description,
      config: {
        "~standard": {
          version: 1,
          vendor: "caryatid-guest",
          validate: check,
        },
      },
      permissions: () => guest.asked as PermissionRequest,
      create: () => createBus(guest, options, onEnded),
      [Symbol.asyncDispose]: () => guest.kill(),
    };
  } catch (error) {
    await guest.kill();
    throw error;
  }
}

function createBus(
  guest: Guest,
  { limits: { messageSize } }: GuestOptions,
  onEnded: (error: unknown) => void,
): IsolatedBus {
  const abilities = readAbilities(guest.abilities);
  let bridge!: BridgeBus;
  guest.attach((outbox) => {
    bridge = new BridgeBus({ outbox, abilities, messageSize, keep: false });
    return {
      readers: 0,
      owe: () => {}, // the guest sends only what was demanded
      receive: (items) => bridge.receive(items),
      abandon: (error) => bridge.end(error as CaryatidError),
    };
  }, (error) => bus.closing || onEnded(error));
  const bus = new IsolatedBus(guest, bridge);
  return bus;
}

/**
 * Bus of a guest as its host sees it. It ends with its guest: calls reject and
 * loops end.
 */
class IsolatedBus extends BusLayer {
  readonly #guest: Guest;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(guest: Guest, bridge: BridgeBus) {
    super(bridge);
    this.#guest = guest;
  }

  /** True once `close` was called. */
  get closing(): boolean {
    return this.#closing !== undefined;
  }

  override open({ signal }: OpenOptions = {}): Promise<void> {
    return this.#opening ??= this.#open(signal);
  }

  override close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #open(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closing) return await super.open(); // rejects with BUS_CLOSED
    const opening = this.#guest.open();
    if (signal === undefined) return await opening;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(abortedError("open the bus", signal));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([opening, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #close(): Promise<void> {
    await super.close();
    await this.#guest.finish();
  }
}

/** Reads the abilities that a guest claims for its bus. */
function readAbilities(claimed: unknown): BusAbilities {
  const { durable, exactlyOnce, backPressure } = Object(claimed);
  return {
    external: true,
    durable: durable === true,
    exactlyOnce: exactlyOnce === true,
    backPressure: backPressure === "broker" ? "broker" : "publisher",
  };
}

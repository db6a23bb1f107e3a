import type {
  BusAbilities,
  CaryatidError,
  HandleOptions,
  Handler,
  Handling,
  MessageBus,
  OpenOptions,
  PermissionRequest,
  PublishOptions,
  RequestOptions,
  SchemaResult,
  SubscribeOptions,
  Subscription,
} from "@caryatid/sdk";
import { abortedError, type BusClass } from "@caryatid/sdk/bus";
import { MOST_HEAD, WINDOW } from "../frames.ts";
import { BridgeBus } from "../guest/bridge_bus.ts";
import type { Outbox } from "../outbox.ts";
import { violation } from "../read_frames.ts";
import { checkBusFrame } from "./check_bus_frame.ts";
import { Guest } from "./guest.ts";
import type { GuestOptions } from "./guest_options.ts";

/** A class of buses whose code runs somewhere else. It makes one bus. */
export interface IsolatedBusClass extends BusClass, AsyncDisposable {}

/**
 * The class of buses at `options.specifier`, isolated: its code is never loaded in this process. Starts a guest that loads it; what
 * is published, heard, asked and answered on the bus goes over the bridge.
 *
 * Rejects with `LOAD_FAILED`, `GUEST_REFUSED` or `GUEST_ENDED`.
 *
 * @param onEnded hears once why the bus has ended, if nobody has closed it
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
      create: () => new IsolatedBus(guest, options, onEnded),
      [Symbol.asyncDispose]: () => guest.kill(),
    };
  } catch (error) {
    await guest.kill();
    throw error;
  }
}

/** The bus of a guest, seen from its host. When the guest has ended, so has the bus: whatever is called rejects, loops end. */
class IsolatedBus implements MessageBus {
  readonly abilities: BusAbilities;
  readonly #guest: Guest;
  readonly #bus: BridgeBus;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    guest: Guest,
    { limits: { messageSize } }: GuestOptions,
    onEnded: (error: unknown) => void,
  ) {
    this.#guest = guest;
    const abilities = readAbilities(guest.abilities);
    let bus!: BridgeBus;
    guest.attach((outbox: Outbox) => {
      bus = new BridgeBus({ outbox, abilities, messageSize, keep: false });
      return {
        readers: 0,
        owe: () => {}, // it sends what was demanded
        receive: (items, bytes) => {
          if (bytes > messageSize + MOST_HEAD) {
            throw violation(`a frame of ${bytes} bytes`);
          }
          checkBusFrame(items);
          return bus.receive(items);
        },
        abandon: (error) => bus.end(error as CaryatidError),
      };
    }, (error) => this.#closing || onEnded(error));
    this.#bus = bus;
    this.abilities = bus.abilities;
  }

  open({ signal }: OpenOptions = {}): Promise<void> {
    return this.#opening ??= this.#open(signal);
  }

  publish(
    topic: string,
    message: unknown,
    options?: PublishOptions,
  ): Promise<void> {
    return this.#bus.publish(topic, message, options);
  }

  request(
    topic: string,
    message: unknown,
    options?: RequestOptions,
  ): Promise<unknown> {
    return this.#bus.request(topic, message, options);
  }

  subscribe(pattern: string, options?: SubscribeOptions): Subscription {
    return this.#bus.subscribe(pattern, options);
  }

  handle(
    pattern: string,
    handler: Handler,
    options?: HandleOptions,
  ): Handling {
    return this.#bus.handle(pattern, handler, options);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closing) return await this.#bus.open(); // says that it is closed
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
    await this.#bus.close();
    await this.#guest.finish();
  }
}

/** What the guest says of its bus. */
function readAbilities(told: unknown): BusAbilities {
  const { durable, exactlyOnce, backPressure } = Object(told);
  return {
    external: true,
    durable: durable === true,
    exactlyOnce: exactlyOnce === true,
    backPressure: backPressure === "broker" ? "broker" : "publisher",
  };
}

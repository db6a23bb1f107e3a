import {
  CaryatidError,
  type Context,
  type Module,
  type PermissionRequest,
  type SchemaResult,
  type StandardSchema,
} from "@caryatid/sdk";
import { Guest } from "./host/guest.ts";
import type { GuestOptions, LoadedModule } from "./host/guest_options.ts";
import { Leftovers } from "./host/leftovers.ts";

/**
 * A module whose code runs somewhere else: for this process it is one like any other. Disposing of it ends the guest that there is;
 * the next `init` starts another one.
 */
export interface GuestModule extends Module, AsyncDisposable {
  /** What its guests were sent and had not begun when they ended. */
  readonly leftovers: Leftovers;
}

/**
 * The module at `options.specifier`, isolated: its code is never loaded in this process. Starts a guest that loads it, which the
 * next `init` uses; each further `init` starts another one. Whatever becomes of a guest is a failure of the module. `leftovers` are
 * those of the module in whose place it comes.
 *
 * Rejects with `LOAD_FAILED`, `GUEST_REFUSED` or `GUEST_ENDED`.
 */
export async function guestModule(
  options: GuestOptions,
  leftovers: Leftovers = new Leftovers(),
): Promise<GuestModule> {
  const lives = new GuestLives(options, leftovers);
  const { name, description } = await lives.load();
  return {
    "~caryatid": { kind: "module", version: 1 },
    name,
    description,
    config: lives.schema,
    permissions: () => lives.asked,
    init: (context, section) => lives.init(context, section),
    leftovers,
    [Symbol.asyncDispose]: () => lives.dispose(),
  };
}

/** One isolated module through its lives. */
class GuestLives {
  /** Asks the guest, which alone may load what checks the section. */
  readonly schema: StandardSchema;
  readonly #options: GuestOptions;
  readonly #leftovers: Leftovers;
  /** Has checked its section, and waits for `init`. */
  #prepared: Guest | undefined;
  /** Was given its `init` last. */
  #current: Guest | undefined;
  #asked: unknown = {};

  constructor(options: GuestOptions, leftovers: Leftovers) {
    this.#options = options;
    this.#leftovers = leftovers;
    this.schema = {
      "~standard": {
        version: 1,
        vendor: "caryatid-guest",
        validate: (section) => this.#check(section),
      },
    };
  }

  /** What the module asks to be allowed, once its section is checked. */
  get asked(): PermissionRequest {
    return this.#asked as PermissionRequest;
  }

  /** Starts a guest, and has it load the module. */
  async load(): Promise<LoadedModule> {
    const guest = await Guest.start(this.#options);
    try {
      const loaded = await guest.load();
      this.#prepared = guest;
      return loaded;
    } catch (error) {
      await guest.kill();
      throw error;
    }
  }

  async init(context: Context, section: unknown): Promise<void> {
    const guest = this.#prepared ?? await this.#start(section);
    this.#prepared = undefined;
    this.#current = guest;
    context.defer(() => guest.finish());
    if ("workingElsewhere" in context) {
      context.workingElsewhere = () => guest.working;
    }
    context.signal.addEventListener("abort", () => guest.stop(), {
      once: true,
    });
    await guest.init({
      bus: context,
      leftovers: this.#leftovers,
      onFailed: (error) => {
        if (!context.signal.aborted) context.run(() => Promise.reject(error));
      },
    });
    context.run(() => Promise.resolve(guest.begin()));
  }

  async dispose(): Promise<void> {
    const guests = [this.#prepared, this.#current];
    this.#prepared = this.#current = undefined;
    await Promise.all(guests.map((guest) => guest?.kill()));
  }

  async #check(section: unknown): Promise<SchemaResult<unknown>> {
    const guest = this.#prepared;
    if (guest === undefined) throw new TypeError("checked once already");
    const result = await guest.check(section);
    this.#asked = guest.asked;
    if (!result.issues) return { value: section };
    await this.dispose();
    return result;
  }

  /** Another life: the section was good before. */
  async #start(section: unknown): Promise<Guest> {
    await this.load();
    const { issues } = await this.#check(section);
    const guest = this.#prepared;
    if (guest) return guest;
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot start module "${this.#options.id}" with the same section: ` +
        issues?.map(({ message }) => message).join("; "),
    );
  }
}

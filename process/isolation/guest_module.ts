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
  /** The guest that there is stays when its context ends: the next `init` is given to it, as long as nobody has disposed of it. */
  setAside(): void;
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
    setAside: () => lives.setAside(),
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
  #isAside = false;

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
  async load(signal?: AbortSignal): Promise<LoadedModule> {
    const guest = await Guest.start(this.#options);
    this.#prepared = guest; // whoever disposes of this now ends it
    try {
      signal?.throwIfAborted();
      return await guest.load();
    } catch (error) {
      this.#prepared = undefined;
      await guest.kill();
      throw error;
    }
  }

  async init(context: Context, section: unknown): Promise<void> {
    this.#isAside = false;
    let guest = this.#resting();
    const current = () => guest ?? this.#prepared;
    context.defer(() =>
      this.#isAside ? current()?.rest() : current()?.finish()
    );
    if ("workingElsewhere" in context) {
      context.workingElsewhere = () => current()?.working ?? 0;
    }
    context.signal.addEventListener("abort", () => guest?.stop(), {
      once: true,
    });
    guest ??= this.#prepared ?? await this.#start(section, context.signal);
    this.#prepared = undefined;
    this.#current = guest;
    await guest.init({
      bus: context,
      leftovers: this.#leftovers,
      onFailed: (error) => {
        if (!context.signal.aborted) context.run(() => Promise.reject(error));
      },
    });
    context.run(() => Promise.resolve(guest.begin()));
  }

  /** What its context ends isn't its guest from here on: that stays, with its code, for another `init`. */
  setAside(): void {
    this.#isAside = true;
  }

  async dispose(): Promise<void> {
    const guests = [this.#prepared, this.#current];
    this.#prepared = this.#current = undefined;
    await Promise.all(guests.map((guest) => guest?.kill()));
  }

  #resting(): Guest | undefined {
    return this.#current?.over === false ? this.#current : undefined;
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
  async #start(section: unknown, signal: AbortSignal): Promise<Guest> {
    await this.load(signal);
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

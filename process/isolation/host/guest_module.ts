import {
  CaryatidError,
  type Context,
  type Module,
  type PermissionRequest,
  type SchemaResult,
  type StandardSchema,
} from "@caryatid/sdk";
import { Guest } from "./guest.ts";
import type { GuestUsage } from "./guest_usage.ts";
import type { GuestOptions, LoadedModule } from "./guest_options.ts";
import { Leftovers } from "../wire/server/leftovers.ts";

/**
 * Module whose code runs in a guest. This process treats it like any other
 * module. Disposing of it ends its guest; the next `init` starts another one.
 */
export interface GuestModule extends Module, AsyncDisposable {
  /** Deliveries that its guests had not begun when they ended. */
  readonly leftovers: Leftovers;
  /**
   * Memory that its guest reported last, in bytes; undefined if it shares the
   * memory of its host.
   */
  readonly memory: number | undefined;
  /** Cores that its guest used lately; undefined as for `memory`. */
  readonly cores: number | undefined;
  /** Name of its jail, or "none" with the reason; undefined for a worker. */
  readonly jail: string | undefined;
  /**
   * Keeps the guest when its context ends: the next `init` runs in it, unless
   * the module is disposed of before.
   */
  detach(): void;
}

/**
 * Returns the module at `options.specifier`, isolated: its code is never loaded
 * in this process. Starts a guest that loads the module, which the next `init`
 * uses; each further `init` starts another one. The end of a guest is a failure
 * of the module. `leftovers` are the deliveries of the replaced module.
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
    init: (context, section, options) =>
      lives.init(context, section, options?.previous),
    leftovers,
    get memory() {
      return lives.usage?.memory;
    },
    get cores() {
      return lives.usage?.cores;
    },
    get jail() {
      return lives.jail;
    },
    detach: () => lives.detach(),
    [Symbol.asyncDispose]: () => lives.dispose(),
  };
}

/** Isolated module through several guests. */
class GuestLives {
  /**
   * Checks the section in the guest, because only the guest may load the
   * schema.
   */
  readonly schema: StandardSchema;
  readonly #options: GuestOptions;
  readonly #leftovers: Leftovers;
  /** Guest that has checked its section, and waits for `init`. */
  #prepared: Guest | undefined;
  /** Guest of the last `init`. */
  #current: Guest | undefined;
  #asked: unknown = {};
  #detached = false;

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

  /** Usage of the guest; undefined for a worker, which shares its process. */
  get usage(): GuestUsage | undefined {
    return this.#options.spawner.isolation === "process"
      ? this.#current?.usage
      : undefined;
  }

  /** Jail of the last guest. */
  get jail(): string | undefined {
    return (this.#prepared ?? this.#current)?.jail;
  }

  /** Permissions that the module asks for, once its section is checked. */
  get asked(): PermissionRequest {
    return this.#asked as PermissionRequest;
  }

  /** Starts a guest, which loads the module. */
  async load(signal?: AbortSignal): Promise<LoadedModule> {
    const guest = await Guest.start(this.#options);
    this.#prepared = guest; // disposal of this object now ends it
    try {
      signal?.throwIfAborted();
      return await guest.load();
    } catch (error) {
      this.#prepared = undefined;
      await guest.kill();
      throw error;
    }
  }

  async init(
    context: Context,
    section: unknown,
    previous: unknown,
  ): Promise<void> {
    this.#detached = false;
    let guest = this.#suspended();
    const current = () => guest ?? this.#prepared;
    context.defer(() =>
      this.#detached ? current()?.suspend() : current()?.finish()
    );
    if ("workingElsewhere" in context) {
      context.workingElsewhere = () => current()?.working ?? 0;
    }
    context.keep(() => current()?.kept());
    context.signal.addEventListener("abort", () => guest?.stop(), {
      once: true,
    });
    guest ??= this.#prepared ?? await this.#start(section, context.signal);
    this.#prepared = undefined;
    this.#current = guest;
    await guest.init({
      bus: context,
      leftovers: this.#leftovers,
      previous,
      processConfig: visibleTo(this.#options.id, context.processConfig),
      onFailed: (error) => {
        if (!context.signal.aborted) context.run(() => Promise.reject(error));
      },
    });
    context.run(() => Promise.resolve(guest.begin()));
  }

  /**
   * Keeps the guest, with its code, for another `init` when its context ends.
   */
  detach(): void {
    this.#detached = true;
  }

  async dispose(): Promise<void> {
    const guests = [this.#prepared, this.#current];
    this.#prepared = this.#current = undefined;
    await Promise.all(guests.map((guest) => guest?.kill()));
  }

  #suspended(): Guest | undefined {
    return this.#current?.over === false ? this.#current : undefined;
  }

  async #check(section: unknown): Promise<SchemaResult<unknown>> {
    const guest = this.#prepared;
    if (guest === undefined) {
      throw new CaryatidError(
        "GUEST_REFUSED",
        `Cannot check the section of module "${this.#options.id}": its guest ` +
          "has started already",
      );
    }
    // With issues the guest stays: keys of `[global]` may be the cause, and the
    // section is checked again without them.
    const result = await guest.check(section);
    this.#asked = guest.asked;
    return result.issues ? result : { value: section };
  }

  /** Starts a further guest. The section was valid before. */
  async #start(section: unknown, signal: AbortSignal): Promise<Guest> {
    await this.load(signal);
    const { issues } = await this.#check(section);
    const guest = this.#prepared;
    if (guest && !issues) return guest;
    await this.dispose();
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot start module "${this.#options.id}" with the same section: ` +
        issues?.map(({ message }) => message).join("; "),
    );
  }
}

/**
 * Returns the part of the configuration that a guest may see: `[global]` and
 * its own section.
 */
function visibleTo(id: string, tables: Context["processConfig"]): unknown {
  const { global = {}, module = {} } = tables;
  const own = (module as Readonly<Record<string, unknown>>)[id] ?? {};
  return { global, module: { [id]: own } };
}

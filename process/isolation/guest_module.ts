import {
  CaryatidError,
  type Context,
  type Module,
  type SchemaResult,
  type StandardSchema,
} from "@caryatid/sdk";
import { Guest, type GuestOptions } from "./host/guest.ts";
import { Leftovers } from "./host/leftovers.ts";

/** A module whose code runs somewhere else: for this process it is one like any other. */
export interface GuestModule extends Module, AsyncDisposable {}

/**
 * The module at `options.specifier`, isolated: its code is never loaded in this process.
 *
 * To check its section starts a guest, which the next `init` uses; each further `init` starts another one. Whatever becomes of a
 * guest, it is a failure of the module.
 */
export function guestModule(options: GuestOptions): GuestModule {
  const lives = new GuestLives(options);
  return {
    "~caryatid": { kind: "module", version: 1 },
    name: options.id,
    description: "",
    config: lives.schema,
    permissions: {},
    init: (context, section) => lives.init(context, section),
    [Symbol.asyncDispose]: () => lives.dispose(),
  };
}

/** One isolated module through its lives. */
class GuestLives {
  /** Asks the guest, which alone may load what checks the section. */
  readonly schema: StandardSchema;
  readonly #options: GuestOptions;
  readonly #leftovers = new Leftovers();
  /** Has checked its section, and waits for `init`. */
  #prepared: Guest | undefined;

  constructor(options: GuestOptions) {
    this.#options = options;
    this.schema = {
      "~standard": {
        version: 1,
        vendor: "caryatid-guest",
        validate: (section) => this.#check(section),
      },
    };
  }

  async init(context: Context, section: unknown): Promise<void> {
    const guest = this.#prepared ?? await this.#start(section);
    this.#prepared = undefined;
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
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.kill();
  }

  async #check(section: unknown): Promise<SchemaResult<unknown>> {
    await this.dispose();
    const guest = await Guest.start(this.#options);
    let result: SchemaResult<unknown> | undefined;
    try {
      result = await guest.check(section);
    } finally {
      if (result && !result.issues) this.#prepared = guest;
      else await guest.kill();
    }
    return result.issues ? result : { value: section };
  }

  async #start(section: unknown): Promise<Guest> {
    const { issues } = await this.#check(section);
    const guest = this.#prepared;
    if (guest) return guest;
    throw new CaryatidError(
      "INVALID_CONFIG",
      `Cannot start module "${this.#options.id}": ` +
        issues?.map(({ message }) => message).join("; "),
    );
  }
}

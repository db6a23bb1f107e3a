import { CaryatidError, isModule, type Log, type Module } from "@caryatid/sdk";
import { type BusClass, isBusClass } from "@caryatid/sdk/bus";
import { ModuleContext } from "@caryatid/sdk/host";
import { crossing } from "../crossing_error.ts";
import { FROM_GUEST, FROM_HOST } from "../frames.ts";
import type { Link } from "../link.ts";
import { connect, type Connection } from "./connect.ts";
import type { GuestBus, GuestBusOptions } from "./guest_bus.ts";
import { guestConsole } from "./guest_console.ts";
import { guestLog } from "./guest_log.ts";

/** What a {@linkcode GuestRuntime} is made of. */
export interface GuestRuntimeOptions {
  readonly link: Link;
  /** Imports the module. */
  readonly load: () => Promise<unknown>;
  readonly inspect: typeof Deno.inspect;
  /** Bytes that this guest takes. */
  readonly memory: () => number;
  /** Called when there is no host any more. */
  readonly onHostGone: () => void;
}

/** Runs one module, or bus, as its host says: load, check, init, begin, stop, end. */
export class GuestRuntime {
  /** Set by `bus.ts`, which only the guest of a bus imports: its files take their part of a start. */
  static makeBus: ((options: GuestBusOptions) => GuestBus) | undefined;
  readonly #options: GuestRuntimeOptions;
  #connection!: Connection;
  #module: Module | undefined;
  #bus: GuestBus | undefined;
  #config: unknown;
  #context: ModuleContext | undefined;
  #running = 0;

  /** Nothing is loaded yet. */
  constructor(options: GuestRuntimeOptions) {
    this.#options = options;
  }

  /** Says hello, and does what the host says from then on. */
  start(): void {
    const { link, memory, onHostGone } = this.#options;
    connect(link, {
      memory,
      other: (items, connection, bytes) => {
        this.#connection = connection;
        this.#do(items, bytes);
      },
      onEnd: onHostGone,
    });
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#failed(event.reason);
    });
    addEventListener("error", (event) => {
      event.preventDefault();
      this.#failed(event.error);
    });
  }

  #do(items: readonly unknown[], bytes: number): void {
    switch (items[0]) {
      case FROM_HOST.load:
        this.#load(items[1] as string);
        break;
      case FROM_HOST.check:
        this.#check(items[1], items[2] as string);
        break;
      case FROM_HOST.init:
        this.#init(items[1] as string);
        break;
      case FROM_HOST.begin:
        this.#context?.begin();
        this.#connection.outbox.add([FROM_GUEST.busy, this.#running]);
        break;
      case FROM_HOST.stop:
        this.#context?.stop();
        break;
      case FROM_HOST.finish:
        this.#finish(items[1] as boolean);
        break;
      default:
        this.#bus?.receive(items, bytes);
    }
  }

  async #load(specifier: string): Promise<void> {
    const { outbox } = this.#connection;
    try {
      const log = guestLog(outbox, this.#options.inspect);
      globalThis.console = guestConsole(log, this.#options.inspect) as Console;
      const exported = await this.#options.load() as { default?: unknown };
      const definition = exported.default;
      const isBus = isBusClass(definition);
      if (isBus) this.#makeBus(definition, log);
      else this.#module = moduleOf(specifier, definition);
      const { name, description } = definition as Module | BusClass;
      const kind = isBus ? "message-bus" : "module";
      outbox.add([FROM_GUEST.loaded, null, name, description, kind]);
    } catch (error) {
      outbox.add([FROM_GUEST.loaded, crossing(error), "", "", ""]);
    }
  }

  /** Where a module was wanted, its host hears of the bus and goes no further. */
  #makeBus(definition: BusClass, log: Log): void {
    const { outbox, messageSize } = this.#connection;
    const options = { definition, outbox, messageSize, log };
    this.#bus = GuestRuntime.makeBus?.(options);
  }

  get #definition(): Module | BusClass {
    return this.#bus?.definition ?? this.#module!;
  }

  async #check(section: unknown, id: string): Promise<void> {
    const { outbox } = this.#connection;
    const definition = this.#definition;
    try {
      const result = await definition.config?.["~standard"]
        .validate(section) ?? { value: section };
      const issues = result.issues?.map(({ message, path = [] }) => ({
        message: String(message),
        path: path.map((step) => crossingStep(step)),
      }));
      if (!result.issues) this.#config = result.value;
      const asked = issues ? {} : askedBy(definition, this.#config);
      const abilities = issues
        ? undefined
        : this.#bus?.create(id, this.#config);
      outbox.add([
        FROM_GUEST.checked,
        null,
        issues ?? null,
        abilities ?? null,
        asked,
      ]);
    } catch (error) {
      outbox.add([FROM_GUEST.checked, crossing(error), null, null, {}]);
    }
  }

  async #init(id: string): Promise<void> {
    const { outbox } = this.#connection;
    try {
      if (this.#bus) await this.#bus.open();
      else await this.#initModule(id);
      outbox.add([FROM_GUEST.ready, null]);
    } catch (error) {
      outbox.add([FROM_GUEST.ready, crossing(error)]);
    }
  }

  async #initModule(id: string): Promise<void> {
    const { bus, outbox } = this.#connection;
    const context = this.#context = new ModuleContext({
      id,
      bus,
      log: guestLog(outbox, this.#options.inspect),
      around: (handler, work) => handler ? work() : this.#watched(work),
      onFailure: (error) => this.#failed(error),
    });
    await this.#module!.init(context, this.#config);
    await context.ready();
  }

  /** The host is to know how many tasks run: it waits for them when it stops. */
  #watched<T>(work: () => T): T {
    const { outbox } = this.#connection;
    outbox.add([FROM_GUEST.busy, ++this.#running]);
    const over = () => outbox.add([FROM_GUEST.busy, --this.#running]);
    const result = work();
    Promise.resolve(result).then(over, over);
    return result;
  }

  #failed(error: unknown): void {
    const { bus, outbox } = this.#connection;
    bus.blame(error);
    outbox.add([FROM_GUEST.failed, crossing(error)]);
  }

  /** All that it held is closed; where it stays, its code may be told to set itself up once more. */
  async #finish(stays: boolean): Promise<void> {
    const { bus, outbox } = this.#connection;
    await this.#context?.close();
    await this.#context?.ended();
    await this.#bus?.close();
    if (!stays) bus.end();
    outbox.add([FROM_GUEST.ended]);
    outbox.flush();
  }
}

function moduleOf(specifier: string, module: unknown): Module {
  if (isModule(module)) return module;
  throw new CaryatidError(
    "WRONG_EXPORT",
    `Cannot run "${specifier}": found ${typeof module} as its default ` +
      "export, wanted a module or bus",
    { hint: "make it with defineModule or defineBus of @caryatid/sdk" },
  );
}

/** Numbers and texts cross; a symbol is told as one. */
function crossingStep(
  step: PropertyKey | { readonly key: PropertyKey },
): number | string {
  const key = typeof step === "object" ? step.key : step;
  return typeof key === "number" ? key : String(key);
}

/** What it asks to be allowed with this section. The host looks at it. */
function askedBy(
  { permissions }: Pick<Module | BusClass, "permissions">,
  config: unknown,
): unknown {
  return typeof permissions === "function" ? permissions(config) : permissions;
}

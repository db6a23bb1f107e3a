import {
  CaryatidError,
  isModule,
  type Log,
  type MessageBus,
  type Module,
  type SchemaIssue,
} from "@caryatid/sdk";
import { type BusClass, isBusClass } from "@caryatid/sdk/bus";
import {
  type FrozenTable,
  frozenTables,
  issueKeys,
  ModuleContext,
  unknownKeys,
} from "@caryatid/sdk/internal/host";
import type { ModuleTracer } from "@caryatid/sdk/internal/tracing";
import { toWireError } from "../wire/wire_error.ts";
import { FROM_GUEST, FROM_HOST } from "../wire/frames.ts";
import { keptFrame } from "../wire/kept_state.ts";
import type { Link } from "../wire/link.ts";
import { connect, type Connection } from "../wire/client/connect.ts";
import type { GuestBus, GuestBusOptions } from "./guest_bus.ts";
import { guestConsole, guestLog } from "./guest_log.ts";

/** Maximum number of problems of a section that are sent to the host. */
const MAX_ISSUES = 1000;
/** Maximum length of a text that describes the module or a problem. */
const MAX_TEXT = 4096;

/** Options of {@linkcode GuestRuntime}. */
export interface GuestRuntimeOptions {
  readonly link: Link;
  /** Imports the module. */
  readonly load: () => Promise<unknown>;
  readonly inspect: typeof Deno.inspect;
  /** Returns the memory of this guest, in bytes. */
  readonly memory: () => number;
  /** Returns the processor time that this guest has used, in milliseconds. */
  readonly cpu: () => number;
  /** Called when the connection to the host has ended. */
  readonly onHostGone: () => void;
  /** Carries the position in a trace through the code of a module. */
  readonly tracing?: RuntimeTracing | undefined;
  /** Creates the bus of a guest that runs a bus. */
  readonly makeBus?: ((options: GuestBusOptions) => GuestBus) | undefined;
}

/** Tracing of a guest, whose code is loaded only if its host traces. */
export interface RuntimeTracing extends ModuleTracer {
  /** Wraps the bus of the guest. */
  watch(inner: MessageBus): MessageBus;
  /** Wraps the log of the guest. */
  log(inner: Log): Log;
}

/**
 * Runs one module or bus. The host sends each step: load, check, init, begin,
 * stop, finish.
 */
export class GuestRuntime {
  readonly #options: GuestRuntimeOptions;
  #connection!: Connection;
  #module: Module | undefined;
  #bus: GuestBus | undefined;
  #config: unknown;
  #context: ModuleContext | undefined;
  #running = 0;

  /** Starts without loaded code. */
  constructor(options: GuestRuntimeOptions) {
    this.#options = options;
  }

  /** Sends a hello to the host, and handles the host's frames from then on. */
  start(): void {
    const { link, memory, cpu, onHostGone } = this.#options;
    connect(link, {
      memory,
      cpu,
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
        this.#init(
          items[1] as string,
          items[2] as FrozenTable,
          items[3] as readonly unknown[],
        );
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
      const words = [cut(name), cut(description)] as const;
      const kind = isBus ? "message-bus" : "module";
      outbox.add([FROM_GUEST.loaded, null, ...words, kind]);
    } catch (error) {
      outbox.add([FROM_GUEST.loaded, toWireError(error), "", "", ""]);
    }
  }

  /**
   * Creates the bus if this guest may run one. A host that wanted a module
   * receives the kind of the code, and refuses it.
   */
  #makeBus(definition: BusClass, log: Log): void {
    const { outbox, messageSize } = this.#connection;
    const options = { definition, outbox, messageSize, log };
    this.#bus = this.#options.makeBus?.(options);
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
      const issues = result.issues?.flatMap(crossingIssues)
        .slice(0, MAX_ISSUES);
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
      outbox.add([FROM_GUEST.checked, toWireError(error), null, null, {}]);
    }
  }

  async #init(
    id: string,
    processConfig: FrozenTable,
    [previous]: readonly unknown[],
  ): Promise<void> {
    const { outbox } = this.#connection;
    try {
      if (this.#bus) await this.#bus.open();
      else {
        await this.#initModule(id, frozenTables(processConfig), previous);
      }
      outbox.add([FROM_GUEST.ready, null]);
    } catch (error) {
      outbox.add([FROM_GUEST.ready, toWireError(error)]);
    }
  }

  async #initModule(
    id: string,
    processConfig: FrozenTable,
    previous: unknown,
  ): Promise<void> {
    const { bus, outbox } = this.#connection;
    const { inspect, tracing } = this.#options;
    const log = guestLog(outbox, inspect);
    const context = this.#context = new ModuleContext({
      id,
      bus: tracing?.watch(bus) ?? bus,
      log: tracing?.log(log) ?? log,
      tracing,
      processConfig: () => processConfig,
      around: (_, work) => this.#watched(work),
      onFailure: (error) => this.#failed(error),
    });
    await this.#module!.init(context, this.#config, { previous });
    await context.ready();
  }

  /**
   * Runs a task. Reports the number of running tasks to the host, which waits
   * for them when it stops the guest.
   */
  #watched<T>(work: () => T): T {
    const { outbox } = this.#connection;
    outbox.add([FROM_GUEST.busy, ++this.#running]);
    const over = () => outbox.add([FROM_GUEST.busy, --this.#running]);
    try {
      const result = work();
      Promise.resolve(result).then(over, over);
      return result;
    } catch (error) {
      over();
      throw error;
    }
  }

  #failed(error: unknown): void {
    const { bus, outbox } = this.#connection;
    bus.blame(error);
    outbox.add([FROM_GUEST.failed, toWireError(error)]);
  }

  async #sendState(): Promise<void> {
    const context = this.#context;
    const { outbox, messageSize } = this.#connection;
    if (context === undefined) return;
    outbox.add(await keptFrame(() => context.kept(), messageSize));
  }

  /**
   * Closes everything that the module or bus has open. If the guest stays, the
   * host may send another `init`.
   */
  async #finish(stays: boolean): Promise<void> {
    const { bus, outbox } = this.#connection;
    await this.#context?.close();
    await this.#context?.ended();
    await this.#bus?.close();
    if (stays) await this.#sendState();
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
      "export; expected a module or bus",
    { hint: "Make it with defineModule or defineBus of @caryatid/sdk." },
  );
}

/** Cuts a text to the maximum length that the host accepts during a start. */
function cut(text: unknown): string {
  return String(text ?? "").slice(0, MAX_TEXT).toWellFormed();
}

/** An issue as it is sent to the host. */
interface CrossingIssue {
  readonly message: string;
  readonly path: readonly (number | string)[];
  /** True for a key that the schema does not know; `path` ends in the key. */
  readonly unknown?: true;
}

/** Returns an issue for each unknown key, else the issue itself. */
function crossingIssues(issue: SchemaIssue): CrossingIssue[] {
  const message = cut(issue.message);
  const step = (key: number | string) =>
    typeof key === "number" ? key : cut(key);
  const unknown = unknownKeys(issue);
  return unknown.length > 0
    ? unknown.map((path) => ({ message, path: path.map(step), unknown: true }))
    : [{ message, path: issueKeys(issue).map(step) }];
}

/** Returns the permissions that the code asks for, which the host checks. */
function askedBy(
  { permissions }: Pick<Module | BusClass, "permissions">,
  config: unknown,
): unknown {
  return typeof permissions === "function" ? permissions(config) : permissions;
}

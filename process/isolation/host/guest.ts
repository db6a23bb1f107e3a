import type { CaryatidError, SchemaResult } from "@caryatid/sdk";
import { FROM_GUEST, FROM_HOST } from "../wire/frames.ts";
import { checkState } from "../wire/kept_state.ts";
import { violation } from "../wire/protocol_errors.ts";
import type { Outbox } from "../wire/outbox.ts";
import { checkBusFrame, checkModuleFrame } from "../wire/frame_schema.ts";
import type { BusServer } from "../wire/server/bus_server.ts";
import { fromWireError } from "../wire/wire_error.ts";
import { GuestChannel } from "./guest_channel.ts";
import { checkKind, endedError, goneError, loadError } from "./guest_errors.ts";
import { GuestLogWriter } from "./guest_log_writer.ts";
import type {
  GuestInit,
  GuestOptions,
  LoadedModule,
  Traffic,
} from "./guest_options.ts";
import { guestOrder } from "./guest_order.ts";
import type { SpawnedGuest } from "./guest_spawner.ts";
import { GuestUsage } from "./guest_usage.ts";
import { GuestWatch } from "./guest_watch.ts";
import { moduleServer } from "./module_server.ts";
import { StartAnswers } from "./start_answers.ts";

/** Maximum time that a guest has to clean up, in milliseconds. */
const FINISH_TIME = 10_000;

/**
 * Guest that runs an isolated module or bus, from its start to its end. The
 * code of the guest runs elsewhere and is not trusted.
 */
export class Guest {
  /** Memory and processor time that the guest reports. */
  readonly usage: GuestUsage = new GuestUsage();
  readonly #options: GuestOptions;
  readonly #spawned: SpawnedGuest;
  readonly #channel: GuestChannel;
  readonly #log: GuestLogWriter;
  readonly #answers = new StartAnswers();
  readonly #watch: GuestWatch;
  /** Settled when the guest has cleaned up. */
  #cleaning: PromiseWithResolvers<void> | undefined;
  #traffic: Traffic | undefined;
  /** The same as `#traffic` if the guest runs a module. */
  #server: BusServer | undefined;
  #onFailed: ((error: unknown) => void) | undefined;
  #stopped: Promise<void> | undefined;
  #kept: {
    readonly error?: CaryatidError | undefined;
    readonly state?: unknown;
  } = {};
  #running = 0;
  #ready = false;
  #suspended = false;
  #over = false;

  /** Starts a guest. Rejects with `GUEST_REFUSED`. */
  static async start(options: GuestOptions): Promise<Guest> {
    const log = new GuestLogWriter(options.log);
    const spawned = await options.spawner.spawn(
      guestOrder(options, (line) => log.line(line)),
    );
    return new Guest(options, spawned, log);
  }

  private constructor(
    options: GuestOptions,
    spawned: SpawnedGuest,
    log: GuestLogWriter,
  ) {
    this.#options = options;
    this.#spawned = spawned;
    this.#log = log;
    log.onExceeded = (error) => this.#fail(error);
    this.#watch = new GuestWatch({
      guest: options,
      ping: () => this.#channel.ping(),
      end: (found, hint) => this.#end(found, hint),
    });
    this.#watch.beginStart();
    this.#channel = new GuestChannel({
      link: spawned.link,
      credit: options.credit,
      messageSize: options.limits.messageSize,
      keep: options.keep,
      check: options.kind === "message-bus" ? checkBusFrame : checkModuleFrame,
      onFrame: () => this.#watch.beat(),
      receive: (items, bytes) => this.#receive(items, bytes),
      onError: (error) => this.#fail(error),
    });
    spawned.ended.then((how) => this.#end(how));
  }

  /** Number of the guest's tasks that do more than wait for a delivery. */
  get working(): number {
    return Math.max(0, this.#running - (this.#traffic?.readers ?? 0));
  }

  /** Name of its jail, or "none" with the reason; undefined for a worker. */
  get jail(): string | undefined {
    return this.#spawned.jail;
  }

  /** Permissions that the module asks for, unchecked. Set by `check`. */
  get asked(): unknown {
    return this.#answers.asked;
  }

  /** Abilities that the bus claims, unchecked. Set by `check`. */
  get abilities(): unknown {
    return this.#answers.abilities;
  }

  /** True once the guest has ended. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Loads the guest's code. Rejects with `LOAD_FAILED`, or with `GUEST_ENDED`
   * if the guest ends before its hello.
   */
  async load(): Promise<LoadedModule> {
    await this.#channel.hello.promise;
    const loading = this.#answers.loaded.expect();
    this.#channel.send([FROM_HOST.load, this.#options.specifier]);
    try {
      const loaded = await loading;
      checkKind(loaded, this.#options);
      return loaded;
    } catch (cause) {
      throw loadError(this.#options, cause);
    }
  }

  /** Checks the section of the configuration in the guest. */
  async check(section: unknown): Promise<SchemaResult<unknown>> {
    const checking = this.#answers.checked.expect();
    this.#channel.send([FROM_HOST.check, section, this.#options.id]);
    const result = await checking;
    this.#watch.endStart(); // the host's own work until `init` does not count
    return result;
  }

  /**
   * Calls `init` in the guest. Resolves when all subscriptions of the guest are
   * ready. Callable again after {@linkcode suspend}.
   */
  async init(parts: GuestInit): Promise<void> {
    if (!this.#over) this.#watch.beginStart();
    if (this.#suspended) this.#resume(parts);
    else {
      this.attach(
        (outbox) =>
          this.#server = moduleServer(
            this.#options,
            parts,
            outbox,
            (found, hint) => this.#end(found, hint),
          ),
        parts.onFailed,
      );
    }
    await this.open(parts.processConfig, parts.previous);
    if (!this.#over) parts.leftovers.drop(this.#options.log);
  }

  /**
   * Creates the traffic that handles frames of the bus. `onFailed` is called
   * once, with the reason of a failure.
   */
  attach(
    make: (outbox: Outbox) => Traffic,
    onFailed: (error: unknown) => void,
  ): void {
    this.#onFailed = onFailed;
    this.#traffic = make(this.#channel.outbox);
    this.#channel.attach(this.#traffic);
  }

  /** Sends `init` and waits until the guest is ready. */
  async open(processConfig: unknown = {}, previous?: unknown): Promise<void> {
    const ready = this.#answers.ready.expect();
    this.#channel.send([
      FROM_HOST.init,
      this.#options.id,
      processConfig,
      this.#crossing(previous),
    ]);
    await ready;
    this.#watch.endStart();
    if (this.#over) return;
    this.#ready = true;
    this.#watch.begin();
  }

  /**
   * Returns the state that its module keeps for its successor.
   *
   * @throws {CaryatidError} the reason why the guest cannot keep it
   */
  kept(): unknown {
    const { error, state } = this.#kept;
    if (error) throw error;
    return state;
  }

  /** Starts the tasks of the guest. */
  begin(): void {
    this.#running = 1; // until the guest reports its tasks
    this.#channel.send([FROM_HOST.begin]);
  }

  /**
   * Stops new work. If other code takes over, deliveries that were sent ahead
   * are finished first.
   */
  stop(): void {
    this.#stopped ??= this.#stop();
  }

  /** Waits for a bounded time until the guest has cleaned up, and ends it. */
  async finish(): Promise<void> {
    await this.#cleanUp(false);
    await this.kill();
  }

  /**
   * Waits as `finish` does, but keeps the guest for another `init`. Until then
   * the guest's calls are refused. A guest that is not ready, or does not clean
   * up in time, is ended.
   */
  async suspend(): Promise<void> {
    const stays = this.#ready && !this.#over;
    if (!await this.#cleanUp(stays) || !stays || this.#over) {
      return await this.kill();
    }
    this.#suspended = true;
    this.#running = 0;
    this.#onFailed = this.#stopped = undefined;
    this.#server?.suspend();
  }

  /** Ends the guest now. */
  async kill(): Promise<void> {
    this.#end("it was ended by its host");
    await this.#spawned.kill();
  }

  #resume({ bus, onFailed }: GuestInit): void {
    this.#suspended = false;
    this.#onFailed = onFailed;
    this.#server?.resume(bus);
  }

  /** Returns the state in an array, empty if the guest cannot receive it. */
  #crossing(state: unknown): readonly unknown[] {
    if (state === undefined) return [];
    const { limits, log } = this.#options;
    try {
      checkState(state, limits.messageSize);
      return [state];
    } catch (error) {
      log.warn("[STATE_NOT_KEPT] continuing without the state: {reason}", {
        code: "STATE_NOT_KEPT",
        reason: (error as Error).message,
      });
      return [];
    }
  }

  async #stop(): Promise<void> {
    await this.#traffic?.settled?.();
    this.#channel.send([FROM_HOST.stop]);
  }

  /** Returns true if the guest was in time. */
  async #cleanUp(stays: boolean): Promise<boolean> {
    if (this.#traffic === undefined || this.#over) return true;
    const cleaning = this.#cleaning = Promise.withResolvers<void>();
    let inTime = true;
    const late = setTimeout(() => {
      inTime = false;
      cleaning.resolve();
    }, FINISH_TIME);
    Promise.resolve(this.#stopped).then(() => {
      this.#traffic?.finish?.();
      this.#channel.send([FROM_HOST.finish, stays]);
    });
    await cleaning.promise;
    clearTimeout(late);
    return inTime;
  }

  #receive(items: readonly unknown[], bytes: number): boolean {
    switch (items[0]) {
      case FROM_GUEST.pong:
        this.usage.report(items[1] as number, items[2] as number);
        this.#watch.checkMemory(items[1] as number);
        return true;
      case FROM_GUEST.log:
        this.#log.write(items, bytes);
        return true;
      case FROM_GUEST.busy:
        this.#running = items[1] as number;
        return true;
      case FROM_GUEST.failed:
        this.#fail(fromWireError(items[1]));
        return true;
      case FROM_GUEST.kept:
        if (!this.#cleaning) {
          throw violation("a state that the host does not keep");
        }
        this.#kept = {
          error: fromWireError(items[1]),
          state: (items[2] as readonly unknown[] | null)?.[0],
        };
        return true;
      case FROM_GUEST.ended:
        this.#cleaning?.resolve();
        return true;
      default:
        return this.#answers.receive(items);
    }
  }

  #end(found: string, hint?: string): void {
    this.#fail(endedError(this.#options, found, hint));
  }

  /** Ends the guest. Only the first reason counts. */
  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.stop();
    this.#log.close();
    this.#running = 0;
    this.#traffic?.abandon(goneError(this.#options, error));
    this.#channel.close(error);
    this.#answers.abandon(error);
    this.#cleaning?.resolve();
    this.#spawned.kill();
    this.#onFailed?.(error);
  }
}

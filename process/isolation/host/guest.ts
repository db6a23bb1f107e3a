import type { SchemaResult } from "@caryatid/sdk";
import { arrived } from "../crossing_error.ts";
import {
  FROM_GUEST,
  FROM_HOST,
  mostBatch,
  PROTOCOL_VERSION,
} from "../frames.ts";
import { Outbox } from "../outbox.ts";
import { readFrames, violation } from "../read_frames.ts";
import type { BusRelay } from "./bus_relay.ts";
import { checkKind, endedError, loadError } from "./guest_errors.ts";
import {
  GUEST_ABILITIES,
  type GuestInit,
  type GuestOptions,
  type LoadedModule,
  type Traffic,
} from "./guest_options.ts";
import { GuestRecords } from "./guest_records.ts";
import type { SpawnedGuest } from "./guest_spawner.ts";
import { GuestWatch } from "./guest_watch.ts";
import { moduleRelay } from "./module_relay.ts";
import { readCount } from "./read_items.ts";
import { goneError } from "./relayed_handling.ts";
import { StartAnswers } from "./start_answers.ts";
import { StartTime } from "./start_time.ts";

/** A guest that is to end has so long to clean up, in milliseconds. */
const FINISH_TIME = 10_000;

/** One life of an isolated module: its code runs elsewhere, and isn't trusted. */
export class Guest {
  readonly #options: GuestOptions;
  readonly #spawned: SpawnedGuest;
  readonly #outbox: Outbox;
  readonly #records: GuestRecords;
  readonly #answers = new StartAnswers();
  /** Where it is to clean up: settled when that is done. */
  #cleaning: PromiseWithResolvers<void> | undefined;
  #relay: Traffic | undefined;
  /** The same, where it is a module's. */
  #relayed: BusRelay | undefined;
  readonly #watch: GuestWatch;
  #onFailed: ((error: unknown) => void) | undefined;
  readonly #startTime: StartTime;
  #stopped: Promise<void> | undefined;
  #running = 0;
  /** Bytes that came before there was a relay. */
  #early = 0;
  #greeted = false;
  #ready = false;
  #resting = false;
  #over = false;

  /** Starts one. Rejects with `GUEST_REFUSED`. */
  static async start(options: GuestOptions): Promise<Guest> {
    const { id, specifier, integrity, spawner, grants, limits, log } = options;
    const { kind = "module" } = options;
    const records = new GuestRecords(log);
    const spawned = await spawner.spawn({
      kind,
      id,
      specifier,
      integrity,
      grants,
      memory: limits.memory,
      mostBatch: mostBatch(limits.messageSize),
      onOutput: (line) => records.line(line),
    });
    return new Guest(options, spawned, records);
  }

  private constructor(
    options: GuestOptions,
    spawned: SpawnedGuest,
    records: GuestRecords,
  ) {
    this.#options = options;
    this.#spawned = spawned;
    this.#records = records;
    this.#outbox = new Outbox(spawned.link, options.credit);
    this.#watch = new GuestWatch({
      guest: options,
      link: spawned.link,
      ping: () => {
        this.#outbox.hurry([FROM_HOST.ping]);
        this.#outbox.touch();
      },
      end: (found, hint) => this.#end(found, hint),
    });
    const { startDeadline } = options.limits;
    this.#startTime = new StartTime(
      startDeadline,
      () =>
        this.#end(
          `it took more than ${startDeadline / 1000} s to start`,
          "limits.start-deadline gives more time",
        ),
    );
    this.#startTime.begin();
    spawned.link.listen(
      (batch) => this.#receiveBatch(batch),
      (error) => error && this.#fail(error),
    );
    spawned.ended.then((how) => this.#end(how));
  }

  /** Tasks of the guest that do something else than wait for the next delivery, as far as is known. */
  get working(): number {
    return Math.max(0, this.#running - (this.#relay?.readers ?? 0));
  }

  /** What its module says that it asks to be allowed, once its section is checked. Nobody has looked at it yet. */
  get asked(): unknown {
    return this.#answers.asked;
  }

  /** What its bus says that it can do, once its section is checked. Nobody has looked at it yet. */
  get abilities(): unknown {
    return this.#answers.abilities;
  }

  /** Whether it is over, for whatever reason. */
  get over(): boolean {
    return this.#over;
  }

  /** Has it load its code. Rejects with `LOAD_FAILED`, or `GUEST_ENDED` if it doesn't get as far as saying hello. */
  async load(): Promise<LoadedModule> {
    await this.#answers.hello.promise;
    this.#outbox.add([FROM_HOST.load, this.#options.specifier]);
    try {
      const loaded = await this.#answers.loaded.promise;
      checkKind(loaded, this.#options);
      return loaded;
    } catch (cause) {
      throw loadError(this.#options, cause);
    }
  }

  /** Has it check its section. */
  async check(section: unknown): Promise<SchemaResult<unknown>> {
    this.#outbox.add([FROM_HOST.check, section, this.#options.id]);
    const result = await this.#answers.checked.promise;
    this.#startTime.end(); // what its host does until `init` isn't its time
    return result;
  }

  /** Has it set itself up, and resolves when it hears all that it subscribed to. Once more after {@linkcode rest}. */
  async init(parts: GuestInit): Promise<void> {
    if (!this.#over) this.#startTime.begin();
    if (this.#resting) this.#resume(parts);
    else {
      this.attach(
        (outbox) =>
          this.#relayed = moduleRelay(
            this.#options,
            parts,
            outbox,
            (found) => this.#end(found, "limits.publish-rate allows more"),
          ),
        parts.onFailed,
      );
    }
    await this.open();
  }

  #resume({ bus, onFailed }: GuestInit): void {
    this.#resting = false;
    this.#onFailed = onFailed;
    this.#relayed?.resume(bus);
  }

  /** From here on its frames are dealt with by what is made here; `onFailed` hears once why it failed. */
  attach(
    make: (outbox: Outbox) => Traffic,
    onFailed: (error: unknown) => void,
  ): void {
    this.#onFailed = onFailed;
    this.#relay = make(this.#outbox);
    this.#relay.owe(this.#early);
  }

  /** Has it set itself up. */
  async open(): Promise<void> {
    this.#outbox.add([FROM_HOST.init, this.#options.id]);
    await this.#answers.ready.promise;
    this.#startTime.end();
    if (this.#over) return;
    this.#ready = true;
    this.#watch.begin();
  }

  /** Has it begin what it runs. */
  begin(): void {
    this.#running = 1; // until it tells how many it has begun
    this.#outbox.add([FROM_HOST.begin]);
  }

  /** No new work from here on. Where other code takes over, what it was sent ahead is finished first. */
  stop(): void {
    this.#stopped ??= this.#stop();
  }

  /** Waits until it has cleaned up, but not for ever, and ends it. */
  async finish(): Promise<void> {
    await this.#cleanedUp(false);
    await this.kill();
  }

  /**
   * Waits as `finish` does, but has it stay: it may be given another `init`, until it is killed. Nothing is done for it meanwhile. One
   * that wasn't ready, or doesn't clean up in time, is ended.
   */
  async rest(): Promise<void> {
    const stays = this.#ready && !this.#over;
    if (!await this.#cleanedUp(stays) || !stays || this.#over) {
      return await this.kill();
    }
    this.#resting = true;
    this.#running = 0;
    this.#onFailed = this.#stopped = undefined;
    this.#answers.renewReady();
    this.#relayed?.rest();
  }

  /** Says whether it was in time. */
  async #cleanedUp(stays: boolean): Promise<boolean> {
    if (this.#relay === undefined || this.#over) return true;
    const cleaning = this.#cleaning = Promise.withResolvers<void>();
    let inTime = true;
    const late = setTimeout(() => {
      inTime = false;
      cleaning.resolve();
    }, FINISH_TIME);
    Promise.resolve(this.#stopped).then(() => {
      this.#relay?.finish?.();
      this.#outbox.add([FROM_HOST.finish, stays]);
    });
    await cleaning.promise;
    clearTimeout(late);
    return inTime;
  }

  /** Ends it now. */
  async kill(): Promise<void> {
    this.#end("it was ended by its host");
    await this.#spawned.kill();
  }

  async #stop(): Promise<void> {
    await this.#relay?.settled?.();
    this.#outbox.add([FROM_HOST.stop]);
  }

  #receiveBatch(batch: Uint8Array): void {
    if (this.#over) return;
    try {
      readFrames(batch, (items, bytes) => {
        if (!this.#over) this.#receive(items, bytes);
      });
      this.#watch.checkBacklog();
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(items: readonly unknown[], bytes: number): void {
    this.#watch.beat();
    if (!this.#greeted) return this.#greet(items);
    if (this.#relay) this.#relay.owe(bytes);
    else this.#early += bytes;
    if (this.#receiveOwn(items, bytes)) return;
    if (this.#relay?.receive(items, bytes)) return;
    throw violation(`a frame of kind ${String(items[0])}`);
  }

  #greet([kind, version]: readonly unknown[]): void {
    if (kind !== FROM_GUEST.hello) throw violation("no hello");
    if (version !== PROTOCOL_VERSION) {
      throw violation(`version ${version}, wanted ${PROTOCOL_VERSION}`);
    }
    this.#greeted = true;
    const { limits: { messageSize }, keep } = this.#options;
    this.#outbox.add([FROM_HOST.welcome, GUEST_ABILITIES, messageSize, keep]);
    this.#answers.hello.resolve();
  }

  #receiveOwn(items: readonly unknown[], bytes: number): boolean {
    switch (items[0]) {
      case FROM_GUEST.pong:
        this.#watch.checkMemory(readCount(items[1]));
        return true;
      case FROM_GUEST.log:
        this.#records.write(items, bytes);
        return true;
      case FROM_GUEST.busy:
        this.#running = readCount(items[1]);
        return true;
      case FROM_GUEST.failed:
        this.#fail(arrived(items[1]) ?? violation("a failure without error"));
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

  /** The first reason counts. */
  #fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#startTime.end();
    this.#watch.stop();
    this.#running = 0;
    this.#relay?.abandon(this.#goneError(error));
    this.#outbox.close();
    this.#spawned.link.close();
    this.#answers.abandon(error);
    this.#cleaning?.resolve();
    this.#spawned.kill();
    this.#onFailed?.(error);
  }

  /** Requests that a module worked on end in that. */
  #goneError(error: unknown): unknown {
    const { kind, id } = this.#options;
    return kind === "message-bus" ? error : goneError(id, error);
  }
}

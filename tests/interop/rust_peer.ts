import assert from "node:assert/strict";
import { openClient } from "../broker/amqp_client.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { RunningProgram } from "../support/running_program.ts";
import { PEER } from "./peer_binary.ts";

/** What the Rust process has heard, or was answered. */
export interface Told {
  /** The topic, of what was heard. */
  readonly heard?: string;
  /** The message as Rust's JSON has it. */
  readonly message: unknown;
  /** The message in Rust's own words: they tell 1 from 1.0, and have all digits. */
  readonly debug: string;
}

/** How long it may take to end when its input has ended. */
const GRACE = 10_000;

/** A process of Rust Caryatid at work (tests/interop/rust), driven by its standard input. */
export class RustPeer implements AsyncDisposable {
  readonly #program: RunningProgram;
  readonly #broker: TestBroker;
  readonly #folder: string;
  #requests = 0;

  private constructor(
    program: RunningProgram,
    broker: TestBroker,
    folder: string,
  ) {
    this.#program = program;
    this.#broker = broker;
    this.#folder = folder;
  }

  /** Starts it with this TOML; resolves when its modules have been initialised, and the startup message is out. */
  static async start(broker: TestBroker, toml: string): Promise<RustPeer> {
    const folder = await Deno.makeTempDir({ prefix: "caryatid-rust-" });
    await Deno.writeTextFile(`${folder}/peer.toml`, toml);
    const program = new RunningProgram([`${folder}/peer.toml`], {}, {
      command: PEER,
      input: true,
    });
    const peer = new RustPeer(program, broker, folder);
    await program.line(/^{"ready":true}$/);
    return peer;
  }

  /** Resolves when it listens to `pattern`: a handler does so some time after the start. */
  async subscribed(pattern: string): Promise<void> {
    const line = JSON.stringify({ subscribed: pattern });
    await this.#program.until(
      () => this.#program.lines.includes(line) || undefined,
      () => line,
    );
  }

  /** Resolves with the first `count` messages that it has heard. */
  heard(count: number): Promise<readonly Told[]> {
    return this.#program.until(() => {
      const heard = this.told("heard");
      return heard.length >= count ? heard.slice(0, count) : undefined;
    }, () => `${count} messages, heard ${this.told("heard").length}`);
  }

  /** Has it publish a message: JSON text, as only that tells 1 from 1.0. */
  async publish(topic: string, message: string): Promise<void> {
    const quoted = JSON.stringify(topic);
    await this.#program.write(
      `{"publish":{"topic":${quoted},"message":${message}}}`,
    );
  }

  /** Has it ask; resolves with the answer, or rejects with what Rust says is wrong. */
  async request(topic: string, message: string): Promise<Told> {
    const id = this.#requests++;
    const quoted = JSON.stringify(topic);
    await this.#program.write(
      `{"request":{"topic":${quoted},"message":${message},"id":${id}}}`,
    );
    const told = await this.#program.until(() => {
      const all = [...this.told("answer"), ...this.told("failed")];
      return all.find((told) => [told.answer, told.failed].includes(id));
    }, () => `an answer to ${message}`);
    if ("error" in told) throw new Error(String(told.error));
    return told;
  }

  /** The lines that have the key `key`, so far. */
  told(key: string): (Told & Record<string, unknown>)[] {
    return this.#program.lines.filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line)).filter((told) => key in told);
  }

  /** Resolves when `text` is in its log. */
  async logged(text: string): Promise<void> {
    await this.#program.until(
      () => this.#program.log.includes(text) || undefined,
      () => `${text} in its log`,
    );
  }

  /** Resolves with the first line that has the key `key`. */
  first(key: string): Promise<Record<string, unknown>> {
    return this.#program.until(
      () => this.told(key)[0],
      () => `a line with "${key}"`,
    );
  }

  /** Ends it as its user would; resolves with its log. */
  async stop(): Promise<string> {
    await this.#program.endInput();
    const code = await this.#program.exitCode(GRACE);
    const log = await this.#program.stderr;
    assert.equal(code, 0, `the Rust process ended badly:\n${log}`);
    return log;
  }

  /** Ends it, and deletes what its kind leaves behind: Rust's queues bear the names of topics, and outlive it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.endInput();
    await this.#program.exitCode(GRACE);
    await this.#program[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
    await this.#deleteQueues();
  }

  async #deleteQueues(): Promise<void> {
    await using client = await openClient(this.#broker.url);
    for (const { subscribed } of this.told("subscribed")) {
      await client.channel.deleteQueue(String(subscribed));
    }
  }
}

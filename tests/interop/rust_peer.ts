import assert from "node:assert/strict";
import { openClient } from "../broker/amqp_client.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { RunningProgram } from "../support/running_program.ts";
import { PEER } from "./peer_binary.ts";

/** A message that the Rust process received, or an answer. */
export interface Report {
  /** Topic of a received message. */
  readonly heard?: string;
  /** The message in Rust's JSON. */
  readonly message: unknown;
  /**
   * The message in Rust's debug format, which distinguishes 1 from 1.0 and has
   * all digits.
   */
  readonly debug: string;
}

/**
 * Longest wait for the end of the process after its input has ended, in
 * milliseconds.
 */
const GRACE = 10_000;

/**
 * A running process of Rust Caryatid (tests/interop/rust), controlled by its
 * standard input.
 */
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

  /**
   * Starts the process with this TOML. Resolves when its modules are
   * initialized and the startup message is published.
   */
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

  /**
   * Resolves when the process has subscribed to `pattern`: a handler subscribes
   * some time after the start.
   */
  async subscribed(pattern: string): Promise<void> {
    const line = JSON.stringify({ subscribed: pattern });
    await this.#program.until(
      () => this.#program.lines.includes(line) || undefined,
      () => line,
    );
  }

  /** Resolves with the first `count` messages that the process received. */
  heard(count: number): Promise<readonly Report[]> {
    return this.#program.until(() => {
      const heard = this.reported("heard");
      return heard.length >= count ? heard.slice(0, count) : undefined;
    }, () => `${count} messages, received ${this.reported("heard").length}`);
  }

  /**
   * Publishes a message from the Rust process. It is JSON text, because only
   * that distinguishes 1 from 1.0.
   */
  async publish(topic: string, message: string): Promise<void> {
    const quoted = JSON.stringify(topic);
    await this.#program.write(
      `{"publish":{"topic":${quoted},"message":${message}}}`,
    );
  }

  /**
   * Sends a request from the Rust process. Resolves with the answer, or rejects
   * with Rust's error.
   */
  async request(topic: string, message: string): Promise<Report> {
    const id = this.#requests++;
    const quoted = JSON.stringify(topic);
    await this.#program.write(
      `{"request":{"topic":${quoted},"message":${message},"id":${id}}}`,
    );
    const reported = await this.#program.until(() => {
      const all = [...this.reported("answer"), ...this.reported("failed")];
      return all.find((reported) =>
        [reported.answer, reported.failed].includes(id)
      );
    }, () => `an answer to ${message}`);
    if ("error" in reported) throw new Error(String(reported.error));
    return reported;
  }

  /** Returns the output lines so far that have the key `key`. */
  reported(key: string): (Report & Record<string, unknown>)[] {
    return this.#program.lines.filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line)).filter((reported) => key in reported);
  }

  /** Resolves when the log of the process contains `text`. */
  async logged(text: string): Promise<void> {
    await this.#program.until(
      () => this.#program.log.includes(text) || undefined,
      () => `${text} in its log`,
    );
  }

  /** Resolves with the first output line that has the key `key`. */
  first(key: string): Promise<Record<string, unknown>> {
    return this.#program.until(
      () => this.reported(key)[0],
      () => `a line with "${key}"`,
    );
  }

  /** Ends the process as its user would. Resolves with its log. */
  async stop(): Promise<string> {
    await this.#program.endInput();
    const code = await this.#program.exitCode(GRACE);
    const log = await this.#program.stderr;
    assert.equal(code, 0, `the Rust process ended badly:\n${log}`);
    return log;
  }

  /**
   * Ends the process and deletes the queues it leaves behind: Rust's queues
   * have the names of topics and outlive their process.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.endInput();
    await this.#program.exitCode(GRACE);
    await this.#program[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
    await this.#deleteQueues();
  }

  async #deleteQueues(): Promise<void> {
    await using client = await openClient(this.#broker.url);
    for (const { subscribed } of this.reported("subscribed")) {
      await client.channel.deleteQueue(String(subscribed));
    }
  }
}

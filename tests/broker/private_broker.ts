import { within } from "../../sdk/testing/conformance/within.ts";
import {
  type BrokerNode,
  complaint,
  layOutNode,
  spawnNode,
  spawnPortMapper,
} from "./broker_node.ts";
import { firstGreeting } from "./greeting.ts";
import {
  missingFor,
  type PrivateBrokerOptions,
} from "./private_broker_options.ts";
import {
  findRabbitMQ,
  type RabbitMQInstallation,
  rabbitMQVersion,
} from "./rabbitmq_installation.ts";
import { Watchdog } from "./watchdog.ts";

const START_DEADLINE = 60_000;
const STOP_DEADLINE = 30_000;

/** Whom to be and where to go, for an AMQP URL; each has the broker's own default. */
export interface BrokerUrlParts {
  readonly username?: string;
  readonly password?: string;
  readonly vhost?: string;
  /** Another port, a proxy's for instance. */
  readonly port?: number;
  /** `amqps` for TLS, then by the name `localhost` and the TLS port unless told otherwise. */
  readonly scheme?: "amqp" | "amqps";
  /** Another name of this machine. */
  readonly hostname?: string;
}

/**
 * A RabbitMQ that one test has for itself, to be killed, paused and filled: its own node, ports, data and port mapper.
 *
 * It listens on 127.0.0.1 alone, takes about 3 s to start and 120 MB, and never survives the test process.
 *
 * ```ts ignore
 * await using broker = await PrivateBroker.start();
 * await broker.kill();
 * await broker.restart();
 * ```
 */
export class PrivateBroker implements AsyncDisposable {
  readonly hostname = "127.0.0.1";
  readonly #installation: RabbitMQInstallation;
  readonly #node: BrokerNode;
  readonly #watchdog: Watchdog;
  /** None where another broker's serves. */
  readonly #portMapper: Deno.ChildProcess | undefined;
  /** The Erlang machine, while it lives. */
  #machine: Deno.ChildProcess | undefined;
  #startedUp: Promise<string> | undefined;

  private constructor(
    installation: RabbitMQInstallation,
    node: BrokerNode,
    beside?: PrivateBroker,
  ) {
    this.#installation = installation;
    this.#node = node;
    this.#watchdog = new Watchdog(node.folder);
    this.#portMapper = beside ? undefined : spawnPortMapper(node, installation);
  }

  /** Says why no private broker with these options can be had here, or nothing. */
  static unavailable(options: PrivateBrokerOptions = {}): string | undefined {
    const installation = findRabbitMQ();
    if (typeof installation === "string") return installation;
    if (options.permitTransientNonexclQueues === undefined) return;
    return missingFor(options, rabbitMQVersion(installation));
  }

  /** Starts one; resolves when it answers AMQP. */
  static start(options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    return PrivateBroker.#start(options);
  }

  /** Starts another one, which joins the cluster of this one; to be disposed of first. Takes about 15 s. */
  async joined(options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    await this.#startUp();
    const broker = await PrivateBroker.#start(options, this);
    try {
      await broker.#startUp();
      await broker.ctl("stop_app");
      await broker.ctl("join_cluster", this.#node.env.RABBITMQ_NODENAME!);
      await broker.ctl("start_app");
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  static async #start(
    options: PrivateBrokerOptions,
    beside?: PrivateBroker,
  ): Promise<PrivateBroker> {
    const reason = PrivateBroker.unavailable(options);
    const installation = findRabbitMQ();
    if (reason !== undefined || typeof installation === "string") {
      throw new Error(`Cannot start a private broker: ${reason}`);
    }
    const node = await layOutNode(options, beside && beside.#node);
    const broker = new PrivateBroker(installation, node, beside);
    try {
      if (broker.#portMapper) {
        await broker.#watchdog.guard(broker.#portMapper.pid);
      }
      await broker.restart();
      return broker;
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Its AMQP port; stays the same through restarts. */
  get port(): number {
    return this.#node.port;
  }

  /** Its port for TLS, if it was given a certificate. */
  get tlsPort(): number {
    return this.#node.tlsPort;
  }

  /** Its AMQP URL, for guest unless told otherwise. */
  url(parts: BrokerUrlParts = {}): string {
    const { username = "guest", password = "guest", vhost = "/" } = parts;
    const [user, secret, path] = [username, password, vhost]
      .map(encodeURIComponent);
    const tls = parts.scheme === "amqps";
    const host = parts.hostname ?? (tls ? "localhost" : this.hostname);
    const port = parts.port ?? (tls ? this.tlsPort : this.port);
    const scheme = parts.scheme ?? "amqp";
    return `${scheme}://${user}:${secret}@${host}:${port}/${path}`;
  }

  /** Kills it with -9 and waits for its death; harmless when it is dead. */
  async kill(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    signal(machine, "SIGKILL");
    await machine.status;
  }

  /** Ends it as an administrator would: connections and data are closed properly. */
  async stop(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    signal(machine, "SIGCONT"); // a paused one would never hear the next
    signal(machine, "SIGTERM");
    await within(machine.status, "the broker's end", STOP_DEADLINE);
  }

  /** Starts it again on its data, after `stop()` if it runs; resolves when it answers AMQP. */
  async restart(): Promise<void> {
    await this.stop();
    this.#startedUp = undefined;
    const machine = spawnNode(this.#node, this.#installation);
    this.#machine = machine;
    await this.#watchdog.guard(machine.pid);
    machine.status.then(() => {
      if (this.#machine === machine) this.#machine = undefined;
      return this.#watchdog.release(machine.pid);
    }).catch(() => {}); // the watchdog is gone: this was the end of the test
    await this.#answers(machine);
  }

  /** Freezes it (SIGSTOP): connections stay, new ones are accepted by the system, and nothing is answered. */
  pause(): void {
    this.#living("pause").kill("SIGSTOP");
  }

  /** Lets it go on after `pause()`. */
  resume(): void {
    this.#living("resume").kill("SIGCONT");
  }

  /**
   * Runs `rabbitmqctl` on it and resolves with what that prints; takes about a second.
   *
   * @throws {Error} when the command fails, with what it said
   */
  async ctl(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(
      this.#installation.ctl,
      { args: ["--quiet", ...args], env: { ...this.#node.env } },
    ).output();
    const printed = new TextDecoder().decode(stdout);
    if (success) return printed;
    const said = `${printed}${new TextDecoder().decode(stderr)}`.trim();
    throw new Error(`Cannot run "rabbitmqctl ${args.join(" ")}": ${said}`);
  }

  /**
   * What `rabbitmqctl list_<kind>` tells, one object for each: `list("queues", "name", "durable")`. Waits for the end of its
   * start: it answers AMQP a moment before that.
   */
  async list(
    kind: "queues" | "exchanges" | "bindings" | "consumers" | "connections",
    ...columns: readonly string[]
  ): Promise<Record<string, unknown>[]> {
    await this.#startUp();
    const json = ["--formatter", "json"];
    return JSON.parse(await this.ctl(`list_${kind}`, ...columns, ...json));
  }

  /** Kills all that belongs to it and removes its folder; harmless twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = [this.#machine?.status, this.#portMapper?.status];
    await this.#watchdog[Symbol.asyncDispose]();
    await Promise.all(ended);
  }

  async #startUp(): Promise<void> {
    await (this.#startedUp ??= this.ctl("await_startup"));
  }

  #living(wish: string): Deno.ChildProcess {
    if (this.#machine) return this.#machine;
    throw new Error(`Cannot ${wish} the broker: it doesn't run`);
  }

  async #answers(machine: Deno.ChildProcess): Promise<void> {
    const ended = () => this.#machine !== machine;
    try {
      await firstGreeting(this, { giveUp: ended, ms: START_DEADLINE });
    } catch (cause) {
      const state = ended() ? "has ended" : "doesn't answer";
      const said = await complaint(this.#node);
      throw new Error(`The broker ${state}:\n${said}`, { cause });
    }
  }
}

function signal(machine: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    machine.kill(name);
  } catch (error) {
    // it has ended by itself a moment ago
    if (!(error instanceof TypeError)) throw error;
  }
}

import { within } from "../../sdk/testing/conformance/promises.ts";
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

const START_DEADLINE = 300_000;
const STOP_DEADLINE = 120_000;

/** User and address in an AMQP URL. Each part has the default of the broker. */
export interface BrokerUrlParts {
  readonly username?: string;
  readonly password?: string;
  readonly vhost?: string;
  /** Another port, for instance that of a proxy. */
  readonly port?: number;
  /**
   * `amqps` for TLS. The default host is then `localhost`, and the default port
   * the TLS port.
   */
  readonly scheme?: "amqp" | "amqps";
  /** Another host name of this machine. */
  readonly hostname?: string;
}

/**
 * A RabbitMQ for a single test, which can kill, pause and fill it. It has its
 * own node, ports, data and port mapper.
 *
 * The broker listens on 127.0.0.1 only, takes about 3 s to start and 120 MB of
 * memory, and never survives the test process.
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
  /** Undefined if the node shares the port mapper of another broker. */
  readonly #portMapper: Deno.ChildProcess | undefined;
  /** The Erlang machine, while it runs. */
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

  /**
   * Returns the reason why a private broker with these options is unavailable
   * here, or undefined.
   */
  static unavailable(options: PrivateBrokerOptions = {}): string | undefined {
    const installation = findRabbitMQ();
    if (typeof installation === "string") return installation;
    if (options.permitTransientNonexclQueues === undefined) return;
    return missingFor(options, rabbitMQVersion(installation));
  }

  /** Starts a broker. Resolves when it answers AMQP. */
  static start(options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    return PrivateBroker.#start(options);
  }

  /**
   * Starts another broker that joins the cluster of this one. It must be
   * disposed of before this one. Takes about 15 s.
   */
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

  /** AMQP port; it stays the same when the broker restarts. */
  get port(): number {
    return this.#node.port;
  }

  /** Port for TLS, if the broker has a certificate. */
  get tlsPort(): number {
    return this.#node.tlsPort;
  }

  /** Returns the AMQP URL, by default for the user guest. */
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

  /**
   * Kills the broker with -9 and waits for its end; harmless if it has ended.
   */
  async kill(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    signal(machine, "SIGKILL");
    await machine.status;
  }

  /**
   * Stops the broker as an administrator does: it closes connections and data
   * properly.
   */
  async stop(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    signal(machine, "SIGCONT"); // a paused process misses the next signal
    signal(machine, "SIGTERM");
    await within(machine.status, "the broker's end", STOP_DEADLINE);
  }

  /**
   * Restarts the broker with its data, after `stop()` if it runs. Resolves when
   * it answers AMQP.
   */
  async restart(): Promise<void> {
    await this.stop();
    this.#startedUp = undefined;
    const machine = spawnNode(this.#node, this.#installation);
    this.#machine = machine;
    await this.#watchdog.guard(machine.pid);
    machine.status.then(() => {
      if (this.#machine === machine) this.#machine = undefined;
      return this.#watchdog.release(machine.pid);
    }).catch(() => {}); // the watchdog has ended with the test
    await this.#answers(machine);
  }

  /**
   * Freezes the broker with SIGSTOP: connections stay, the system accepts new
   * ones, and the broker answers nothing.
   */
  pause(): void {
    this.#living("pause").kill("SIGSTOP");
  }

  /** Lets the broker continue after `pause()`. */
  resume(): void {
    this.#living("resume").kill("SIGCONT");
  }

  /**
   * Runs `rabbitmqctl` for the broker and returns its output; takes about a
   * second.
   *
   * @throws {Error} if the command fails, with its output
   */
  async ctl(...args: readonly string[]): Promise<string> {
    await this.#startUp();
    return await this.#ctl(...args);
  }

  async #ctl(...args: readonly string[]): Promise<string> {
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
   * Returns the output of `rabbitmqctl list_<kind>`, one object for each entry:
   * `list("queues", "name", "durable")`. Waits for the end of the broker's
   * start, which comes a moment after the first AMQP answer.
   */
  async list(
    kind: "queues" | "exchanges" | "bindings" | "consumers" | "connections",
    ...columns: readonly string[]
  ): Promise<Record<string, unknown>[]> {
    const json = ["--formatter", "json"];
    return JSON.parse(await this.ctl(`list_${kind}`, ...columns, ...json));
  }

  /**
   * Kills all processes of the broker and removes its folder; calling it twice
   * is harmless.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = [this.#machine?.status, this.#portMapper?.status];
    await this.#watchdog[Symbol.asyncDispose]();
    await Promise.all(ended);
  }

  async #startUp(): Promise<void> {
    await (this.#startedUp ??= this.#ctl("await_startup"));
  }

  #living(wish: string): Deno.ChildProcess {
    if (this.#machine) return this.#machine;
    throw new Error(`Cannot ${wish} the broker: it does not run`);
  }

  async #answers(machine: Deno.ChildProcess): Promise<void> {
    const ended = () => this.#machine !== machine;
    try {
      await firstGreeting(this, { giveUp: ended, ms: START_DEADLINE });
    } catch (cause) {
      const state = ended() ? "has ended" : "does not answer";
      const said = await complaint(this.#node);
      throw new Error(`The broker ${state}:\n${said}`, { cause });
    }
  }
}

function signal(machine: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    machine.kill(name);
  } catch (error) {
    // the broker has ended a moment ago
    if (!(error instanceof TypeError)) throw error;
  }
}

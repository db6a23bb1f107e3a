import { type Case, type Figures, median, Skip } from "../harness.ts";
import { Companion } from "./companion.ts";
import { StoppedReader } from "./stopped_reader.ts";

const CLIENTS = 10_000;
const MESSAGES = 20;

/** Open files that the server needs in addition to the clients. */
const SPARE = 200;

/** 10,000 open streams of server-sent events, fed by one topic. */
export const live: readonly Case[] = [{
  name: "live-memory",
  unit: "B",
  runs: 3,
  run: memory,
  ratio: ["client", "peer"],
  remark: "of the server, for each of 10,000 clients: resident, and of that " +
    "the JavaScript heap; peer: resident, streams on Deno.serve by hand",
}, {
  name: "live-delay",
  unit: "ms",
  runs: 3,
  run: delays,
  ratio: ["stuck-p99", "p99"],
  goals: [{ of: "ratio", most: 1.2 }],
  remark: "from publish until 10,000 clients on the same machine have read " +
    "it; stuck: while one more has stopped reading; peer: streams on " +
    "Deno.serve by hand, without anybody stuck",
}];

async function memory(): Promise<Figures> {
  const [client, heap] = await memoryOf("live");
  const [peer] = await memoryOf("bare");
  return { client: client!, heap: heap!, peer: peer! };
}

async function memoryOf(kind: string): Promise<number[]> {
  await using server = await serve(kind);
  const before = await numbers(server.ask("memory"));
  await using clients = await connect(server);
  for (let i = 0; i < 3; i++) await deliver(server, clients);
  const after = await numbers(server.ask("memory"));
  return after.map((bytes, i) => (bytes - before[i]!) / CLIENTS);
}

/**
 * Measures all three with each message, so that they have the same load of the
 * machine. Returns the medians of p50 and p99 of all messages.
 */
async function delays(): Promise<Figures> {
  await using free = await Audience.gather("live", false);
  await using stuck = await Audience.gather("live", true);
  await using peer = await Audience.gather("bare", false);
  for (let i = 0; i < MESSAGES; i++) {
    for (const audience of [free, stuck, peer]) await audience.hear();
  }
  await stuck.check();
  return {
    p50: free.middle(0),
    p99: free.middle(1),
    "stuck-p50": stuck.middle(0),
    "stuck-p99": stuck.middle(1),
    "peer-p50": peer.middle(0),
    "peer-p99": peer.middle(1),
  };
}

/** A server and its clients. */
class Audience implements AsyncDisposable {
  readonly #server: Companion;
  readonly #clients: Companion;
  readonly #stuck: StoppedReader | undefined;
  readonly #times: number[][] = [];

  private constructor(
    server: Companion,
    clients: Companion,
    stuck: StoppedReader | undefined,
  ) {
    this.#server = server;
    this.#clients = clients;
    this.#stuck = stuck;
  }

  static async gather(kind: string, stuck: boolean): Promise<Audience> {
    const server = await serve(kind);
    const reader = stuck ? await StoppedReader.open(server) : undefined;
    return new Audience(server, await connect(server), reader);
  }

  /** Publishes a message, and resolves when all clients have received it. */
  async hear(): Promise<void> {
    this.#times.push(await deliver(this.#server, this.#clients));
  }

  middle(column: number): number {
    return median(this.#times.map((time) => time[column]!));
  }

  /** Throws unless the stopped reader was stuck. */
  async check(): Promise<void> {
    await this.#stuck?.check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stuck?.[Symbol.dispose]();
    await this.#clients[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

async function deliver(
  server: Companion,
  clients: Companion,
): Promise<number[]> {
  await server.ask("publish 100");
  return await numbers(clients.line());
}

async function serve(kind: string): Promise<Companion> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "ulimit -Hn"],
  }).output();
  const files = Number(new TextDecoder().decode(stdout)); // NaN: unlimited
  if (files < CLIENTS + SPARE) {
    throw new Skip(`needs ${CLIENTS + SPARE} open files, may have ${files}`);
  }
  return new Companion("live_server.ts", kind);
}

async function connect(server: Companion): Promise<Companion> {
  const port = await server.ask("port");
  const clients = new Companion("live_clients.ts", port, String(CLIENTS));
  await clients.line();
  return clients;
}

async function numbers(line: Promise<string>): Promise<number[]> {
  return (await line).split(" ").map(Number);
}

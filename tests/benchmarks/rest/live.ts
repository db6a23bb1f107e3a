import { type Case, type Figures, median, Skip } from "../harness.ts";
import { Companion } from "./companion.ts";
import { StoppedReader } from "./stopped_reader.ts";

const CLIENTS = 10_000;
const MESSAGES = 20;

/** Open files that the server needs beside the clients. */
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

async function delays(): Promise<Figures> {
  const [p50, p99] = await delayOf("live", false);
  const [stuck50, stuck99] = await delayOf("live", true);
  const [peer50, peer99] = await delayOf("bare", false);
  return {
    p50: p50!,
    p99: p99!,
    "stuck-p50": stuck50!,
    "stuck-p99": stuck99!,
    "peer-p50": peer50!,
    "peer-p99": peer99!,
  };
}

/** The middle of p50 and p99 of all messages. */
async function delayOf(kind: string, stuck: boolean): Promise<number[]> {
  await using server = await serve(kind);
  using reader = stuck ? await StoppedReader.open(server) : undefined;
  await using clients = await connect(server);
  const times: number[][] = [];
  for (let i = 0; i < MESSAGES; i++) times.push(await deliver(server, clients));
  await reader?.check();
  return [0, 1].map((n) => median(times.map((time) => time[n]!)));
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

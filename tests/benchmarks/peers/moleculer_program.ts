/**
 * Requests of Moleculer in sequence. Without the option `url`, both sides are
 * on one node, and it prints requests per second of this thread. With it, they
 * are on two nodes over AMQP, and it prints the median in microseconds.
 *
 * @module
 */
import { threadTime } from "../core/thread_time.ts";

interface Broker {
  createService(schema: unknown): unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  waitForServices(name: string): Promise<void>;
  call(action: string, params: unknown): Promise<unknown>;
}

const { url, count, namespace } = JSON.parse(Deno.args[0]!);
const PACKAGE: string = "moleculer";
const { ServiceBroker }: {
  ServiceBroker: new (options: unknown) => Broker;
} = (await import(PACKAGE)).default;
const options = {
  autoDeleteQueues: true,
  url,
  socketOptions: { noDelay: true }, // as the bus has
};
const node = (nodeID: string) =>
  new ServiceBroker({
    logger: false,
    namespace,
    nodeID,
    ...url && { transporter: { type: "AMQP", options } },
  });

const server = node("server");
server.createService({
  name: "bench",
  actions: {
    ask: ({ params }: { params: { question: number } }) => params.question,
  },
});
const client = url ? node("client") : server;
await server.start();
if (client !== server) await client.start();
await client.waitForServices("bench");

async function ask(question: number): Promise<void> {
  const answer = await client.call("bench.ask", { question });
  if (answer !== question) throw new Error(`wrong answer to ${question}`);
}

async function rate(): Promise<number> {
  const start = threadTime();
  for (let i = 0; i < count; i++) await ask(i);
  return count * 1_000 / (threadTime() - start);
}

async function median(): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await ask(i);
    took.push((performance.now() - start) * 1_000);
  }
  return took.sort((a, b) => a - b)[count >> 1]!;
}

for (let i = 0; i < count / 5; i++) await ask(i); // warms up
const figure = url ? await median() : await rate();
if (client !== server) await client.stop();
await server.stop();
// deno-lint-ignore no-console -- it is the program's output
console.log(figure);
Deno.exit();

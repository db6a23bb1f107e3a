/**
 * Requests of NestJS microservices over RabbitMQ in sequence, with both sides
 * in this process. Prints the median in microseconds.
 *
 * @module
 */
const { url, count, queue } = JSON.parse(Deno.args[0]!);

interface Microservice {
  listen(): Promise<void>;
  close(): Promise<void>;
}

interface Client {
  send(pattern: string, data: unknown): unknown;
  connect(): Promise<unknown>;
  close(): unknown;
}

type Decorator = (...target: unknown[]) => void;

/** The packages are not dependencies of this repository. */
const load = (name: string) => import(name);
await load("reflect-metadata");
const { Controller, Module } = await load("@nestjs/common");
const { NestFactory } = await load("@nestjs/core");
const { ClientProxyFactory, MessagePattern, Payload, Transport } = await load(
  "@nestjs/microservices",
);
const { firstValueFrom } = await load("rxjs");

class Answers {
  ask(question: number): number {
    return question;
  }
}
class App {}
const method = Object.getOwnPropertyDescriptor(Answers.prototype, "ask")!;
(MessagePattern("ask") as Decorator)(Answers.prototype, "ask", method);
(Payload() as Decorator)(Answers.prototype, "ask", 0);
(Controller() as Decorator)(Answers);
(Module({ controllers: [Answers] }) as Decorator)(App);

const options = {
  urls: [url],
  queue,
  queueOptions: { durable: false, autoDelete: true },
};
const app: Microservice = await NestFactory.createMicroservice(App, {
  transport: Transport.RMQ,
  options,
  logger: false,
});
await app.listen();
const client: Client = ClientProxyFactory.create({
  transport: Transport.RMQ,
  options,
});
await client.connect();

async function ask(question: number): Promise<void> {
  const answer = await firstValueFrom(client.send("ask", question));
  if (answer !== question) throw new Error(`wrong answer to ${question}`);
}

for (let i = 0; i < count / 5; i++) await ask(i); // warms up
const took: number[] = [];
for (let i = 0; i < count; i++) {
  const start = performance.now();
  await ask(i);
  took.push((performance.now() - start) * 1_000);
}
await client.close();
await app.close();
// deno-lint-ignore no-console -- it is the program's output
console.log(took.sort((a, b) => a - b)[count >> 1]);
Deno.exit();

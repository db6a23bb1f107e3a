/**
 * The peer of tests/interop/rust in this language: the same classes of modules,
 * the same TOML, the same lines of JSON.
 *
 * @module
 */
import { Process } from "@caryatid/process";
import { type Context, defineModule } from "@caryatid/sdk";
import { z } from "zod";

interface Test {
  readonly Test: { readonly data: string; readonly number: number };
}

const publisher = defineModule({
  name: "publisher",
  description: "Publishes as fast as it can",
  config: z.object({
    topic: z.string(),
    count: z.int(),
    threads: z.int().default(1),
    length: z.int().default(100),
  }),
  init(context, { topic, count, threads, length }) {
    const data = "*".repeat(length);
    for (let thread = 0; thread < threads; thread++) {
      context.run(async () => {
        for (let sent = 0; sent < count; sent++) {
          await context.publish(topic, { Data: data });
        }
      });
    }
  },
});

const subscriber = defineModule({
  name: "subscriber",
  description: "Counts messages and takes the time",
  config: z.object({ topic: z.string(), count: z.int() }),
  init(context, { topic, count }) {
    const messages = context.subscribe(topic);
    context.run(async () => {
      let received = 0, first = 0;
      for await (const { message } of messages) {
        if (!("Data" in (message as object))) continue;
        if (++received === 1) first = performance.now();
        if (received === count) report(count, first);
      }
    });
  },
});

const answer = defineModule({
  name: "answer",
  description: "Answers requests",
  config: z.object({ topic: z.string() }),
  init(context, { topic }) {
    context.handle(topic, ({ message }) => {
      const { number } = (message as Test).Test;
      return { Test: { data: "TypeScript", number: number * 2 } };
    });
  },
});

const requests = defineModule({
  name: "requests",
  description: "Asks one question after the other",
  config: z.object({ topic: z.string(), count: z.int() }),
  init(context, { topic, count }) {
    context.run(async () => {
      await ask(context, topic, 0);
      const start = performance.now();
      for (let number = 1; number <= count; number++) {
        await ask(context, topic, number);
      }
      report(count, start);
    });
  },
});

async function ask(
  context: Context,
  topic: string,
  number: number,
): Promise<void> {
  const question = { Test: { data: "Hello", number } };
  const { Test: { number: answer } } = await context.request(
    topic,
    question,
  ) as Test;
  if (answer !== number * 2) throw new Error(`wrong answer to ${number}`);
}

function report(count: number, start: number): void {
  print({ count, seconds: (performance.now() - start) / 1000 });
}

function print(line: unknown): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(JSON.stringify(line));
}

const process = await Process.create({
  config: [
    await Deno.readTextFile(Deno.args[0]!),
    { log: { level: "error" } },
  ],
  modules: [publisher, subscriber, answer, requests],
});
await process.start();
print({ ready: true });
await Deno.stdin.readable.pipeTo(new WritableStream());
await process.stop();

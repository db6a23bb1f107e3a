import { connect } from "amqplib";
import { openClient } from "./amqp_client.ts";
import { deleteDeclared, watchDeclarations } from "./left_behind.ts";
import { PrivateBroker } from "./private_broker.ts";

/** What an ordinary broker test works with. */
export interface TestBroker {
  readonly url: string;
  /** A name that no other test uses; nothing of that name exists yet. */
  readonly exchange: string;
}

/** A test that leaves the broker itself alone. */
export type BrokerTest = (
  broker: TestBroker,
  t: Deno.TestContext,
) => void | Promise<void>;

const PATIENCE = 1_000;
const address = Deno.env.get("CARYATID_TEST_AMQP") ??
  "amqp://guest:guest@127.0.0.1:5672";
/** Why the shared broker can't be used, if so. */
const refusal = await whyNot(address);
/** Why there is no broker at all, if so. */
const reason = refusal && PrivateBroker.unavailable();
/** The names that were given out, and whose things weren't deleted yet. */
const given = new Set<string>();
let own: PrivateBroker | undefined;
let hooked = false;
let clearing = false;

/**
 * Registers a test on the broker at `CARYATID_TEST_AMQP`, or at 127.0.0.1:5672.
 *
 * If none lets us in there within a second, the tests of a file share a private one. Where that can't be had either the test is
 * ignored, and its name says why. What the test has declared is deleted at its end.
 */
export function brokerTest(name: string, fn: BrokerTest): void {
  withBroker(name, (broker) => {
    Deno.test(name, async (t) => {
      const { url, exchange } = broker();
      try {
        await fn({ url, exchange }, t);
      } finally {
        await deleteDeclared(url, [exchange]);
        given.delete(exchange);
      }
    });
  });
}

/**
 * Has `register` register tests which call `broker`; or an ignored test of that name where there is none. What they have declared
 * is deleted after the last test of the file.
 */
export function withBroker(
  name: string,
  register: (broker: () => TestBroker) => void,
): void {
  if (reason) {
    const why = `${refusal}, and ${reason}`;
    Deno.test.ignore(`${name} (skipped: ${why})`, () => {});
    return;
  }
  if (refusal) hookOwnBroker();
  else hookClearing();
  register(() => ({ url: own?.url() ?? address, exchange: fresh() }));
}

/** The names of what a private broker still has: all queues, and the exchanges whose names begin with `exchange`. */
export async function leftovers(
  broker: PrivateBroker,
  exchange: string,
): Promise<{ queues: string[]; exchanges: string[] }> {
  const names = async (kind: "queues" | "exchanges") =>
    (await broker.list(kind, "name")).map(({ name }) => String(name));
  const [queues, exchanges] = [await names("queues"), await names("exchanges")];
  return {
    queues,
    exchanges: exchanges.filter((name) => name.startsWith(exchange)),
  };
}

function hookOwnBroker(): void {
  if (hooked) return;
  hooked = true;
  Deno.test.beforeAll(async () => {
    own = await PrivateBroker.start();
    await using client = await openClient(own.url());
    watchDeclarations(client.channel);
  });
  Deno.test.afterAll(() => own?.[Symbol.asyncDispose]());
}

function hookClearing(): void {
  if (clearing) return;
  clearing = true;
  Deno.test.afterAll(() => deleteDeclared(address, [...given]));
}

function fresh(): string {
  const exchange = `caryatid-test-${crypto.randomUUID().slice(0, 13)}`;
  given.add(exchange);
  return exchange;
}

/** Logs in and out; `undefined` if that works, else a reason without the password. */
async function whyNot(url: string): Promise<string | undefined> {
  try {
    const connection = await connect(url, { timeout: PATIENCE });
    connection.on("error", () => {}); // it answered, and that was the question
    watchDeclarations(await connection.createChannel());
    await connection.close();
    return undefined;
  } catch (error) {
    const host = URL.parse(url)?.host || "an unreadable address";
    return `no broker at ${host}: ${
      error instanceof Error ? error.message : error
    }`;
  }
}

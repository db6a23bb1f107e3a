import { connect } from "amqplib";
import { openClient } from "./amqp_client.ts";
import { deleteDeclared, watchDeclarations } from "./left_behind.ts";
import { PrivateBroker } from "./private_broker.ts";

/** Broker and exchange of an ordinary broker test. */
export interface TestBroker {
  readonly url: string;
  /**
   * A name that no other test uses and that does not exist on the broker yet.
   */
  readonly exchange: string;
}

/** A test that does not stop, pause or configure the broker. */
export type BrokerTest = (
  broker: TestBroker,
  t: Deno.TestContext,
) => void | Promise<void>;

const PATIENCE = 1_000;
const address = Deno.env.get("CARYATID_TEST_AMQP") ??
  "amqp://guest:guest@127.0.0.1:5672";
/** Reason why the shared broker is unavailable, if so. */
const refusal = await whyNot(address);
/** Reason why neither broker is available, if so. */
const reason = refusal && PrivateBroker.unavailable();
/** Names that were passed to tests and are not deleted yet. */
const given = new Set<string>();
let own: PrivateBroker | undefined;
let hooked = false;
let clearing = false;

/**
 * Registers a test on the broker at `CARYATID_TEST_AMQP`, or at 127.0.0.1:5672.
 *
 * If login fails there or takes longer than a second, the tests of a file share
 * a private broker. If that is unavailable too, the test is ignored and its
 * name contains the reasons. Everything that the test declares is deleted at
 * its end.
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
 * Calls `register` to register tests that call `broker`. If no broker is
 * available, registers an ignored test of that name instead. Everything that
 * the tests declare is deleted after the last test of the file.
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

/**
 * Returns the names that a private broker still has: all queues, and the
 * exchanges whose names begin with `exchange`.
 */
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

/**
 * Logs in and out. Returns undefined on success, otherwise a reason without the
 * password.
 */
async function whyNot(url: string): Promise<string | undefined> {
  try {
    const connection = await connect(url, { timeout: PATIENCE });
    connection.on("error", () => {}); // the login has succeeded by then
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

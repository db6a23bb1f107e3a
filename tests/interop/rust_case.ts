import { Process } from "@caryatid/process";
import type { Context, Module } from "@caryatid/sdk";
import { openClient } from "../broker/amqp_client.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { peerUnavailable } from "./peer_binary.ts";
import { brokerTestUnless, testUnless } from "./required.ts";
import { RustPeer } from "./rust_peer.ts";

/**
 * Resources of a test of both languages. Exchange and topics have names that no
 * other test uses, because Rust names its queues by topics.
 */
export interface Interop {
  readonly broker: TestBroker;
  /** Prefix of every topic of this test. */
  readonly prefix: string;
  /** Buses and routes in TOML, on which both processes must agree. */
  readonly toml: string;
  /** Starts a Rust process with these modules, in TOML. */
  rust(modules?: string): Promise<RustPeer>;
  /** Starts a TypeScript process. */
  ours(options?: OursOptions): Promise<Ours>;
  /** Deletes a queue that no Rust process of this test deletes at its end. */
  deleteQueue(name: string): Promise<void>;
}

/** Options of {@linkcode Interop.ours}, apart from the bus. */
export interface OursOptions {
  /** Sections of modules, in TOML. */
  readonly toml?: string;
  readonly modules?: readonly Module[];
  /** Additional keys of the RabbitMQ bus. */
  readonly bus?: Readonly<Record<string, unknown>>;
}

/** A TypeScript process that has started. */
export interface Ours extends AsyncDisposable {
  readonly context: Context;
}

/**
 * Registers a test between a TypeScript process and a process of Rust Caryatid,
 * on a real broker.
 *
 * If the Rust program or a broker is unavailable, the test is ignored and its
 * name contains the reason; with `CARYATID_REQUIRE_INTEROP=1` it fails.
 */
export function rustTest(
  name: string,
  fn: (interop: Interop) => Promise<void>,
): void {
  brokerTestUnless(
    peerUnavailable(),
    name,
    (broker) => fn(interopOn(broker)),
  );
}

/**
 * Calls `register` to register a test that runs the Rust program. If the
 * program is not built, registers an ignored test of that name; with
 * `CARYATID_REQUIRE_INTEROP=1` that test fails.
 */
export function withPeer(name: string, register: () => void): void {
  testUnless(peerUnavailable(), name, register);
}

function interopOn(broker: TestBroker): Interop {
  const toml = `
[message-bus.external]
class = "rabbit-mq"
url = "${urlWithVhost(broker.url)}"
exchange = "${broker.exchange}"

[[message-router.route]]
pattern = "#"
bus = "external"
`;
  return {
    broker,
    prefix: broker.exchange,
    toml,
    rust: (modules = "") =>
      RustPeer.start(broker, `${toml}\n[module.commands]\n${modules}`),
    ours: (options = {}) => startOurs(toml, options),
    async deleteQueue(name) {
      await using client = await openClient(broker.url);
      await client.channel.deleteQueue(name);
    },
  };
}

async function startOurs(toml: string, options: OursOptions): Promise<Ours> {
  const { modules = [], bus = {} } = options;
  const process = await Process.create({
    config: [{ log: { level: "error" } }, toml, options.toml ?? "", {
      "message-bus": { external: bus },
    }],
    modules,
    env: {},
  });
  await process.start();
  return process;
}

/** Rust reads an address without a vhost as the vhost "". */
function urlWithVhost(url: string): string {
  const { pathname } = new URL(url);
  return pathname.length > 1 ? url : `${url.replace(/\/$/, "")}/%2f`;
}

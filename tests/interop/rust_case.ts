import { Process } from "@caryatid/process";
import type { Context, Module } from "@caryatid/sdk";
import { openClient } from "../broker/amqp_client.ts";
import type { TestBroker } from "../broker/shared_broker.ts";
import { peerUnavailable } from "./peer_binary.ts";
import { brokerTestUnless, testUnless } from "./required.ts";
import { RustPeer } from "./rust_peer.ts";

/** What a test of both languages works with. Its names are its own, as Rust's queues are named by topics. */
export interface Interop {
  readonly broker: TestBroker;
  /** Begins every topic of this test. */
  readonly prefix: string;
  /** Buses and routes, in TOML: all that both processes have to agree on. */
  readonly toml: string;
  /** Starts a Rust process with these modules, in TOML. */
  rust(modules?: string): Promise<RustPeer>;
  /** Starts a process of ours. */
  ours(options?: OursOptions): Promise<Ours>;
  /** Deletes a queue of Rust's kind that no Rust process of this test knows. */
  deleteQueue(name: string): Promise<void>;
}

/** What a process of ours is made of, beside the bus. */
export interface OursOptions {
  /** Sections of modules, in TOML. */
  readonly toml?: string;
  readonly modules?: readonly Module[];
  /** Further keys of the RabbitMQ bus. */
  readonly bus?: Readonly<Record<string, unknown>>;
}

/** A process of ours that has started. */
export interface Ours extends AsyncDisposable {
  readonly context: Context;
}

/**
 * Registers a test between a process of ours and one of Rust Caryatid, on a real broker.
 *
 * Where there is no Rust process or no broker it is ignored, and its name says why; with `CARYATID_REQUIRE_INTEROP=1` it fails.
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

/** Has `register` register a test that runs the Rust program; or an ignored test of that name where it isn't built. */
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

/** Rust takes an address without a vhost for the vhost "". */
function urlWithVhost(url: string): string {
  const { pathname } = new URL(url);
  return pathname.length > 1 ? url : `${url.replace(/\/$/, "")}/%2f`;
}

import { freePorts } from "./free_port.ts";
import {
  brokerConfig,
  type PrivateBrokerOptions,
  writeTlsFiles,
} from "./private_broker_options.ts";
import type { RabbitMQInstallation } from "./rabbitmq_installation.ts";

/** Folder, ports and environment of one RabbitMQ node. */
export interface BrokerNode {
  readonly folder: string;
  readonly port: number;
  /** Port for TLS, if the node has a certificate. */
  readonly tlsPort: number;
  readonly epmdPort: number;
  /** Path of the file with the console output. */
  readonly console: string;
  /** Environment variables of the node's programs. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Prepares a node in a new temporary folder, which the caller removes. A node
 * `beside` another can form a cluster with it.
 */
export async function layOutNode(
  options: PrivateBrokerOptions,
  beside?: BrokerNode,
): Promise<BrokerNode> {
  const ports = freePorts(4) as [number, number, number, number];
  const [port, distPort, ownEpmdPort, tlsPort] = ports;
  const epmdPort = beside?.epmdPort ?? ownEpmdPort;
  const folder = await Deno.makeTempDir({ prefix: "caryatid-broker-" });
  await Deno.writeTextFile(
    `${folder}/rabbitmq.conf`,
    brokerConfig({ port, tlsPort, folder }, options),
  );
  if (options.tls) await writeTlsFiles(folder, options.tls);
  await Deno.writeTextFile(`${folder}/enabled_plugins`, "[].\n");
  if (beside) await shareCookie(beside.folder, folder);
  const env = nodeEnvironment(folder, port, distPort, epmdPort);
  return { folder, port, tlsPort, epmdPort, console: `${folder}/console`, env };
}

/**
 * Starts the node. The child process is the Erlang machine itself, so signals
 * and exit status are those of the broker.
 */
export function spawnNode(
  node: BrokerNode,
  { server }: RabbitMQInstallation,
): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", 'exec "$0" >> "$1" 2>&1', server, node.console],
    cwd: node.folder, // a crash dump goes there
    env: { ...node.env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // Ctrl-C in a terminal must not reach Erlang, which handles it in its own
    // way, before the test.
    detached: true,
  }).spawn();
}

/**
 * Starts a port mapper for this node only: the default one would keep running,
 * and other brokers would share it.
 */
export function spawnPortMapper(
  node: BrokerNode,
  { epmd }: RabbitMQInstallation,
): Deno.ChildProcess {
  return new Deno.Command(epmd, {
    args: ["-port", `${node.epmdPort}`, "-address", "127.0.0.1"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}

/**
 * Returns the console output of the node from its first error on, for the
 * message of a failed test.
 */
export async function complaint(node: BrokerNode): Promise<string> {
  // the file is missing if the node did not start
  const text = await Deno.readTextFile(node.console).catch(() => "");
  const lines = text.trimEnd().split("\n");
  const first = lines.findIndex((line) => line.includes("[error]"));
  return lines.slice(first === -1 ? -40 : first).slice(0, 40).join("\n");
}

/**
 * Copies the Erlang cookie: nodes with the same cookie trust each other. Erlang
 * requires that other users cannot read the file.
 */
async function shareCookie(from: string, to: string): Promise<void> {
  await Deno.copyFile(`${from}/.erlang.cookie`, `${to}/.erlang.cookie`);
}

function nodeEnvironment(
  folder: string,
  port: number,
  distPort: number,
  epmdPort: number,
): Record<string, string> {
  const loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
  return {
    HOME: folder, // holds the Erlang cookie
    LC_ALL: "C.UTF-8", // rabbitmqctl complains about any other
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_MNESIA_BASE: `${folder}/data`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled_plugins`,
    RABBITMQ_PID_FILE: `${folder}/pid`,
    // These files are absent on purpose: otherwise RabbitMQ would read
    // /etc/rabbitmq of the machine and prefer it.
    RABBITMQ_CONF_ENV_FILE: `${folder}/absent.conf`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/absent.config`,
    RABBITMQ_DIST_PORT: `${distPort}`,
    ERL_EPMD_PORT: `${epmdPort}`,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // one scheduler: the broker of a test leaves the other cores to the test
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+S 1:1 ${loopback}`,
    RABBITMQ_CTL_ERL_ARGS: `+S 1:1 ${loopback}`,
    // the default ports of rabbitmqctl are in the range of outgoing connections
    RABBITMQ_CTL_DIST_PORT_MIN: "32000",
    RABBITMQ_CTL_DIST_PORT_MAX: "32700",
    // Not RabbitMQ settings but variables of its start script: `detached` makes
    // the script become the Erlang machine instead of waiting for it in a
    // shell.
    ERL_CRASH_DUMP_SECONDS: "0",
    detached: "1",
  };
}

import { freePorts } from "./free_port.ts";
import {
  brokerConfig,
  type PrivateBrokerOptions,
  writeTlsFiles,
} from "./private_broker_options.ts";
import type { RabbitMQInstallation } from "./rabbitmq_installation.ts";

/** What makes a RabbitMQ node one of its own: its folder, ports, name and environment. */
export interface BrokerNode {
  readonly folder: string;
  readonly port: number;
  /** Where it speaks TLS, if it does. */
  readonly tlsPort: number;
  readonly epmdPort: number;
  /** Where the node's console goes. */
  readonly console: string;
  /** The environment of its programs. */
  readonly env: Readonly<Record<string, string>>;
}

/** Lays out a node in a new temporary folder; the caller removes it. One `beside` another can make a cluster with it. */
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

/** Starts the node; the child is the Erlang machine itself, so that signals and its status are the broker's. */
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
    // or Ctrl-C in a terminal, which Erlang answers in its own way, would reach it before the test
    detached: true,
  }).spawn();
}

/** Starts a port mapper for the node alone: the usual one would be left behind, and be shared with other brokers. */
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

/** What the node wrote on its console, from its first complaint on, for a failure's text. */
export async function complaint(node: BrokerNode): Promise<string> {
  const text = await Deno.readTextFile(node.console).catch(() => ""); // it never came so far
  const lines = text.trimEnd().split("\n");
  const first = lines.findIndex((line) => line.includes("[error]"));
  return lines.slice(first === -1 ? -40 : first).slice(0, 40).join("\n");
}

/** Nodes with the same cookie trust each other. Erlang wants it unreadable for others. */
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
    // absent files, or the machine's own /etc/rabbitmq would be read and win
    RABBITMQ_CONF_ENV_FILE: `${folder}/absent.conf`,
    RABBITMQ_ADVANCED_CONFIG_FILE: `${folder}/absent.config`,
    RABBITMQ_DIST_PORT: `${distPort}`,
    ERL_EPMD_PORT: `${epmdPort}`,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // one scheduler: a broker of a test shall leave the other cores to the test
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `+S 1:1 ${loopback}`,
    RABBITMQ_CTL_ERL_ARGS: `+S 1:1 ${loopback}`,
    // rabbitmqctl's own default lies where outgoing connections take their ports
    RABBITMQ_CTL_DIST_PORT_MIN: "32000",
    RABBITMQ_CTL_DIST_PORT_MAX: "32700",
    ERL_CRASH_DUMP_SECONDS: "0", // none
    // a variable of its start script: become the Erlang machine, don't wait for it in a shell
    detached: "1",
  };
}

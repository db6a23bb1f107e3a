import { readValidConfig } from "../review/valid_config.ts";
import type { TopicUse } from "@caryatid/sdk";
import type { BusConfig } from "@caryatid/process/internal/config";
import type {
  BrokerRights,
  UsedTopics,
} from "@caryatid/process/internal/rabbit-mq";
import { shellWord } from "../deno/deno_command.ts";
import { type Part, partName } from "../inspection/inspection.ts";
import { configUrl } from "../project/config_files.ts";
import type { CheckedConfig, CheckOptions } from "../review/checked_config.ts";
import { routesOf } from "../review/topics.ts";
import { harmless, type Terminal } from "../terminal/terminal.ts";

/**
 * `caryatid permissions --broker FILE…`: prints the commands of `rabbitmqctl`
 * that grant the users of a configuration what its RabbitMQ buses need.
 * Returns the exit code.
 */
export async function brokerPermissions(
  terminal: Terminal,
  files: readonly string[],
  options: CheckOptions = {},
): Promise<0 | 2> {
  const checked = await readValidConfig(
    terminal,
    files.map(configUrl),
    options,
  );
  if (checked === undefined) return 2;
  for (const line of await brokerLines(checked)) terminal.print(harmless(line));
  return 0;
}

/** Rights of all buses with the same user, and their names. */
interface UserRights {
  readonly buses: string[];
  readonly rights: BrokerRights[];
}

/** `set_permissions` replaces the rights of a user: one line for each. */
async function brokerLines(checked: CheckedConfig): Promise<string[]> {
  const buses = checked.config.buses.filter((bus) =>
    bus.className === "rabbit-mq"
  );
  if (buses.length === 0) return ["# found no bus of class rabbit-mq"];
  const { brokerRights } = await import(
    "@caryatid/process/internal/rabbit-mq"
  );
  const { rabbitMqSettings } = await import("@caryatid/process/rabbit-mq");
  const users = new Map<string, UserRights>();
  for (const bus of buses) {
    const settings = rabbitMqSettings(bus.settings);
    const rights = brokerRights(settings, usedTopics(checked, bus));
    const key = JSON.stringify([rights.broker, rights.vhost, rights.user]);
    const user = users.get(key) ?? { buses: [], rights: [] };
    users.set(key, user);
    user.buses.push(`message-bus.${bus.id}`);
    user.rights.push(rights);
  }
  return [...undeclared(checked), ...[...users.values()].flatMap(userLines)];
}

function userLines({ buses, rights }: UserRights): string[] {
  const { broker, vhost, user } = rights[0]!;
  const names = rights.flatMap(({ names }) => names);
  const written = [...names, ...rights.flatMap(({ written }) => written)];
  const topics = rights.flatMap(({ topics }) => topics);
  const exchanges = new Set(topics.map(({ exchange }) => exchange));
  const line = (command: string, ...args: string[]) =>
    ["rabbitmqctl", command, "-p", ...[vhost, user, ...args].map(shellWord)]
      .join(" ");
  return [
    `# ${buses.join(", ")} on ${broker}`,
    line(
      "set_permissions",
      expression(names),
      expression(written),
      expression(names),
    ),
    ...[...exchanges].map((exchange) => {
      const same = topics.filter((one) => one.exchange === exchange);
      return line(
        "set_topic_permissions",
        exchange,
        expression(same.flatMap(({ write }) => write)),
        expression(same.flatMap(({ read }) => read)),
      );
    }),
  ];
}

/** Returns an expression that matches nothing for an empty list. */
function expression(parts: readonly string[]): string {
  const all = new Set(parts);
  if (all.size === 0) return "^$";
  return all.has(".*") ? "^.*$" : `^(${[...all].join("|")})$`;
}

/** Returns the topics that the modules of the configuration use on a bus. */
function usedTopics(checked: CheckedConfig, { id }: BusConfig): UsedTopics {
  const { config, parts } = checked;
  const modules = parts.filter(({ kind }) => kind === "module");
  const isCarried = (pattern: string) =>
    routesOf(config.routes, pattern).some(({ buses }) => buses.includes(id));
  const ofModules = (use: TopicUse) =>
    modules.map(topicsOf).flatMap((topics) =>
      topics === undefined ? ["#"] : topics[use] ?? []
    );
  const ofProcess = [config.startupTopic, config.monitor?.topic]
    .filter((topic) => topic !== undefined);
  return {
    publish: [...ofModules("publish"), ...ofProcess].filter(isCarried),
    subscribe: ofModules("subscribe").filter(isCarried),
    request: ofModules("request").filter(isCarried),
    handle: ofModules("handle").filter(isCarried),
  };
}

/** Returns the topics that a module may use; undefined if no one says. */
function topicsOf(
  { config: { permissions }, inspection: { declared } }: Part,
): Partial<Record<TopicUse, readonly string[] | undefined>> | undefined {
  return declared ?? permissions;
}

/** Returns a comment for each module whose topics are unknown. */
function undeclared({ parts }: CheckedConfig): string[] {
  return parts.filter((part) =>
    part.kind === "module" && topicsOf(part) === undefined
  ).map((part) =>
    `# ${partName(part)} declares no topics, so every topic is granted`
  );
}

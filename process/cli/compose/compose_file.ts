import type { Grant } from "../grants.ts";
import type { Subject } from "../subject.ts";
import { brokerService, brokersOf } from "./broker.ts";
import { processService } from "./process_service.ts";
import type { Yaml } from "./yaml.ts";

/** The compose file of these processes, and of the broker between them if theirs is to be one of its containers. */
export function composeFile(
  processes: ReadonlyMap<string, Subject>,
  sources: readonly Grant[],
): Yaml {
  const [[first, subject]] = [...processes] as [[string, Subject]];
  const brokers = brokersOf(subject);
  const host = processes.has("rabbitmq") ? "rabbitmq-broker" : "rabbitmq";
  const services = [...processes].map(([name, own]) => [
    name,
    processService(own, { brokers, host, sources }),
  ]);
  if (brokers.length > 0) services.push([host, brokerService(brokers, host)]);
  return {
    name: projectName(subject, first),
    services: Object.fromEntries(services),
    volumes: {
      "deno-dir": {},
      ...brokers.length > 0 ? { [host]: {} } : {},
    },
  };
}

/** Compose wants lower case. */
function projectName({ files }: Subject, otherwise: string): string {
  const file = decodeURIComponent(files[0]!.pathname.split("/").at(-1)!);
  const name = file.replace(/\.toml$/, "").toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-").replace(/^[^a-z0-9]+/, "");
  return name || otherwise.toLowerCase();
}

import { filePath } from "../file_urls.ts";
import { type Grant, grantsOf } from "../grants.ts";
import { denoArgs } from "../run_args.ts";
import { STOP_GRACE } from "../stop_grace.ts";
import type { Part, Subject } from "../subject.ts";
import { type Broker, brokerVariable } from "./broker.ts";
import { mountsOf } from "./mounts.ts";
import type { Yaml } from "./yaml.ts";

/** The user `deno` of the image. */
const USER = "1993:1993";

/** What is around a process. */
interface ServiceParts {
  readonly brokers: readonly Broker[];
  /** What the container of the broker is called. */
  readonly host: string;
  /** See `workerSources`. */
  readonly sources: readonly Grant[];
}

/** One process as a container: what `caryatid run --process` starts, where nothing but what it is granted can be written. */
export function processService(
  subject: Subject,
  { brokers, host, sources }: ServiceParts,
): Yaml {
  const own = { ...subject, parts: subject.parts.map(atContainer) };
  const files = subject.files.map((url) =>
    url.protocol === "file:" ? filePath(url) : url.href
  );
  const flags = lockFlags(subject);
  const command = denoArgs(own, files, { flags, sources })
    .filter((word) => word !== "--cached-only"); // it has a cache of its own, empty at first
  const grace = (subject.config.stopDeadline + STOP_GRACE) / 1000;
  return {
    image: `denoland/deno:${Deno.version.deno}`,
    command: command.map(literal),
    working_dir: literal(Deno.cwd()),
    ...environment(own, brokers, host),
    // Paths are those of this machine: so they are the ones that are granted.
    volumes: ["deno-dir:/deno-dir", ...mountsOf(own).map(mount)],
    user: USER,
    read_only: true,
    tmpfs: ["/tmp"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    restart: "on-failure",
    stop_grace_period: `${Math.ceil(grace)}s`,
    ...brokers.length > 0
      ? { depends_on: { [host]: { condition: "service_healthy" } } }
      : {},
  };

  function atContainer(part: Part): Part {
    const isBroker = part.kind === "message-bus" &&
      brokers.some(({ bus }) => bus === part.config.id);
    if (!isBroker) return part;
    const permissions = {
      ...part.inspection.permissions,
      net: [`${host}:5672`],
    };
    return { ...part, inspection: { ...part.inspection, permissions } };
  }
}

/** The code lies where nothing can be written. */
function lockFlags({ project }: Subject): string[] {
  if (project.isLent) return [];
  return [project.lock === undefined ? "--no-lock" : "--frozen"];
}

/** Names without values: compose takes these from its own environment. What the configuration says isn't copied, secrets least of all. */
function environment(
  subject: Subject,
  brokers: readonly Broker[],
  host: string,
): { environment?: Yaml } {
  const names = grantsOf(subject).filter(({ kind, value }) =>
    kind === "env" && !value.includes("*")
  ).map(({ value }) => value);
  const variables = Object.fromEntries([
    ...[...new Set(names)].map((name) => [name, null]),
    ...brokers.map((broker) => brokerVariable(broker, host)),
  ]);
  return Object.keys(variables).length > 0 ? { environment: variables } : {};
}

function mount({ path, isWritable }: ReturnType<typeof mountsOf>[0]): Yaml {
  return {
    type: "bind",
    source: literal(path),
    target: literal(path),
    ...isWritable ? {} : { read_only: true },
    // Else Docker makes a folder of what isn't there, and it belongs to root.
    bind: { create_host_path: false },
  };
}

/** Compose takes a dollar for the begin of a variable. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

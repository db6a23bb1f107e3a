import { dirname, resolve } from "node:path";
import { filePath, VERSION } from "@caryatid/process/internal/platform";
import type { Part } from "../inspection/inspection.ts";
import { type Grant, grantsOf } from "../permissions/grants.ts";
import { statOf } from "../project/files.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { denoArgs, STOP_GRACE } from "../run/deno_args.ts";
import { type Broker, brokerVariable } from "./broker.ts";
import { guestImage, hasGuests, JAIL_OPTIONS } from "./guest_image.ts";

/** The user `deno` of the image. */
const USER = "1993:1993";

/** Options of {@linkcode processService}. */
interface ServiceOptions {
  readonly brokers: readonly Broker[];
  /** Name of the broker's container. */
  readonly host: string;
  /** See `workerSources`. */
  readonly sources: readonly Grant[];
}

/**
 * Returns the service of one process: the command of `caryatid run --process`,
 * in a container that can write only what is granted.
 */
export function processService(
  checked: CheckedConfig,
  { brokers, host, sources }: ServiceOptions,
): Record<string, unknown> {
  const own = {
    ...checked,
    parts: checked.parts.map((part) => atContainer(part, brokers, host)),
  };
  const files = checked.files.map((url) =>
    url.protocol === "file:" ? filePath(url) : url.href
  );
  const isJailed = hasGuests(own);
  const flags = lockFlags(checked);
  const command = isJailed
    ? commandOfRun(own, files)
    : denoArgs(own, files, { flags, sources })
      // the cache of the container is empty at first
      .filter((word) => word !== "--cached-only");
  const grace = (checked.config.stopDeadline + STOP_GRACE) / 1000;
  return {
    ...isJailed
      ? guestImage()
      : { image: `denoland/deno:${Deno.version.deno}` },
    command: command.map(literal),
    working_dir: literal(Deno.cwd()),
    ...environment(own, brokers, host),
    // Paths are the same as on this machine, since those are granted.
    volumes: ["deno-dir:/deno-dir", ...mountsOf(own).map(bindMount)],
    user: USER,
    read_only: true,
    tmpfs: ["/tmp"],
    cap_drop: ["ALL"],
    security_opt: [
      "no-new-privileges:true",
      ...isJailed ? JAIL_OPTIONS : [],
    ],
    restart: "on-failure",
    stop_grace_period: `${Math.ceil(grace)}s`,
    ...brokers.length > 0
      ? { depends_on: { [host]: { condition: "service_healthy" } } }
      : {},
  };
}

/**
 * Returns the command `caryatid run`, which starts the separate processes of
 * modules and buses. The process of the other modules has no more rights than
 * in a container without them.
 */
function commandOfRun(
  { config: { process } }: CheckedConfig,
  files: readonly string[],
): string[] {
  const program = import.meta.url.startsWith("file:")
    ? filePath(new URL("../mod.ts", import.meta.url))
    : `jsr:@caryatid/cli@${VERSION}`;
  return [
    ...["run", "--allow-all", "--no-prompt", program, "run"],
    ...process === undefined ? [] : ["--process", process],
    ...files,
  ];
}

/** Grants a bus the broker's container instead of this machine. */
function atContainer(
  part: Part,
  brokers: readonly Broker[],
  host: string,
): Part {
  const { kind, config, inspection } = part;
  const isBroker = kind === "message-bus" &&
    brokers.some(({ bus }) => bus === config.id);
  if (!isBroker) return part;
  const permissions = { ...inspection.permissions, net: [`${host}:5672`] };
  return { ...part, inspection: { ...inspection, permissions } };
}

/** The container cannot write the lock file next to the code. */
function lockFlags({ project }: CheckedConfig): string[] {
  if (project.isLent) return [];
  return [project.lock === undefined ? "--no-lock" : "--frozen"];
}

/**
 * Names without values: compose takes them from its own environment. The file
 * contains no value of the configuration, and no secret.
 */
function environment(
  checked: CheckedConfig,
  brokers: readonly Broker[],
  host: string,
): { environment?: Record<string, string | null> } {
  const names = grantsOf(checked).filter(({ kind, value }) =>
    kind === "env" && !value.includes("*")
  ).map(({ value }) => value);
  const variables = Object.fromEntries([
    ...[...new Set(names)].map((name) => [name, null]),
    ...brokers.map((broker) =>
      brokerVariable(broker, host, checked.config.envPrefix)
    ),
  ]);
  return Object.keys(variables).length > 0 ? { environment: variables } : {};
}

/** A file or folder of this machine, mounted at the same path. */
interface Mount {
  readonly path: string;
  readonly isWritable: boolean;
}

/**
 * Returns the folders of the code, read-only, and the paths that the process
 * may read or write; none twice.
 */
function mountsOf(checked: CheckedConfig): Mount[] {
  const granted = grantsOf(checked).flatMap(({ kind, value }) => {
    const path = resolve(value);
    if (kind === "write") {
      return [{ path: writablePath(path), isWritable: true }];
    }
    return kind === "read" ? [{ path, isWritable: false }] : [];
  });
  const code = codeFolders(checked).map((path) => ({
    path,
    isWritable: false,
  }));
  const all = [...code, ...granted];
  return all.filter((mount, index) =>
    !all.some((other, at) => at !== index && covers(other, mount, at < index))
  );
}

/** Of two equal mounts the first is kept. */
function covers(other: Mount, mount: Mount, isEarlier: boolean): boolean {
  if (mount.isWritable && !other.isWritable) return false;
  const isSame = other.path === mount.path;
  if (isSame && other.isWritable === mount.isWritable) return isEarlier;
  return isSame || mount.path.startsWith(`${other.path}/`);
}

/**
 * A file is replaced by a temporary file next to it, which needs its folder. A
 * path without an extension is taken for a folder.
 */
function writablePath(path: string): string {
  const isFolder = statOf(path)?.isDirectory ?? !/\.[^/]*$/.test(path);
  return isFolder ? path : dirname(path);
}

function codeFolders({ project, parts }: CheckedConfig): string[] {
  const files = parts.flatMap(({ specifier, inspection }) =>
    [inspection.resolved ?? specifier].filter((url) => url?.startsWith("file:"))
      .map((url) => filePath(url!))
  );
  const checkout = new URL("../../", import.meta.url);
  return [
    ...project.config === undefined ? [] : [dirname(project.config)],
    ...checkout.protocol === "file:" ? [resolve(filePath(checkout))] : [],
    ...files.map((file) => dirname(file)),
  ];
}

function bindMount({ path, isWritable }: Mount): Record<string, unknown> {
  return {
    type: "bind",
    source: literal(path),
    target: literal(path),
    ...isWritable ? {} : { read_only: true },
    // Without this, Docker creates a missing path as a folder of root.
    bind: { create_host_path: false },
  };
}

/** Escapes dollar signs, which begin variables in a compose file. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

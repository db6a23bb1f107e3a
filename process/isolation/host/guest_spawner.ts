import type { Jail, ModuleGrants } from "../../config/process_config.ts";
import { DENO_KINDS } from "../../rights/grants.ts";
import { VERSION } from "../../platform/version.ts";
import type { Link } from "../wire/link.ts";

/** Kind of code that a guest runs. */
export type GuestKind = "module" | "message-bus";

/**
 * Returns the name of a guest in errors; it is unique within a process.
 */
export function guestName(
  { kind, id }: { readonly kind?: GuestKind; readonly id: string },
): string {
  return `${kind === "message-bus" ? "bus" : "module"} ${JSON.stringify(id)}`;
}

/** Options of a guest's start. */
export interface GuestOrder {
  readonly kind: GuestKind;
  /** True if it carries the position in traces (false). */
  readonly traced?: boolean | undefined;
  /** The id of its module or bus. */
  readonly id: string;
  /** Location of its code: an absolute URL, or a name in a registry. */
  readonly specifier: string;
  /** The hash that its file must have, if one is known. */
  readonly integrity: string | undefined;
  /** Grants in addition to its topics. Nothing else is allowed. */
  readonly grants: ModuleGrants;
  /** Maximum memory in bytes, if the isolation can limit it. */
  readonly memory: number;
  /** Use of a jail, if the guest runs in a process. */
  readonly jail: Jail;
  /** Maximum size of a batch, in bytes. */
  readonly mostBatch: number;
  /** Called with its output, apart from frames of the bridge. */
  readonly onOutput: (text: string) => void;
  /** Called with warnings of the program that starts the guest. */
  readonly onWarning: (text: string) => void;
}

/** A guest that was started. */
export interface SpawnedGuest {
  /** Name of its jail, or "none" with the reason; undefined for a worker. */
  readonly jail?: string | undefined;
  readonly link: Link;
  /** Resolves with the reason when it has ended by itself. */
  readonly ended: Promise<string>;
  /** Kills the guest. A second call has no effect. */
  kill(): Promise<void>;
}

/** Starts guests of one isolation. */
export interface GuestSpawner {
  readonly isolation: "worker" | "process";
  /** Rejects with `GUEST_REFUSED` if the guest cannot start. */
  spawn(order: GuestOrder): Promise<SpawnedGuest>;
}

/** Files of a guest that its entry imports, with their names in the package. */
const ENTRIES = {
  loader: "internal/guest/loader",
  main: "internal/guest",
  bus: "internal/guest/bus",
  seal: "internal/guest/seal",
  traced: "internal/guest/traced",
} as const;

/** Part of the order of a guest on which its first code depends. */
type ProgramOrder = Pick<
  GuestOrder,
  "kind" | "specifier" | "integrity" | "grants" | "traced"
>;

/**
 * Returns the program of a worker without sealed code: a URL whose imports are
 * literal, so that the worker needs no permission for its own source. If a hash
 * is known, the text is imported next to the module: Deno reads a file once for
 * one program, so the hashed text is the one that runs.
 */
export function unsealedProgram(
  { kind, specifier, integrity, grants, traced }: ProgramOrder,
): string {
  const module = codeUrl(
    `import ${JSON.stringify(guestFile("seal"))};` +
      `import * as module from ${JSON.stringify(specifier)};` +
      "export default module;",
  );
  const pin = JSON.stringify({ specifier, integrity });
  const guard = JSON.stringify({ grants: grantedKinds(grants) });
  const text = integrity === undefined
    ? "const pin = undefined;"
    : `import text from ${JSON.stringify(specifier)} with { type: "text" };` +
      `const pin = { ...${pin}, text };`;
  const entry = entryFile({ kind, traced });
  return codeUrl(
    `import { startGuest } from ${JSON.stringify(entry)};` +
      `${text}startGuest("worker",` +
      `() => import(${JSON.stringify(module)}), { ...${guard}, pin });`,
  );
}

/**
 * Returns the program of a guest with sealed code: a URL, so that it needs no
 * permission for its own source.
 *
 * @param loader JavaScript of the loader, which reads the code
 * @param isolation place of the guest
 * @param kinds kinds of resources that the guest is granted
 */
export function sealedProgram(
  loader: string,
  isolation: "worker" | "process",
  { kind, specifier, integrity, grants, traced }: ProgramOrder,
  kinds: readonly string[] = grantedKinds(grants),
): string {
  const entry = entryFile({ kind, traced });
  const module = JSON.stringify(specifier);
  const start = JSON.stringify({ grants: kinds, hasGraph: true });
  const text = `(await import(${module}, { with: { type: "text" } })).default`;
  const pin = integrity === undefined
    ? "undefined"
    : `{ specifier: ${module}, integrity: ${JSON.stringify(integrity)}, ` +
      `text: ${text} }`;
  const receive = isolation === "worker"
    ? "await receiveSealed();"
    : "loadSealed();";
  return codeUrl(
    `${loader}\n${receive}\n` +
      `const { startGuest } = await import(${JSON.stringify(entry)});\n` +
      `const load = async () => ({ default: await import(${module}) });\n` +
      `startGuest("${isolation}", load, ` +
      `{ ...${start}, pin: ${pin} });`,
  );
}

/** Returns the specifier of the code that starts a guest. */
export function entryFile(
  { kind, traced }: Pick<GuestOrder, "kind" | "traced">,
): string {
  const ofModule = traced ? "traced" : "main";
  return guestFile(kind === "message-bus" ? "bus" : ofModule);
}

function grantedKinds(grants: ModuleGrants): string[] {
  return DENO_KINDS.filter((kind) => (grants[kind] ?? []).length > 0);
}

function codeUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Returns the locations of the first code of guests. */
export function guestFiles(): string[] {
  return (Object.keys(ENTRIES) as (keyof typeof ENTRIES)[]).map(guestFile);
}

/** Returns the specifier of trusted code of a guest. */
export function guestFile(name: keyof typeof ENTRIES): string {
  const file = name === "loader" ? "sealed_loader" : name;
  return import.meta.url.startsWith("file:")
    ? new URL(`../guest/${file}.ts`, import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/${ENTRIES[name]}`;
}

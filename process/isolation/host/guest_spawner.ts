import type { ModuleGrants } from "../../config/process_config.ts";
import { VERSION } from "../../version.ts";
import type { Link } from "../link.ts";

/** What the code of a guest defines. */
export type GuestKind = "module" | "message-bus";

/** What a guest is called in errors; no two of one process are called the same. */
export function guestName(
  { kind, id }: { readonly kind?: GuestKind; readonly id: string },
): string {
  return `${kind === "message-bus" ? "bus" : "module"} ${JSON.stringify(id)}`;
}

/** What a guest is started with. */
export interface GuestOrder {
  readonly kind: GuestKind;
  /** The id of its module or bus. */
  readonly id: string;
  /** Where its code is: absolute, or of a registry. */
  readonly specifier: string;
  /** The hash that its file must have, if one is known. */
  readonly integrity: string | undefined;
  /** What it may reach besides its topics: what is listed, nothing else. */
  readonly grants: ModuleGrants;
  /** Bytes that it may take, where that can be bounded. */
  readonly memory: number;
  /** A longer batch isn't taken in. */
  readonly mostBatch: number;
  /** Hears what it writes beside the bridge. */
  readonly onOutput: (text: string) => void;
}

/** A guest that was started. */
export interface SpawnedGuest {
  readonly link: Link;
  /** Resolves when it has ended by itself, with what is known of that. */
  readonly ended: Promise<string>;
  /** Ends it, whatever it does. Harmless twice. */
  kill(): Promise<void>;
}

/** Starts guests of one isolation. */
export interface GuestSpawner {
  readonly isolation: "worker" | "process";
  /** Rejects with `GUEST_REFUSED` where it can't be. */
  spawn(order: GuestOrder): Promise<SpawnedGuest>;
}

/** Files of a guest that its entry imports, and what the package calls them. */
const ENTRIES = {
  main: "isolation/guest",
  bus: "isolation/guest/bus",
  seal: "isolation/guest/seal",
} as const;

/**
 * The first code of a guest: a URL whose imports are literal, so that it needs no permission for its own source. Where its hash is
 * known, the text is imported beside the module: Deno reads a file once for one program, so what is hashed is what runs.
 */
export function entryOf(
  isolation: GuestSpawner["isolation"],
  { kind, specifier, integrity }: Pick<
    GuestOrder,
    "kind" | "specifier" | "integrity"
  >,
): string {
  const module = codeUrl(
    `import ${JSON.stringify(guestFile("seal"))};` +
      `import * as module from ${JSON.stringify(specifier)};` +
      "export default module;",
  );
  const pin = JSON.stringify({ specifier, integrity });
  const text = integrity === undefined
    ? "const pin = undefined;"
    : `import text from ${JSON.stringify(specifier)} with { type: "text" };` +
      `const pin = { ...${pin}, text };`;
  // The guest of a module doesn't wait for the files of a bus.
  const bus = kind === "message-bus"
    ? `import ${JSON.stringify(guestFile("bus"))};`
    : "";
  return codeUrl(
    `import { startGuest } from ${JSON.stringify(guestFile("main"))};` +
      `${bus}${text}startGuest(${JSON.stringify(isolation)},` +
      `() => import(${JSON.stringify(module)}), pin);`,
  );
}

function codeUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Where the first code of guests is. */
export function guestFiles(): string[] {
  return [guestFile("main"), guestFile("bus"), guestFile("seal")];
}

function guestFile(name: keyof typeof ENTRIES): string {
  return import.meta.url.startsWith("file:")
    ? new URL(`../guest/${name}.ts`, import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/${ENTRIES[name]}`;
}

import { CaryatidError, type Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import type { RelayAddress } from "../isolation/relay/relay_address.ts";
import { inMemoryClass } from "../buses/in_memory_class.ts";
import { nearest } from "../config/nearest.ts";
import { BUS, MODULE } from "./brands.ts";
import {
  checkBrand,
  type ExportBrand,
  type Importers,
  load,
  resolveSpecifier,
} from "./loader.ts";
import { standardClasses, standardImport } from "./standard_classes.ts";

/** Keys of a module or bus that determine its code. */
export interface Wanted {
  readonly id: string;
  readonly className: string;
  readonly import: string | undefined;
  readonly base: URL | undefined;
  readonly integrity: string | undefined;
  /** Other keys of its section. */
  readonly section: Readonly<Record<string, unknown>>;
}

/** Options of {@linkcode Registry}. */
export interface RegistryOptions extends Importers {
  /**
   * Address of the program that starts isolated modules, if another program
   * does.
   */
  readonly relay?: RelayAddress | undefined;
  /** True if Deno runs with `--no-prompt` (false). */
  readonly noPrompt?: boolean | undefined;
}

/** Properties of this program that the start of a guest depends on. */
export interface GuestHost {
  /**
   * Address of the program that starts isolated modules; undefined if this
   * program does.
   */
  readonly relay: RelayAddress | undefined;
  /** True if Deno runs with `--no-prompt`. */
  readonly noPrompt: boolean;
  /** True if the process traces. */
  readonly traced: boolean;
}

/** Finds code: registered by the program, imported, or a standard class. */
export class Registry {
  readonly #modules = new Map<string, Module>();
  readonly #buses = new Map<string, BusClass>([["in-memory", inMemoryClass]]);
  /** Host of the guests. */
  readonly host: GuestHost;
  readonly #importers: Importers;
  readonly #base: URL | undefined;

  /**
   * Registers the standard classes. `base` is the base of relative imports
   * without a file. `traced` is true if the process traces.
   */
  constructor(
    options: RegistryOptions,
    base: URL | undefined,
    traced: boolean = false,
  ) {
    this.#importers = options;
    const { relay, noPrompt = false } = options;
    this.host = { relay, noPrompt, traced };
    this.#base = base;
  }

  /**
   * Registers a module by name. The last one of a name wins, as in
   * caryatid_process.
   */
  registerModule(module: Module): void {
    this.#modules.set(registered(module, MODULE).name, module);
  }

  /** Registers a class of buses by name. */
  registerBus(bus: BusClass): void {
    this.#buses.set(registered(bus, BUS).name, bus);
  }

  /**
   * Returns the code of a module. Rejects with `LOAD_FAILED` or
   * `UNKNOWN_CLASS`.
   */
  module(wanted: Wanted): Promise<Module> {
    return this.#find("module", wanted, this.#modules, MODULE);
  }

  /**
   * Returns the specifier of a module or bus that a guest loads.
   *
   * @throws {CaryatidError} `GUEST_REFUSED` if it is only registered,
   * `UNKNOWN_CLASS`, `LOAD_FAILED`
   */
  isolatedSpecifier(kind: "module" | "message-bus", wanted: Wanted): string {
    const registered = kind === "module" ? this.#modules : this.#buses;
    const { id, className, base = this.#base, section } = wanted;
    const specifier = wanted.import ??
      (registered.has(className) ? undefined : standardImport(kind, className));
    if (specifier !== undefined) return absolute({ specifier, base });
    if (registered.has(className)) throw registeredError(kind, id, className);
    const known = standardClasses(kind);
    throw unknownClassError(`[${kind}.${id}]`, className, known, section);
  }

  /** Returns the code of a bus. */
  bus(wanted: Wanted): Promise<BusClass> {
    return this.#find("message-bus", wanted, this.#buses, BUS);
  }

  async #find<T>(
    kind: "module" | "message-bus",
    wanted: Wanted,
    registered: ReadonlyMap<string, T>,
    brand: ExportBrand<T>,
  ): Promise<T> {
    const { id, className, integrity, section } = wanted;
    const what = `[${kind}.${id}]`;
    if (wanted.import !== undefined) {
      const base = wanted.base ?? this.#base;
      const request = { what, specifier: wanted.import, base, integrity };
      return await load(request, brand, this.#importers);
    }
    const known = registered.get(className);
    if (known) return known;
    const specifier = standardImport(kind, className);
    if (specifier !== undefined) {
      return await load({ what, specifier, base: undefined }, brand);
    }
    const all = [...registered.keys(), ...standardClasses(kind)];
    throw unknownClassError(what, className, all, section);
  }
}

/** Returns an absolute specifier: a guest has no import map for bare names. */
function absolute(request: Parameters<typeof resolveSpecifier>[0]): string {
  const specifier = resolveSpecifier(request);
  return URL.canParse(specifier) ? specifier : import.meta.resolve(specifier);
}

function registeredError(
  kind: string,
  id: string,
  className: string,
): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot isolate [${kind}.${id}]: found the class "${className}" ` +
      "registered by the program; expected a file that a guest can load",
    { hint: `Set import = "./…" in [${kind}.${id}].` },
  );
}

/** Returns the value if it is a module. Throws `WRONG_EXPORT` otherwise. */
export function checkModule(module: Module): Module {
  return registered(module, MODULE);
}

function registered<T>(value: T, brand: ExportBrand<T>): T {
  return checkBrand(value, brand, (kind) => `Cannot register: found ${kind}`);
}

function unknownClassError(
  what: string,
  className: string,
  known: readonly string[],
  section: Wanted["section"],
): CaryatidError {
  const near = nearest(className, known);
  const misspelt = Object.keys(section)
    .find((key) => nearest(key, ["import"]) !== undefined);
  const hint = near !== undefined
    ? `Write "${near}".`
    : misspelt !== undefined
    ? `Write import for ${misspelt}.`
    : "Register it, or set import to its file or package.";
  return new CaryatidError(
    "UNKNOWN_CLASS",
    `Cannot make ${what}: found the class "${className}"; expected ` +
      `one of ${known.join(", ") || "those registered (none is)"}`,
    { hint },
  );
}

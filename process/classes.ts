import { CaryatidError, isModule, type Module } from "@caryatid/sdk";
import { type BusClass, isBusClass } from "@caryatid/sdk/bus";
import type { RelayAddress } from "./isolation/relay/relay_address.ts";
import { inMemoryClass } from "./buses/in_memory_class.ts";
import { nearest } from "./config/nearest.ts";
import { checkForm, type Form } from "./form.ts";
import { type Importers, load, resolveSpecifier } from "./loader.ts";
import { standardClasses, standardImport } from "./standard_classes.ts";

/** A module or bus of the configuration, as far as finding its code needs it. */
export interface Wanted {
  readonly id: string;
  readonly className: string;
  readonly import: string | undefined;
  readonly base: URL | undefined;
  readonly integrity: string | undefined;
  /** What else its section says. */
  readonly section: Readonly<Record<string, unknown>>;
}

const MODULE: Form<Module> = { name: "a module", kind: "module", is: isModule };
const BUS: Form<BusClass> = { name: "a bus", kind: "bus", is: isBusClass };

/** What a program has of its own that code is found, and started, by. */
export interface CodeOptions extends Importers {
  /** Who starts the processes of isolated modules, if this program is not to. */
  readonly relay?: RelayAddress | undefined;
}

/** Where code comes from: registered by the program, imported, or, failing both, standard. */
export class Classes {
  readonly #modules = new Map<string, Module>();
  readonly #buses = new Map<string, BusClass>([["in-memory", inMemoryClass]]);
  /** Who starts processes of isolated modules; this program itself where undefined. */
  readonly relay: RelayAddress | undefined;
  readonly #importers: Importers;
  readonly #base: URL | undefined;

  /** `options` and `base` are the program's, if it gives them. */
  constructor(options: CodeOptions, base: URL | undefined) {
    this.#importers = options;
    this.relay = options.relay;
    this.#base = base;
  }

  /** Registers modules by name; the last one of a name wins, as in caryatid_process. */
  registerModule(module: Module): void {
    this.#modules.set(registered(module, MODULE).name, module);
  }

  /** Registers a class of buses by name. */
  registerBus(bus: BusClass): void {
    this.#buses.set(registered(bus, BUS).name, bus);
  }

  /** Finds a module's code. Rejects with `LOAD_FAILED` or `UNKNOWN_CLASS`. */
  module(wanted: Wanted): Promise<Module> {
    return this.#find("module", wanted, this.#modules, MODULE);
  }

  /**
   * Where the code of a module or bus is that isn't to be loaded here.
   *
   * @throws {CaryatidError} `GUEST_REFUSED` if it is only registered, `UNKNOWN_CLASS`, `LOAD_FAILED`
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

  /** Finds a bus's code. */
  bus(wanted: Wanted): Promise<BusClass> {
    return this.#find("message-bus", wanted, this.#buses, BUS);
  }

  async #find<T>(
    kind: "module" | "message-bus",
    wanted: Wanted,
    registered: ReadonlyMap<string, T>,
    form: Form<T>,
  ): Promise<T> {
    const { id, className, integrity, section } = wanted;
    const what = `[${kind}.${id}]`;
    if (wanted.import !== undefined) {
      const base = wanted.base ?? this.#base;
      const request = { what, specifier: wanted.import, base, integrity };
      return await load(request, form, this.#importers);
    }
    const known = registered.get(className);
    if (known) return known;
    const specifier = standardImport(kind, className);
    if (specifier !== undefined) {
      return await load({ what, specifier, base: undefined }, form);
    }
    const all = [...registered.keys(), ...standardClasses(kind)];
    throw unknownClassError(what, className, all, section);
  }
}

/** A guest has no import map to resolve a bare name with. */
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
      "registered by the program, wanted a file that a guest can load",
    { hint: `say where it is: import = "./…" in [${kind}.${id}]` },
  );
}

/** That it is a module. Throws `WRONG_EXPORT`. */
export function checkModule(module: Module): Module {
  return registered(module, MODULE);
}

function registered<T>(value: T, form: Form<T>): T {
  return checkForm(value, form, (kind) => `Cannot register: found ${kind}`);
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
    ? `did you mean "${near}"?`
    : misspelt !== undefined
    ? `write import for ${misspelt}`
    : "register it, or say where it is: import = …";
  return new CaryatidError(
    "UNKNOWN_CLASS",
    `Cannot make ${what}: found the class "${className}", wanted ` +
      `one of ${known.join(", ") || "those registered (none is)"}`,
    { hint },
  );
}

import {
  CaryatidError,
  declaredTopics,
  type Log,
  type MessageBus,
  type Module,
  type Topics,
} from "@caryatid/sdk";
import { type BusClass, describeFailure } from "@caryatid/sdk/bus";
import { RoutingBus } from "../buses/routing.ts";
import { checkSection } from "../config/check_section.ts";
import { ConfigError, formatPlace } from "../config/config_error.ts";
import type {
  BusConfig,
  ConfigProblem,
  ModuleConfig,
  ProcessConfig,
  Section,
} from "../config/process_config.ts";
import { configKey, dispose } from "./loader.ts";
import type { Registry } from "./registry.ts";

/** Returns the log of a module or bus. */
type LogOf = (id: string) => Log;

/** A module with its code and its checked section. */
export interface AssembledModule {
  readonly config: ModuleConfig;
  readonly module: Module;
  /** Output of its schema for its section. */
  readonly section: unknown;
  /** Topics that it declares with this section, if any. */
  readonly topics: Topics | undefined;
}

/** Assembled parts, and notices about the configuration. */
export interface Assembly<T> {
  readonly parts: readonly T[];
  readonly notices: readonly ConfigProblem[];
}

type Part<T> = { part: T; notices: readonly ConfigProblem[] } | {
  error: CaryatidError;
};

/**
 * Finds the code of every module and checks every section.
 *
 * Rejects with all problems at once as `INVALID_CONFIG`, or with the only
 * error.
 */
export function assembleModules(
  config: ProcessConfig,
  registry: Registry,
  logOf: LogOf,
): Promise<Assembly<AssembledModule>> {
  return assemble(config, config.modules, async (wanted) => {
    const module = await moduleFor(wanted, registry, logOf);
    try {
      return await withSection(config, wanted, module);
    } catch (error) {
      await dispose(module);
      throw error;
    }
  }, ({ module }) => dispose(module));
}

/**
 * Returns the code of a module. The code of an isolated module is loaded by its
 * guest only.
 */
async function moduleFor(
  wanted: ModuleConfig,
  registry: Registry,
  logOf: LogOf,
): Promise<Module> {
  return wanted.isolation === "none"
    ? await registry.module(wanted)
    : await guestFor(wanted, registry, logOf);
}

/**
 * Starts a guest that loads the code of an isolated module. It replaces
 * `predecessor` if the queues of that one are kept.
 */
export async function guestFor(
  wanted: ModuleConfig,
  registry: Registry,
  logOf: LogOf,
  predecessor?: Module,
): Promise<Module> {
  const { isolatedModule } = await import(
    "../isolation/isolated_module.ts"
  );
  const source = {
    specifier: registry.isolatedSpecifier("module", wanted),
    ...registry.host,
  };
  return await isolatedModule(wanted, source, logOf(wanted.id), predecessor);
}

/** Checks the section of a module. Rejects with `INVALID_CONFIG`. */
export async function withSection(
  config: ProcessConfig,
  wanted: ModuleConfig,
  module: Module,
): Promise<{ part: AssembledModule; notices: readonly ConfigProblem[] }> {
  const value = await checked(config, wanted, module.config);
  const topics = declaredTopics(module, value);
  const part = { config: wanted, module, section: value, topics };
  if (wanted.isolation === "none" && !wanted.permissions) {
    return { part, notices: [] };
  }
  return { part, notices: await checkGrants(config, part) };
}

/** One bus that routes to all configured buses. */
export interface AssembledBus {
  readonly bus: MessageBus;
  readonly notices: readonly ConfigProblem[];
  /**
   * Resolves with the reason if an isolated bus ends without being closed. Its
   * messages are lost.
   */
  readonly failure: Promise<unknown>;
}

/**
 * Finds the code of every bus, checks every section, and creates the routing
 * bus. Connects nothing yet.
 */
export async function assembleBus(
  config: ProcessConfig,
  registry: Registry,
  logOf: LogOf,
): Promise<AssembledBus> {
  const failure = Promise.withResolvers<unknown>();
  const { parts, notices } = await assemble(
    config,
    config.buses,
    async (wanted) => {
      const definition = await busClassOf(wanted, registry, {
        log: logOf(wanted.id),
        onEnded: failure.resolve,
      });
      try {
        const { bus, notices } = await makeBus(wanted, definition, {
          config,
          log: logOf(wanted.id),
        });
        return { part: [wanted.id, bus] as [string, MessageBus], notices };
      } catch (error) {
        await dispose(definition);
        throw error;
      }
    },
    ([, bus]) => bus.close(),
  );
  const bus = new RoutingBus(config.routes, new Map(parts), {
    requestTimeout: config.requestTimeout,
  });
  return { bus, notices, failure: failure.promise };
}

/**
 * Returns the code of a bus. The code of an isolated bus is loaded by its guest
 * only.
 */
async function busClassOf(
  wanted: BusConfig,
  registry: Registry,
  hearing: { log: Log; onEnded: (error: unknown) => void },
): Promise<BusClass> {
  const code = { ...wanted, section: wanted.settings };
  if (wanted.isolation === "none") return await registry.bus(code);
  const { isolatedBusClass } = await import(
    "../isolation/isolated_module.ts"
  );
  const specifier = registry.isolatedSpecifier("message-bus", code);
  return await isolatedBusClass(
    wanted,
    { specifier, ...registry.host },
    hearing,
  );
}

async function makeBus(
  wanted: BusConfig,
  definition: BusClass,
  { config, log }: { readonly config: ProcessConfig; readonly log: Log },
): Promise<{ bus: MessageBus; notices: readonly ConfigProblem[] }> {
  const section = { path: wanted.path, section: wanted.settings };
  const value = await checked(config, section, definition.config);
  const notices = wanted.isolation === "none" ? [] : await checkGrants(config, {
    config: wanted,
    module: definition,
    section: value,
    topics: undefined,
  });
  const bus = definition.create({ id: wanted.id, log }, value);
  return { bus, notices };
}

async function assemble<W extends { readonly path: readonly string[] }, T>(
  config: ProcessConfig,
  all: readonly W[],
  make: (wanted: W) => Promise<{ part: T; notices: readonly ConfigProblem[] }>,
  unmake?: (part: T) => Promise<void>,
): Promise<Assembly<T>> {
  const results = await Promise.all(
    all.map((wanted): Promise<Part<T>> =>
      make(wanted).catch(async (error) => ({
        error: await placed(config, wanted.path, error),
      }))
    ),
  );
  const errors = results.flatMap((result) =>
    "error" in result ? [result.error] : []
  );
  const made = results.filter((result) => "part" in result);
  if (errors.length > 0 && unmake) {
    await Promise.all(made.map(({ part }) => unmake(part)));
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new ConfigError(errors.flatMap(problemsOf));
  return {
    parts: made.map(({ part }) => part),
    notices: made.flatMap(({ notices }) => notices),
  };
}

async function checked(
  config: ProcessConfig,
  section: Section,
  schema: Module["config"],
): Promise<unknown> {
  const { value, problems } = await checkSection(config, section, schema);
  if (problems.length > 0) throw new ConfigError(problems);
  return value;
}

/**
 * Rejects with all permissions that are requested and not granted. Returns
 * notices about grants that are not requested.
 */
async function checkGrants(
  config: ProcessConfig,
  { config: wanted, module, section, topics }: Asking,
): Promise<readonly ConfigProblem[]> {
  // Loaded only for a file that grants something.
  const { reviewGrants } = await import("../rights/review_grants.ts");
  const { askedOf, askedPermissions } = await import("../rights/grants.ts");
  const permissions = askedPermissions(module.permissions, section);
  const asked = askedOf(permissions, topics);
  const { problems, notices } = await reviewGrants(wanted, asked, config);
  if (problems.length > 0) throw new ConfigError(problems);
  return notices;
}

/** A module or bus that may ask for permissions. */
interface Asking extends Pick<AssembledModule, "section" | "topics"> {
  readonly config: ModuleConfig | BusConfig;
  readonly module: Pick<Module | BusClass, "permissions">;
}

/** Returns the same error, with the place in the configuration in front. */
async function placed(
  config: ProcessConfig,
  path: readonly string[],
  error: unknown,
): Promise<CaryatidError> {
  if (error instanceof ConfigError) return error;
  const { code, message, hint, cause } = error instanceof CaryatidError
    ? error
    : new CaryatidError("LOAD_FAILED", describeFailure(error).message, {
      cause: error,
    });
  const place = await config.place([...path, configKey(cause)]);
  return new CaryatidError(
    code,
    place ? `${formatPlace(place)}: ${message}` : message,
    { cause, hint },
  );
}

function problemsOf(error: CaryatidError): readonly ConfigProblem[] {
  if (error instanceof ConfigError) return error.problems;
  const { message, hint } = error;
  return [{ key: "", place: undefined, message, hint }];
}

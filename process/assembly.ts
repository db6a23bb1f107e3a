import {
  CaryatidError,
  declaredTopics,
  type Log,
  type MessageBus,
  type Module,
  type Topics,
} from "@caryatid/sdk";
import { type BusClass, describeFailure } from "@caryatid/sdk/bus";
import { RoutingBus } from "./buses/routing.ts";
import { checkSection } from "./config/check_section.ts";
import { ConfigError, formatPlace } from "./config/config_error.ts";
import type {
  BusConfig,
  ModuleConfig,
  Problem,
  ProcessConfig,
  Section,
} from "./config/process_config.ts";
import type { Classes } from "./classes.ts";
import { discard } from "./discard.ts";
import { guiltyKey } from "./guilty_key.ts";
import type { Logging } from "./logging.ts";

/** A module with its checked section: all that it takes to run it. */
export interface AssembledModule {
  readonly config: ModuleConfig;
  readonly module: Module;
  /** What its schema made of its section. */
  readonly section: unknown;
  /** What it declares with this section, if anything. */
  readonly topics: Topics | undefined;
}

/** What was put together, and what is accepted though probably not meant. */
export interface Assembly<T> {
  readonly parts: readonly T[];
  readonly notices: readonly Problem[];
}

type Part<T> = { part: T; notices: readonly Problem[] } | {
  error: CaryatidError;
};

/**
 * Finds the code of every module and checks every section.
 *
 * Rejects with all that is wrong at once: `INVALID_CONFIG`, or the one error that there is.
 */
export function assembleModules(
  config: ProcessConfig,
  classes: Classes,
  logging: Logging,
): Promise<Assembly<AssembledModule>> {
  return assemble(config, config.modules, async (wanted) => {
    const module = await moduleFor(wanted, classes, logging);
    try {
      return await withSection(config, wanted, module);
    } catch (error) {
      await discard(module);
      throw error;
    }
  }, ({ module }) => discard(module));
}

/** The code of an isolated module is never loaded here. */
async function moduleFor(
  wanted: ModuleConfig,
  classes: Classes,
  logging: Logging,
): Promise<Module> {
  return wanted.isolation === "none"
    ? await classes.module(wanted)
    : await guestFor(wanted, classes, logging);
}

/** A guest that has loaded the code of an isolated module; in the place of `predecessor`, if there is one whose queues are kept. */
export async function guestFor(
  wanted: ModuleConfig,
  classes: Classes,
  logging: Logging,
  predecessor?: Module,
): Promise<Module> {
  const { isolatedModule } = await import("./isolation/isolated_module.ts");
  const source = {
    specifier: classes.isolatedSpecifier("module", wanted),
    relay: classes.relay,
  };
  const log = logging.log(wanted.id);
  return await isolatedModule(wanted, source, log, predecessor);
}

/** A module with its section of this configuration, checked. Rejects with `INVALID_CONFIG`. */
export async function withSection(
  config: ProcessConfig,
  wanted: ModuleConfig,
  module: Module,
): Promise<{ part: AssembledModule; notices: readonly Problem[] }> {
  const { value, notices } = await checked(config, wanted, module.config);
  const topics = declaredTopics(module, value);
  const part = { config: wanted, module, section: value, topics };
  if (wanted.isolation === "none" && !wanted.permissions) {
    return { part, notices };
  }
  const needless = await checkGrants(config, part);
  return { part, notices: [...notices, ...needless] };
}

/** All buses behind one. */
export interface AssembledBus {
  readonly bus: MessageBus;
  readonly notices: readonly Problem[];
  /** Resolves with why an isolated bus has ended, if one does though nobody closes it: what is on it is lost. */
  readonly failure: Promise<unknown>;
}

/** Finds the code of every bus, checks every section, and puts the buses behind the routes. Nothing is connected yet. */
export async function assembleBus(
  config: ProcessConfig,
  classes: Classes,
  logging: Logging,
): Promise<AssembledBus> {
  const failure = Promise.withResolvers<unknown>();
  const { parts, notices } = await assemble(
    config,
    config.buses,
    async (wanted) => {
      const definition = await busFor(wanted, classes, {
        log: logging.log(wanted.id),
        onEnded: failure.resolve,
      });
      try {
        const { bus, notices } = await makeBus(wanted, definition, {
          config,
          log: logging.log(wanted.id),
        });
        return { part: [wanted.id, bus] as [string, MessageBus], notices };
      } catch (error) {
        await discard(definition);
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

/** The code of an isolated bus is never loaded here. */
async function busFor(
  wanted: BusConfig,
  classes: Classes,
  hearing: { log: Log; onEnded: (error: unknown) => void },
): Promise<BusClass> {
  const code = { ...wanted, section: wanted.settings };
  if (wanted.isolation === "none") return await classes.bus(code);
  const { isolatedBusClass } = await import("./isolation/isolated_module.ts");
  const { relay } = classes;
  const specifier = classes.isolatedSpecifier("message-bus", code);
  return await isolatedBusClass(wanted, { specifier, relay }, hearing);
}

async function makeBus(
  wanted: BusConfig,
  definition: BusClass,
  { config, log }: { readonly config: ProcessConfig; readonly log: Log },
): Promise<{ bus: MessageBus; notices: readonly Problem[] }> {
  const section = { path: wanted.path, section: wanted.settings };
  const { value, notices } = await checked(config, section, definition.config);
  const needless = wanted.isolation === "none"
    ? []
    : await checkGrants(config, {
      config: wanted,
      module: definition,
      section: value,
      topics: undefined,
    });
  const bus = definition.create({ id: wanted.id, log }, value);
  return { bus, notices: [...notices, ...needless] };
}

async function assemble<W extends { readonly path: readonly string[] }, T>(
  config: ProcessConfig,
  all: readonly W[],
  make: (wanted: W) => Promise<{ part: T; notices: readonly Problem[] }>,
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
): Promise<{ value: unknown; notices: readonly Problem[] }> {
  const { value, problems, notices } = await checkSection(
    config,
    section,
    schema,
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return { value, notices };
}

/** Rejects with all that a module or bus asks for and isn't granted; gives what it is granted and doesn't ask for. */
async function checkGrants(
  config: ProcessConfig,
  { config: wanted, module, section, topics }: Asking,
): Promise<readonly Problem[]> {
  // Only a file that grants something pays for it.
  const { reviewGrants } = await import("./isolation/review_grants.ts");
  const { askedOf } = await import("./isolation/grants.ts");
  const { askedPermissions } = await import("./cli/inspection/asked.ts");
  const permissions = askedPermissions(module.permissions, section);
  const asked = askedOf(permissions, topics);
  const { problems, notices } = await reviewGrants(wanted, asked, config);
  if (problems.length > 0) throw new ConfigError(problems);
  return notices;
}

/** Who asks for something. */
interface Asking extends Pick<AssembledModule, "section" | "topics"> {
  readonly config: ModuleConfig | BusConfig;
  readonly module: Pick<Module | BusClass, "permissions">;
}

/** The same error, led by where in the configuration its cause stands. */
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
  const place = await config.place([...path, guiltyKey(cause)]);
  return new CaryatidError(
    code,
    place ? `${formatPlace(place)}: ${message}` : message,
    { cause, hint },
  );
}

function problemsOf(error: CaryatidError): readonly Problem[] {
  if (error instanceof ConfigError) return error.problems;
  const { message, hint } = error;
  return [{ key: "", place: undefined, message, hint }];
}

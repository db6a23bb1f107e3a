import {
  type ConfigDefaults,
  type ConfigInputOf,
  type ConfigOf,
  defaultsSchema,
  isSchema,
} from "./config_defaults.ts";
import type { Context } from "./context.ts";
import { CaryatidError } from "./errors.ts";
import type { SchemaIssue, StandardSchema } from "./standard_schema.ts";
import { checkTopics, type Topics, type TopicsOf } from "./topics.ts";

/**
 * Permissions that a module asks for. The configuration grants them or does
 * not.
 */
export interface PermissionRequest {
  /** Hosts, with or without a port. */
  readonly net?: readonly string[];
  /** Files and folders to read. */
  readonly read?: readonly string[];
  /** Files and folders to write. */
  readonly write?: readonly string[];
  /** Environment variables. */
  readonly env?: readonly string[];
}

/**
 * Permissions that a module or bus asks for: a constant, or a function of its
 * checked section.
 */
export type PermissionsOf<C> =
  | PermissionRequest
  | ((config: C) => PermissionRequest);

/**
 * Definition of a module, for {@linkcode defineModule}.
 *
 * `C` is the type of `config`: a schema, a table of defaults, or neither.
 */
export interface ModuleDefinition<
  C extends StandardSchema | ConfigDefaults | undefined = undefined,
  S extends StandardSchema | undefined = undefined,
> {
  /** Names the kind of module: lower-case words joined by `-`. */
  readonly name: string;
  /** Purpose of the module, in a sentence. */
  readonly description?: string;
  /**
   * Schema of the module's section of the configuration, or its defaults:
   * `{ topic: "clock.tick", every: 1 }`. A value of the section must then have
   * the type of its default, and other keys are errors.
   */
  readonly config?: C;
  /**
   * Permissions that the module asks for; a function if they depend on its
   * section: `(config) => ({ net: [config.host] })`. Tools call it without
   * running the module.
   */
  readonly permissions?: PermissionsOf<ConfigOf<C>>;
  /**
   * Topics that the module uses; a function if its section names them:
   * `(config) => ({ publish: [config.topic] })`. Tools call it without running
   * the module. A module that uses another topic gets a warning in a process,
   * and an error in `testModule`. Without it no topic is checked.
   */
  readonly topics?: TopicsOf<ConfigOf<C>> | undefined;
  /**
   * Sets the module up: subscribe, consume and handle here, and give loops to
   * `context.run`. When `init` has ended, the module receives every message of
   * its subscriptions.
   */
  init(
    context: Context<StateInputOf<S>>,
    config: ConfigOf<C>,
    options: InitOptions<StateOf<S>>,
  ): void | Promise<void>;
  /**
   * Schema of the state that the module keeps over a swap of its code by
   * `context.keep`. A state of older code that does not fit is logged with
   * `STATE_NOT_KEPT`, and `previous` is undefined. Without it the state is
   * `unknown`.
   */
  readonly state?: S;
}

/** Options of `init` of a module. */
export interface InitOptions<State = unknown> {
  /**
   * A copy of the state that the replaced code kept by `context.keep`.
   * Undefined at the start of the process, after a failure, and if nothing was
   * kept.
   */
  readonly previous: State | undefined;
}

/** State that a module with the schema `S` receives as `previous`. */
export type StateOf<S> = S extends StandardSchema<unknown, infer Output>
  ? Output
  : unknown;

/** State that a module with the schema `S` may keep. */
export type StateInputOf<S> = S extends StandardSchema<infer Input, unknown>
  ? Input
  : unknown;

/**
 * A module, to be registered with a process or loaded by one. Made by
 * {@linkcode defineModule}. `Input` is the type of its section.
 */
export interface Module<Input = unknown> {
  /** Marks a module for every copy of the SDK. */
  readonly "~caryatid": { readonly kind: "module"; readonly version: 1 };
  /** Names the kind of module. */
  readonly name: string;
  /** Purpose of the module. */
  readonly description: string;
  /** Schema of its section of the configuration. */
  readonly config: StandardSchema<Input, unknown> | undefined;
  /** Permissions that it asks for, or a function of its checked section. */
  readonly permissions: PermissionsOf<unknown>;
  /**
   * Topics that it uses, or a function of its checked section. Undefined if it
   * declares none, as with an older SDK.
   */
  readonly topics?: TopicsOf<unknown> | undefined;
  /**
   * Sets one instance up, with its checked configuration and the state of the
   * code that it replaces.
   */
  init(
    context: Context,
    config: unknown,
    options?: InitOptions,
  ): void | Promise<void>;
}

/**
 * Defines a module. Modules know topics, never other modules and never buses.
 *
 * Mirrors the `#[module]` macro of caryatid_sdk.
 *
 * @example A module that answers
 * ```ts
 * import { defineModule, type Module } from "@caryatid/sdk";
 *
 * export default defineModule({
 *   name: "echo",
 *   description: "Answers with the question",
 *   init(context) {
 *     context.handle("echo.*", ({ topic, message }) => ({ topic, message }));
 *   },
 * }) as Module;
 * ```
 * @example A module that declares its topics
 * ```ts
 * import { defineModule, type Module } from "@caryatid/sdk";
 *
 * export default defineModule({
 *   name: "relay",
 *   topics: { subscribe: ["order.#"], publish: ["shipping.*"] },
 *   init(context) {
 *     const orders = context.subscribe("order.*");
 *     context.run(async () => {
 *       for await (const { message } of orders) {
 *         await context.publish("shipping.wanted", message);
 *       }
 *     });
 *   },
 * }) as Module;
 * ```
 * @example Defaults instead of a schema
 * ```ts
 * import { defineModule, type Module } from "@caryatid/sdk";
 *
 * export default defineModule({
 *   name: "greeter",
 *   config: { topic: "greeting", every: 10 },
 *   init(context, config) {
 *     context.run(async () => {
 *       await context.clock.sleep(config.every * 1_000);
 *       await context.publish(config.topic, "hello");
 *     });
 *   },
 * }) as Module;
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` if the name is not lower-case words
 * joined by `-`, or `topics` is not an object of lists; `INVALID_TOPIC` if a
 * list has an invalid pattern
 */
export function defineModule<
  C extends StandardSchema | ConfigDefaults | undefined = undefined,
  S extends StandardSchema | undefined = undefined,
>(definition: ModuleDefinition<C, S>): Module<ConfigInputOf<C>> {
  const { name, description = "", config, permissions = {}, topics } =
    definition;
  const { state } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the module ${JSON.stringify(name)}: ` +
        'expected lower-case words joined by "-"',
      { hint: 'Use for example "rest-server".' },
    );
  }
  return {
    "~caryatid": { kind: "module", version: 1 },
    name,
    description,
    config: schemaOf(name, config) as
      | StandardSchema<ConfigInputOf<C>>
      | undefined,
    permissions: permissions as PermissionsOf<unknown>,
    topics: topics === undefined || typeof topics === "function"
      ? topics as TopicsOf<unknown> | undefined
      : checkTopics(name, topics),
    init: (context, config, { previous } = NO_STATE) =>
      previous === undefined || state === undefined
        ? definition.init(context, config as never, { previous } as never)
        : initWithState(definition, state, context, config, previous),
  };
}

const NO_STATE: InitOptions = { previous: undefined };

/** Passes the previous state to `init` if it fits the schema. */
async function initWithState(
  definition: Pick<ModuleDefinition<never, never>, "init">,
  schema: StandardSchema,
  context: Context,
  config: unknown,
  state: unknown,
): Promise<void> {
  const result = await schema["~standard"].validate(state);
  if (result.issues) {
    const [{ message }] = result.issues as readonly [SchemaIssue];
    context.log.warn(
      "[STATE_NOT_KEPT] the new code starts without the state, which does not match its schema: {reason}",
      { code: "STATE_NOT_KEPT", reason: message },
    );
  }
  const previous = result.issues ? undefined : result.value;
  await definition.init(
    context as never,
    config as never,
    { previous } as never,
  );
}

function schemaOf(
  module: string,
  config: StandardSchema | ConfigDefaults | undefined,
): StandardSchema | undefined {
  if (config === undefined) return undefined;
  const isObject = typeof config === "object" && config !== null;
  if (!isObject && typeof config !== "function") {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the module "${module}": found the config ` +
        `${String(config)}; expected a schema or a table of defaults`,
    );
  }
  if (isSchema(config)) return config;
  try {
    return defaultsSchema(config);
  } catch (cause) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the module "${module}": its defaults are not data`,
      { cause, hint: "Use strings, numbers, booleans, lists and tables." },
    );
  }
}

/**
 * Returns true if `value` is a module, of this or another loaded copy of the
 * SDK that makes modules of the same version.
 *
 * @example
 * ```ts
 * import { isModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * assert(!isModule({ name: "not branded" }));
 * ```
 */
export function isModule(value: unknown): value is Module {
  if (typeof value !== "object" || value === null) return false;
  const brand = (value as Partial<Module>)["~caryatid"];
  return brand?.kind === "module" && brand.version === 1;
}

/**
 * Returns the topics that a module declares with this checked section, or
 * undefined if it declares none.
 *
 * @example
 * ```ts
 * import { declaredTopics, defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const ticker = defineModule({
 *   name: "ticker",
 *   topics: ({ topic }) => ({ publish: [String(topic)] }),
 *   init() {},
 * });
 * const topics = declaredTopics(ticker, { topic: "tick" });
 * assert.deepEqual(topics?.publish, ["tick"]);
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` or `INVALID_TOPIC`, as
 * `defineModule`. Errors of the module's own function are passed on.
 */
export function declaredTopics(
  { name, topics }: Pick<Module, "name" | "topics">,
  section: unknown,
): Topics | undefined {
  if (topics === undefined) return undefined;
  const said = typeof topics === "function" ? topics(section) : topics;
  return checkTopics(name, said);
}

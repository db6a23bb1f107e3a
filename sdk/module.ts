import type { Context } from "./context.ts";
import { CaryatidError } from "./errors.ts";
import type { SchemaOutput, StandardSchema } from "./standard_schema.ts";
import { checkTopics, type TopicsOf } from "./topics.ts";

/** What a module asks to be allowed. The configuration grants it, or doesn't. */
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

/** What a module or bus asks to be allowed: always the same, or what its checked section makes it need. */
export type PermissionsOf<C> =
  | PermissionRequest
  | ((config: C) => PermissionRequest);

/** What {@linkcode defineModule} takes. */
export interface ModuleDefinition<
  S extends StandardSchema | undefined = undefined,
> {
  /** Names the kind of module: lower-case words joined by `-`. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description?: string;
  /** Checks the module's section of the configuration and fills in defaults. */
  readonly config?: S;
  /**
   * What it asks to be allowed; a function where that hangs on its section: `(config) => ({ net: [config.host] })`. It may be called
   * by tools that never run the module.
   */
  readonly permissions?: PermissionsOf<
    S extends StandardSchema ? SchemaOutput<S> : Record<string, unknown>
  >;
  /**
   * The topics that it has to do with; a function where its section names them: `(config) => ({ publish: [config.topic] })`. It may be
   * called by tools that never run the module. Who declares them and strays from them is told: by a warning in a process, by an error
   * in `testModule`. Without it nothing is known, and nothing is told.
   */
  readonly topics?:
    | TopicsOf<
      S extends StandardSchema ? SchemaOutput<S> : Record<string, unknown>
    >
    | undefined;
  /**
   * Sets the module up: subscribe and handle here, and give loops to `context.run`. When it has ended, the module hears all that
   * it subscribed to.
   */
  init(
    context: Context,
    config: S extends StandardSchema ? SchemaOutput<S>
      : Record<string, unknown>,
  ): void | Promise<void>;
}

/** A module, ready to be registered with a process or loaded by one. Made by {@linkcode defineModule}. */
export interface Module {
  /** Says that this is a module, to whichever copy of the SDK reads it. */
  readonly "~caryatid": { readonly kind: "module"; readonly version: 1 };
  /** Names the kind of module. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** Checks its section of the configuration. */
  readonly config: StandardSchema | undefined;
  /** What it asks to be allowed, or tells by its checked section. */
  readonly permissions: PermissionsOf<unknown>;
  /** The topics that it has to do with, or tells by its checked section. Undefined where it doesn't say, as in an older SDK. */
  readonly topics?: TopicsOf<unknown> | undefined;
  /** Sets one instance up, with its checked configuration. */
  init(context: Context, config: unknown): void | Promise<void>;
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
 * @example A module that says which topics it uses
 * ```ts
 * import { defineModule, type Module } from "@caryatid/sdk";
 *
 * export default defineModule({
 *   name: "relay",
 *   topics: { subscribe: ["order.#"], publish: ["shipping.*"] },
 *   init(context) {
 *     const orders = context.subscribe("order.*");
 *     context.run(async () => {
 *       for await (const { message } of orders) await context.publish("shipping.wanted", message);
 *     });
 *   },
 * }) as Module;
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` if the name is not lower-case words joined by `-`, or `topics` is something else than
 * lists, `INVALID_TOPIC` if one of them has something else than patterns
 */
export function defineModule<S extends StandardSchema | undefined = undefined>(
  definition: ModuleDefinition<S>,
): Module {
  const { name, description = "", config, permissions = {}, topics } =
    definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the module ${JSON.stringify(name)}: ` +
        'wanted lower-case words joined by "-"',
      { hint: 'for example "rest-server"' },
    );
  }
  return {
    "~caryatid": { kind: "module", version: 1 },
    name,
    description,
    config,
    permissions: permissions as PermissionsOf<unknown>,
    topics: topics === undefined || typeof topics === "function"
      ? topics as TopicsOf<unknown> | undefined
      : checkTopics(name, topics),
    init: (context, config) => definition.init(context, config as never),
  };
}

/**
 * Says whether `value` is a module, of this or another loaded copy of the SDK that makes modules of the same version.
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

import type { Log } from "../log.ts";
import type { MessageBus } from "../message_bus.ts";
import type { PermissionsOf } from "../module.ts";
import type { SchemaOutput, StandardSchema } from "../standard_schema.ts";

/** Context of a bus. */
export interface BusContext {
  /** Id of the bus: the part after `message-bus.` in the configuration. */
  readonly id: string;
  /** Logs under `caryatid.<id>`. */
  readonly log: Log;
}

/** Options of {@linkcode defineBus}. */
export interface BusDefinition<
  S extends StandardSchema | undefined = undefined,
> {
  /** Name of the `class` in configurations. */
  readonly name: string;
  /** Description in one sentence. */
  readonly description?: string;
  /** Checks the bus's section of the configuration and fills in defaults. */
  readonly config?: S;
  /** Permissions that it asks for; a function if they depend on its section. */
  readonly permissions?: PermissionsOf<
    S extends StandardSchema ? SchemaOutput<S> : Record<string, unknown>
  >;
  /** Creates a bus. The bus connects in `open`, not here. */
  create(
    context: BusContext,
    config: S extends StandardSchema ? SchemaOutput<S>
      : Record<string, unknown>,
  ): MessageBus;
}

/**
 * Class of buses, to register with a process or to load by one. Made by
 * {@linkcode defineBus}.
 */
export interface BusClass {
  /**
   * Brand that every copy of the SDK recognizes.
   */
  readonly "~caryatid": { readonly kind: "bus"; readonly version: 1 };
  /** Name of the `class` in configurations. */
  readonly name: string;
  /** Description in one sentence. */
  readonly description: string;
  /** Checks its section of the configuration. */
  readonly config: StandardSchema | undefined;
  /**
   * Permissions that it asks for, or a function of its checked section.
   * Undefined for a bus of an older SDK.
   */
  readonly permissions?: PermissionsOf<unknown>;
  /** Creates a bus with its checked configuration. */
  create(context: BusContext, config: unknown): MessageBus;
}

/**
 * Defines a class of buses, for `[message-bus.x] class = "…"` or `import = "…"`
 * (default export).
 *
 * @example
 * ```ts
 * import { InMemoryBus } from "@caryatid/process";
 * import { type BusClass, defineBus } from "@caryatid/sdk/bus";
 *
 * export default defineBus({
 *   name: "tiny",
 *   description: "In memory, with room for one message",
 *   create: () => new InMemoryBus({ queueSize: 1 }),
 * }) as BusClass;
 * ```
 */
export function defineBus<S extends StandardSchema | undefined = undefined>(
  definition: BusDefinition<S>,
): BusClass {
  const { name, description = "", config, permissions = {} } = definition;
  return {
    "~caryatid": { kind: "bus", version: 1 },
    name,
    description,
    config,
    permissions: permissions as PermissionsOf<unknown>,
    create: (context, config) => definition.create(context, config as never),
  };
}

/**
 * Returns true if `value` is a class of buses, made by this copy of the SDK or
 * by another one with the same version of the brand.
 *
 * @example
 * ```ts
 * import { defineBus, isBusClass } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const create = () => assert.fail("no bus");
 * const paper = defineBus({ name: "paper", create });
 * assert(isBusClass(paper));
 * assert(!isBusClass({ name: "not branded" }));
 * ```
 */
export function isBusClass(value: unknown): value is BusClass {
  if (typeof value !== "object" || value === null) return false;
  const brand = (value as Partial<BusClass>)["~caryatid"];
  return brand?.kind === "bus" && brand.version === 1;
}

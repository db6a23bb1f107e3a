import type { Log } from "../log.ts";
import type { MessageBus } from "../message_bus.ts";
import type { PermissionsOf } from "../module.ts";
import type { SchemaOutput, StandardSchema } from "../standard_schema.ts";

/** What a bus is given to live with. */
export interface BusContext {
  /** The bus's id: the part after `message-bus.` in the configuration. */
  readonly id: string;
  /** Logs under `caryatid.<id>`. */
  readonly log: Log;
}

/** What {@linkcode defineBus} takes. */
export interface BusDefinition<
  S extends StandardSchema | undefined = undefined,
> {
  /** The `class` that configurations call it by. */
  readonly name: string;
  /** What it carries messages over, in a sentence. */
  readonly description?: string;
  /** Checks the bus's section of the configuration and fills in defaults. */
  readonly config?: S;
  /** What it asks to be allowed; a function where that hangs on its section. */
  readonly permissions?: PermissionsOf<
    S extends StandardSchema ? SchemaOutput<S> : Record<string, unknown>
  >;
  /** Makes a bus. It connects in its `open`, not here. */
  create(
    context: BusContext,
    config: S extends StandardSchema ? SchemaOutput<S>
      : Record<string, unknown>,
  ): MessageBus;
}

/** A class of buses, ready to be registered with a process or loaded by one. Made by {@linkcode defineBus}. */
export interface BusClass {
  /** Says that this is a class of buses, to whichever copy of the SDK reads it. */
  readonly "~caryatid": { readonly kind: "bus"; readonly version: 1 };
  /** The `class` that configurations call it by. */
  readonly name: string;
  /** What it carries messages over. */
  readonly description: string;
  /** Checks its section of the configuration. */
  readonly config: StandardSchema | undefined;
  /** What it asks to be allowed, or tells by its checked section. Undefined on a bus of an older SDK. */
  readonly permissions?: PermissionsOf<unknown>;
  /** Makes a bus, with its checked configuration. */
  create(context: BusContext, config: unknown): MessageBus;
}

/**
 * Defines a class of buses, for `[message-bus.x] class = "…"` or `import = "…"` (default export).
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
 * Says whether `value` is a class of buses, of this or another loaded copy of the SDK that makes those of the same version.
 *
 * @example
 * ```ts
 * import { defineBus, isBusClass } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const paper = defineBus({ name: "paper", create: () => assert.fail("no bus") });
 * assert(isBusClass(paper));
 * assert(!isBusClass({ name: "not branded" }));
 * ```
 */
export function isBusClass(value: unknown): value is BusClass {
  if (typeof value !== "object" || value === null) return false;
  const brand = (value as Partial<BusClass>)["~caryatid"];
  return brand?.kind === "bus" && brand.version === 1;
}

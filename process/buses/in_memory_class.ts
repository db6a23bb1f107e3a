import { type BusClass, defineBus, InMemoryBus } from "@caryatid/sdk/bus";
import { inMemoryDefinition } from "./in_memory_definition.ts";

/** Class `in-memory`. */
export const inMemoryClass: BusClass = defineBus({
  ...inMemoryDefinition,
  create: ({ log }, config) =>
    new InMemoryBus({
      ...config,
      onDrop: (pattern, overflow) =>
        log.warn(
          'the queue of "{pattern}" is full: dropping messages ({overflow})',
          { pattern, overflow },
        ),
      onExhausted: (given) =>
        log.error(
          "[MODULE_FAILED] dropped a message on {topic}: {cause}",
          { ...given },
        ),
    }),
});

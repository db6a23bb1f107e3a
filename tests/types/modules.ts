/**
 * Type tests of modules and their configuration: `deno check` compiles them,
 * nothing runs them.
 *
 * @module
 */
import { defineModule, type Module } from "@caryatid/sdk";
import { testModule } from "@caryatid/sdk/testing";
import { z } from "zod";

const withSchema = defineModule({
  name: "with-schema",
  config: z.object({
    mode: z.enum(["fast", "safe"]).default("safe"),
    every: z.coerce.number(),
  }),
  topics: ({ mode }) => ({ publish: [mode] }),
  permissions: ({ every }) => ({ net: [`example.com:${every}`] }),
  init(_context, config) {
    config.mode satisfies "fast" | "safe";
    config.every satisfies number;
    // @ts-expect-error -- the schema has no such key
    config.missing;
  },
});

const withDefaults = defineModule({
  name: "with-defaults",
  config: {
    topic: "clock.tick",
    every: 1,
    quiet: false,
    retry: { attempts: 3, jitter: true },
  },
  topics: ({ topic }) => ({ subscribe: [topic] }),
  init(_context, config) {
    config.topic satisfies string;
    config.every.toFixed();
    config.quiet satisfies boolean;
    if (config.quiet === true) return;
    if (config.retry.jitter === false) return;
    config.retry.attempts.toFixed();
    // @ts-expect-error -- there is no such default
    config.missing;
  },
});

const withoutConfig = defineModule({
  name: "without-config",
  init(_context, config) {
    config["anything"] satisfies unknown;
  },
});

/** Every module fits the type of a default export. */
export const modules: readonly Module[] = [
  withSchema,
  withDefaults,
  withoutConfig,
];

/** A test gives a section that fits the schema. */
export async function tests(): Promise<void> {
  await testModule(withSchema, { every: "2" });
  await testModule(withSchema, { every: 2, mode: "fast" });
  await testModule(withDefaults);
  await testModule(withDefaults, { every: 2 });
  await testModule(withDefaults, { retry: {} });
  await testModule(withDefaults, { quiet: true, retry: { jitter: false } });
  await testModule(withoutConfig, { anything: 1 });
  await testModule(modules[0]!, { anything: 1 });
  // @ts-expect-error -- not a mode
  await testModule(withSchema, { every: 2, mode: "slow" });
  // @ts-expect-error -- a number is expected
  await testModule(withDefaults, { every: "2" });
  // @ts-expect-error -- there is no such default
  await testModule(withDefaults, { missing: 1 });
}

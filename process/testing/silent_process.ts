import {
  defineModule,
  type Module,
  type ModuleDefinition,
} from "@caryatid/sdk";
import { Process } from "../process.ts";
import type { ProcessOptions } from "../process_options.ts";

/**
 * Creates a process of these modules, each under its own name, which logs only
 * errors by default.
 */
export function silentProcess(
  modules: readonly Module[],
  config: Record<string, unknown> = {},
  options: Partial<ProcessOptions> = {},
): Promise<Process> {
  const module = Object.fromEntries(modules.map(({ name }) => [name, {}]));
  return Process.create({
    config: [{ module, log: { level: "error" } }, config],
    modules,
    env: {},
    ...options,
  });
}

/** Defines a module that has only an `init`. */
export function module(name: string, init: ModuleDefinition["init"]): Module {
  return defineModule({ name, init });
}

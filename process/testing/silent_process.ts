import {
  defineModule,
  type Module,
  type ModuleDefinition,
} from "@caryatid/sdk";
import { Process, type ProcessOptions } from "../process.ts";

/** A process of these modules, each under its own name, which logs only what is asked for. */
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

/** A module that is only an `init`. */
export function module(name: string, init: ModuleDefinition["init"]): Module {
  return defineModule({ name, init });
}

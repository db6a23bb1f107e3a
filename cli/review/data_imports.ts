import type { CaryatidError } from "@caryatid/sdk";
import { dataImportErrors } from "@caryatid/process/internal/sealing";
import type {
  BusConfig,
  ModuleConfig,
} from "@caryatid/process/internal/config";
import { type DenoFault, denoFault } from "../deno/deno_fault.ts";
import { PLAIN, safeEnvironment } from "../deno/deno_command.ts";
import {
  failedInspection,
  type Inspection,
  loadProblem,
  type Task,
} from "../inspection/inspection.ts";

/**
 * Checks the data imports of isolated modules and buses. Returns a failed
 * inspection for each of them that imports a file from outside of its folder:
 * its code must not be loaded.
 */
export async function refusedDataImports(
  parts: readonly {
    readonly task: Task;
    readonly of: ModuleConfig | BusConfig;
  }[],
  flags: readonly string[],
): Promise<Map<Task, Inspection>> {
  const codes = parts.flatMap(({ task, of }) => {
    const { specifier, import: written } = task;
    if (of.isolation === "none") return [];
    if (specifier === undefined || written === undefined) return [];
    return [{ task, specifier, read: of.permissions?.read ?? [] }];
  });
  if (codes.length === 0) return new Map();
  const errors = await dataImportErrors(codes, {
    flags,
    env: { ...safeEnvironment(), ...PLAIN },
  });
  return new Map(codes.flatMap(({ task }, index) => {
    const error = errors[index];
    if (error === undefined) return [];
    const { reason, hint } = faultOf(error);
    return [[task, failedInspection({ ...loadProblem(task, reason), hint })]];
  }));
}

/** Deno's own text is the `cause` of an error that it reports. */
function faultOf({ message, hint, cause }: CaryatidError): DenoFault {
  const fault = typeof cause === "string" ? denoFault(cause) : undefined;
  return fault ?? { reason: message, hint };
}

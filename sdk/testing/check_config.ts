import { CaryatidError } from "../errors.ts";
import type { Module } from "../module.ts";
import { issuePath, type SchemaIssue } from "../standard_schema.ts";

/**
 * What the module's schema makes of `config`, which is `config` itself where it has none.
 *
 * Rejects with `INVALID_CONFIG`, with a line for each issue.
 */
export async function checkConfig(
  module: Module,
  config: unknown,
): Promise<unknown> {
  if (module.config === undefined) return config;
  const result = await module.config["~standard"].validate(config);
  if (result.issues) throw invalidConfigError(module.name, result.issues);
  return result.value;
}

function invalidConfigError(
  name: string,
  issues: readonly SchemaIssue[],
): CaryatidError {
  const lines = issues.map((issue) => {
    const path = issuePath(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot use the configuration of "${name}": ` +
      (lines.length === 1
        ? lines[0]
        : `found ${lines.length} problems\n  ${lines.join("\n  ")}`),
  );
}

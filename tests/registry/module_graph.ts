import assert from "node:assert/strict";

/** An import in the output of `deno info`. */
export interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string; readonly error?: string };
  readonly type?: { readonly specifier?: string; readonly error?: string };
  /** `with { type: "…" }`. */
  readonly assertionType?: string;
}

/** A module of the graph. It has an `error` if it cannot be loaded. */
export interface GraphModule {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly Dependency[];
}

/**
 * Returns the modules that Deno finds when it follows the imports of a file,
 * without running the file.
 */
export async function moduleGraph(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly GraphModule[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config", "--no-lock", "--no-npm", file],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

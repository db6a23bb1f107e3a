type StripTypes = (text: string, options: { mode: "transform" }) => string;

/**
 * Transpiles code of Caryatid in this process. It is never called with code of
 * a module: nested code overflows the stack of the parser, which ends the whole
 * process.
 *
 * Returns undefined if this Deno has no such function.
 */
export async function transpileTrusted(
  text: string,
): Promise<string | undefined> {
  // Loading the module takes 6 ms, and it is needed once per version.
  const { stripTypeScriptTypes } = await import("node:module") as {
    // Deno has it since 2.8; its types do not know it.
    readonly stripTypeScriptTypes?: StripTypes;
  };
  return stripTypeScriptTypes?.(text, { mode: "transform" });
}

import * as nodeModule from "node:module";

type StripTypes = (text: string, options: { mode: "transform" }) => string;

/** Deno has it since 2.8; its types do not know it. */
const { stripTypeScriptTypes } = nodeModule as {
  readonly stripTypeScriptTypes?: StripTypes;
};

/**
 * Transpiles code of Caryatid in this process. It is never called with code of
 * a module: nested code overflows the stack of the parser, which ends the whole
 * process.
 *
 * Returns undefined if this Deno has no such function.
 */
export function transpileTrusted(text: string): string | undefined {
  return stripTypeScriptTypes?.(text, { mode: "transform" });
}

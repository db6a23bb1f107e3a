import { safeEnvironment } from "./inspection/child.ts";

/** What `deno info --json` tells, as far as it is used. */
export interface DenoInfo {
  readonly modules: readonly InfoModule[];
  readonly redirects?: Readonly<Record<string, string>>;
  readonly npmPackages?: Readonly<
    Record<string, {
      readonly dependencies: readonly string[];
      readonly localPath?: string;
    }>
  >;
}

/** A file, or a package of npm. */
export interface InfoModule {
  readonly specifier: string;
  /** Where Deno has it on this machine. */
  readonly local?: string;
  readonly kind?: string;
  readonly mediaType?: string;
  readonly npmPackage?: string;
  readonly dependencies?: readonly InfoDependency[];
}

/** What a file imports: its code, and where its types are. */
export interface InfoDependency {
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
  readonly assertionType?: string;
}

/** Asks Deno for all that a specifier imports, directly or not; or gives why it doesn't tell. Nothing of the code is run. */
export async function denoInfo(
  specifier: string,
  flags: readonly string[],
): Promise<{ readonly info: DenoInfo } | { readonly fault: string }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...flags, specifier],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
  }).output();
  const [told, fault] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  return told === "" ? { fault: fault! } : { info: JSON.parse(told!) };
}

import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import { isPermissionFlag, SOURCE_FLAGS } from "../run/run_options.ts";
import { addEnvPrefixOption, type CommandContext } from "./options.ts";

/** Options as commander parses them. */
interface Parsed {
  readonly output?: string;
  readonly target?: string;
  readonly process?: string;
  readonly envPrefix?: string;
  readonly bundle?: boolean;
  readonly include?: readonly string[];
  readonly force?: boolean;
  readonly list?: boolean;
  readonly print?: boolean;
  readonly allowAll?: boolean;
}

/** Adds `caryatid compile FILE…`. */
export function addCompile(
  program: Command,
  { terminal, exit }: CommandContext,
): void {
  const command = program.command("compile")
    .summary("make one binary of a configuration and its modules")
    .description(
      "Makes one binary of a configuration, of the modules and buses that it\n" +
        "names, and of the permissions that run would grant.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option(
      "-o, --output <file>",
      "path of the binary (name of the first file)",
    )
    .option("--target <target>", "target of the binary (this machine)")
    .option(
      "--process <name>",
      "only this [process.<name>] of the files (all, in one process)",
    );
  addEnvPrefixOption(command)
    .option(
      "--bundle",
      "bundle the code first: the binary starts faster, but its code " +
        "cannot find files by import.meta",
    )
    .option(
      "--include <path>",
      "also embed this file or folder (repeatable)",
      (path: string, paths: readonly string[] = []) => [...paths, path],
    )
    .option("--force", "overwrite an existing file")
    .option("--list", "print everything that is embedded")
    .option("--print", "print the command of Deno and the program only")
    .option("-A, --allow-all", "grant all permissions")
    // Flags of Deno: their value follows an equals sign, so no file is taken
    // for it.
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
Options of run that also apply: --allow-net=HOST, --deny-net=HOST and similar
ones, --frozen, --cached-only, --reload.

Examples:
  caryatid compile caryatid.toml -o service
  caryatid compile service.toml --process clock -o clock
  caryatid compile caryatid.toml --target aarch64-unknown-linux-gnu
  caryatid compile caryatid.toml --allow-read=/etc/service

Exit codes: 0 made, 1 failure, 2 the command line, the
configuration or its modules are wrong, 130 and 143 ended by Ctrl-C or SIGTERM.`,
    )
    .action(async (given: string[], parsed: Parsed) => {
      const { files, grants, flags } = separate(given);
      const { compile } = await import("../compile/compile.ts");
      exit(await compile(terminal, files, { ...parsed, grants, flags }));
    });
}

/** Separates files from flags of Deno, which commander does not know. */
function separate(given: readonly string[]): Record<
  "files" | "grants" | "flags",
  readonly string[]
> {
  const isFlag = (text: string) => /^-./.test(text);
  const all = given.filter(isFlag);
  const unknown = all.find((flag) =>
    !isPermissionFlag(flag) && !SOURCE_FLAGS.includes(flag)
  );
  if (unknown !== undefined) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `unknown option '${unknown}'`,
      { hint: "Run caryatid compile --help to see all options." },
    );
  }
  if (all.length === given.length) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "missing required argument 'files'",
    );
  }
  const isGrant = (flag: string) => flag.startsWith("--allow-");
  return {
    files: given.filter((text) => !isFlag(text)),
    grants: all.filter(isGrant),
    flags: all.filter((flag) => !isGrant(flag)),
  };
}

import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import type { Surroundings } from "../program.ts";
import { isPermissionFlag, SOURCE_FLAGS } from "../run_options.ts";

/** What the options are called by the parser. */
interface Parsed {
  readonly output?: string;
  readonly target?: string;
  readonly process?: string;
  readonly bundle?: boolean;
  readonly include?: readonly string[];
  readonly force?: boolean;
  readonly list?: boolean;
  readonly print?: boolean;
  readonly allowAll?: boolean;
}

/** `caryatid compile FILE…`. */
export function addCompile(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  program.command("compile")
    .summary("make one binary of a configuration and its modules")
    .description(
      "Makes one binary of a configuration, of the modules and buses that it\n" +
        "names, and of the permissions that run would grant.",
    )
    .argument("<files...>", "TOML files; later ones win")
    .option("-o, --output <file>", "the binary (named like the first file)")
    .option("--target <target>", "what it is to run on (this machine)")
    .option(
      "--process <name>",
      "this [process.<name>] of the files only (all of them, in one)",
    )
    .option(
      "--bundle",
      "make one program of all code first: it starts sooner, " +
        "but code no longer finds files beside itself",
    )
    .option(
      "--include <path>",
      "embed this as well (again and again for several)",
      (path: string, paths: readonly string[] = []) => [...paths, path],
    )
    .option("--force", "write over what is there")
    .option("--list", "show all that is embedded")
    .option("--print", "show the command for Deno and the program, and stop")
    .option("-A, --allow-all", "let it do anything")
    // A value of theirs must be behind an equals sign, or a file would be taken for one.
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
Options of run that it takes as well: --allow-net=HOST, --deny-net=HOST and
their like, --frozen, --cached-only, --reload.

Examples:
  caryatid compile caryatid.toml -o service
  caryatid compile service.toml --process clock -o clock
  caryatid compile caryatid.toml --target aarch64-unknown-linux-gnu
  caryatid compile caryatid.toml --allow-read=/etc/service

Exit codes: 0 it is made, 1 it can't be made, 2 the command line, the
configuration or its modules are wrong, 130 and 143 ended by Ctrl-C or SIGTERM.`,
    )
    .action(async (given: string[], parsed: Parsed) => {
      const { files, grants, flags } = apart(given);
      const { compile } = await import("../compile/compile.ts");
      exit(await compile(terminal, files, { ...parsed, grants, flags }));
    });
}

/** Files, and flags of Deno, which the parser doesn't know. */
function apart(given: readonly string[]): Record<
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
      { hint: "caryatid compile --help tells more" },
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

import { CaryatidError } from "@caryatid/sdk";
import type { Command } from "commander";
import { makeNew, type NewKind } from "../new.ts";
import type { Surroundings } from "../program.ts";

/** `caryatid new [project|module] PATH`. */
export function addNew(
  program: Command,
  { terminal, exit }: Surroundings,
): void {
  program.command("new")
    .summary("write a project or a module from a template")
    .description(
      "Writes a project or a module from a template, with tests that pass.",
    )
    .usage("[project|module] <path>")
    .argument("<words...>", "what to make (project), and where")
    .addHelpText(
      "after",
      `
Examples:
  caryatid new project hello
  caryatid new module price-watch

Exit codes: 0 it is written, 1 it can't be, 2 the name is wrong or taken.`,
    )
    .action(async (words: string[]) => {
      const [first, ...others] = words;
      const kind = isKind(first) ? first : "project";
      const [path, ...more] = isKind(first) ? others : words;
      if (path === undefined || more.length > 0) {
        throw new CaryatidError(
          "INVALID_OPTION",
          `Cannot make "${words.join(" ")}": wanted project or module, ` +
            "and a path",
        );
      }
      exit(await makeNew(terminal, kind, path));
    });
}

function isKind(word: string | undefined): word is NewKind {
  return word === "project" || word === "module";
}

import { apiPage } from "./api_page.ts";
import { errorMeanings, errorPage, readErrorEntries } from "./error_page.ts";
import { helpPage } from "./help_page.ts";
import { findLogCalls, logPage, readLogEntries } from "./log_page.ts";
import { readSources, ROOT } from "./sources.ts";

/** Returns the generated pages, formatted, by their path in the repository. */
export async function makePages(): Promise<Record<string, string>> {
  const errors = await Deno.readTextFile(`${ROOT}sdk/errors.ts`);
  const calls = findLogCalls(await readSources());
  const { message } = await readLogEntries();
  return {
    "docs/reference/api.md": await formatted(await apiPage()),
    "docs/reference/command_help.md": await formatted(await helpPage()),
    "docs/reference/errors.md": await formatted(
      errorPage(errorMeanings(errors), await readErrorEntries()),
    ),
    "docs/reference/logs.md": await formatted(logPage(message, calls)),
  };
}

async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

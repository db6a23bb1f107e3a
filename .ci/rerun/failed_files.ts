/**
 * Returns the files whose tests failed, from what `deno test` printed without
 * color. Its last list shows where a test was registered, which may be in
 * another file, so the lines of the single tests are read.
 */
export function failedFiles(output: string): string[] {
  const files = new Set<string>();
  let running: string | undefined;
  for (const line of output.split("\n")) {
    // Without --parallel the name of the file precedes its tests.
    running = /^running \d+ tests? from (\S+)$/.exec(line)?.[1] ?? running;
    const uncaught = /^Uncaught error from (\S+) FAILED$/.exec(line)?.[1];
    const failed = / FAILED(?: \(.*\))?$/.test(line)
      ? /^(\.?\/\S+) => /.exec(line)?.[1] ?? running
      : undefined;
    const file = uncaught ?? failed;
    // A test of a docstring names its lines: sdk/topic.ts#11-19.ts.
    if (file !== undefined) files.add(file.replace(/#\d+-\d+\.\w+$/, ""));
  }
  return [...files].toSorted();
}

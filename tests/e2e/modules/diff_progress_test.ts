import assert from "node:assert/strict";
import { writeRecording } from "../../../modules/record/testing/write_recording.ts";
import { hasTerminal, onTerminal } from "../../support/on_terminal.ts";
import { ROOT } from "../../support/running_program.ts";

const COMMAND = `${ROOT}modules/record/diff/main.ts`;
const why = hasTerminal ? "" : " (skipped: there is no program `script`)";

async function recordings(count: number): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_diff_" });
  const message = { text: "x".repeat(200) };
  for (const name of ["a", "b"]) {
    await writeRecording(
      `${folder}/${name}`,
      Array.from({ length: count }, () => ({ topic: "a", message })),
    );
  }
  return folder;
}

Deno.test({
  name:
    `diff shows a bar with rate and remaining time in a terminal, and removes it${why}`,
  ignore: !hasTerminal,
  async fn() {
    const folder = await recordings(50_000);
    const shown = await onTerminal([
      ...[Deno.execPath(), "run", `--config=${ROOT}deno.json`, "--no-prompt"],
      ...["--allow-read", COMMAND, `${folder}/a`, `${folder}/b`],
    ]);
    await Deno.remove(folder, { recursive: true });
    assert.match(
      shown,
      /comparing [-=]+ \d+ % \| \d+\.\d MB\/s \| (\d+ s left|starting)/,
    );
    assert.match(shown, /\[2K[^]*50000 the same/);
    // cursor and wrapping stay as they are
    assert(!shown.includes("\x1b[?25l") && !shown.includes("\x1b[?7l"));
  },
});

Deno.test("diff prints no bar if standard error is not a terminal", async () => {
  const folder = await recordings(10);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", `--config=${ROOT}deno.json`, "--no-prompt", "--allow-read"],
      ...[COMMAND, `${folder}/a`, `${folder}/b`],
    ],
    stdin: "null",
  }).output();
  await Deno.remove(folder, { recursive: true });
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  assert.equal(text.decode(stdout), "10 the same\n");
  assert.doesNotMatch(text.decode(stderr), /comparing/);
});

Deno.test("ProgressBar prints lines if standard error is not a terminal", async () => {
  const program = `
    import { ProgressBar } from "${ROOT}modules/progress_bar.ts";
    using bar = await ProgressBar.start({
      title: "comparing",
      total: 100,
      interval: 0,
      formatRate: (rate) => rate > 0 ? "fast" : "slow",
    });
    bar.update(50);
  `;
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", `--config=${ROOT}deno.json`, program],
    stdin: "null",
  }).output();
  assert.match(
    new TextDecoder().decode(stderr),
    /^comparing: 50 %, fast, \d+ s left$/m,
  );
});

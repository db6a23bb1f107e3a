import assert from "node:assert/strict";
import { cutChangelog, lastReleased } from "./changelog.ts";

const HEAD = "# Changelog\n\nWhat users see, by package.\n\n## Unreleased\n";
const NEWS = "\n### @caryatid/sdk 0.1.0\n\n- Added `defineModule`.\n";
const OLD = "\n## 0.1.0 - 2026-01-02\n\n### @caryatid/sdk\n\n- The first.\n";

Deno.test("cutChangelog moves unreleased entries to the version, and drops versions of packages", () => {
  assert.equal(
    cutChangelog(HEAD + NEWS + OLD, "0.2.0", "2026-11-25"),
    `${HEAD}\n## 0.2.0 - 2026-11-25\n\n### @caryatid/sdk\n\n` +
      `- Added \`defineModule\`.\n${OLD}`,
  );
});

Deno.test("cutChangelog works for the first release", () => {
  const cut = cutChangelog(HEAD + NEWS, "0.1.0", "2026-11-25");
  assert.equal(lastReleased(cut), "0.1.0");
  assert.match(cut, /## Unreleased\n\n## 0\.1\.0 - 2026-11-25\n\n###/);
});

Deno.test("cutChangelog refuses a changelog without entries or heading", () => {
  for (const news of ["", "\n### @caryatid/sdk\n"]) {
    assert.throws(
      () => cutChangelog(HEAD + news + OLD, "0.2.0", "2026-11-25"),
      { message: /found nothing under "Unreleased"/ },
    );
  }
  assert.throws(() => cutChangelog(`# Changelog\n${OLD}`, "0.2.0", ""), {
    message: /found no "## Unreleased"/,
  });
});

Deno.test("lastReleased returns the first version of the changelog", () => {
  assert.equal(lastReleased(HEAD + NEWS + OLD), "0.1.0");
  assert.equal(lastReleased(HEAD + NEWS), undefined);
});

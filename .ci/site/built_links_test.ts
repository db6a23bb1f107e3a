import assert from "node:assert/strict";
import { brokenLinks } from "./built_links.ts";

Deno.test("brokenLinks finds links without a page and without an anchor", async () => {
  const site = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${site}/guide`);
    await Deno.writeTextFile(`${site}/logo.svg`, "<svg/>");
    await Deno.writeTextFile(
      `${site}/index.html`,
      '<img src="/logo.svg"><a href="/guide/a.html#top"><a href="https://x.y">',
    );
    await Deno.writeTextFile(
      `${site}/guide/a.html`,
      '<h1 id="top"></h1><a href="../"><a href="b.html"><a href="#bottom">',
    );
    assert.deepEqual(await brokenLinks(site), {
      pages: 2,
      links: 5,
      broken: ["guide/a.html: b.html", "guide/a.html: #bottom"],
    });
  } finally {
    await Deno.remove(site, { recursive: true });
  }
});

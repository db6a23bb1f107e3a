import assert from "node:assert/strict";
import { browserTest } from "../../support/chromium.ts";
import { ROOT } from "../../support/running_program.ts";
import { RestProgram } from "./rest_program.ts";

/** Picture of the README. `CARYATID_SCREENSHOT=1` takes it again. */
const PICTURE = `${ROOT}examples/rest/page.png`;

browserTest(
  "the page of examples/rest shows ticks as they come, and posts its form",
  async (browser) => {
    await using rest = await RestProgram.start();
    const page = await browser.open(rest.url, 600, 440);
    const first = await page.until("#clock", /^Tick \d+ at [\d:]+ UTC$/);
    const [, number] = /^Tick (\d+)/.exec(first)!;
    await page.until("#clock", new RegExp(`^Tick ${Number(number) + 1} at`));

    await page.type("input", "Ada", true);
    const answer = await page.until("#answer", /Welcome/);
    assert.equal(answer, "Welcome, Ada! You are guest 1.");
    assert.equal(await page.until("#guests", /./), "Ada"); // received, too

    const picture = await page.screenshot();
    assert.deepEqual([...picture.subarray(1, 4)], [...bytes("PNG")]);
    if (Deno.env.has("CARYATID_SCREENSHOT")) {
      await Deno.writeFile(PICTURE, picture);
    }

    // `<` is shown as text, without an element
    await page.type("input", " ", true);
    assert.match(await page.until("#answer", /Too small/), /expected/);
    assert.deepEqual(
      page.complaints.filter((text) => !text.includes("400 (Bad Request)")),
      [],
    );
  },
);

browserTest(
  "the page of the OpenAPI document lists what examples/rest answers, and lets it be tried",
  async (browser) => {
    await using rest = await RestProgram.start();
    const page = await browser.open(`${rest.url}/docs`, 800, 600);
    await page.until("body", /Signs the guestbook[^]*Lists the guests/);
    const click = (selector: string) =>
      page.evaluate(`document.querySelector('${selector}').click()`);
    const list = "#operations-default-get_guests";
    await click(`${list} .opblock-summary-control`);
    await page.until(list, /Try it out/);
    await click(`${list} .try-out__btn`);
    await page.until(list, /Execute/);
    await click(`${list} button.execute`);
    await page.until(`${list} .live-responses-table`, /200[^]*\[\]/);
    // nor has its policy blocked anything
    assert.deepEqual(page.complaints, []);
  },
);

Deno.test("the README of examples/rest shows a picture of reasonable size", async () => {
  const picture = await Deno.readFile(PICTURE);
  assert.deepEqual([...picture.subarray(1, 4)], [...bytes("PNG")]);
  assert(picture.length < 150_000, `${picture.length} bytes`);
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

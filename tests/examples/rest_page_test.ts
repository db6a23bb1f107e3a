import assert from "node:assert/strict";
import { browserTest } from "../support/chromium.ts";
import { ROOT } from "../support/running_program.ts";
import { RestProgram } from "./rest_program.ts";

/** Of the README. `CARYATID_SCREENSHOT=1` takes it anew. */
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
    assert.equal(await page.until("#guests", /./), "Ada"); // heard, too

    const picture = await page.screenshot();
    assert.deepEqual([...picture.subarray(1, 4)], [...bytes("PNG")]);
    if (Deno.env.has("CARYATID_SCREENSHOT")) {
      await Deno.writeFile(PICTURE, picture);
    }

    await page.type("input", " ", true); // it has a character, and no name
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
    const form = 'form[data-method="POST"][data-path="/guests"]';
    await page.evaluate(
      `document.querySelectorAll("details").forEach((each) => each.open = true)`,
    );
    // Forms are sent in the first of the declared types.
    await page.type(`${form} textarea`, "name=Grace");
    await page.evaluate(
      `document.querySelector('${form} button').click()`,
    );
    const answer = await page.until(`${form} output`, /^201/);
    assert.match(answer, /\{"number":1,"name":"Grace"\}$/);

    const list = 'form[data-method="GET"][data-path="/guests"]';
    await page.type(`${list} [data-name="limit"]`, "5", true);
    const guests = await page.until(`${list} output`, /^200/);
    assert.match(guests, /\[\{"number":1,"name":"Grace"\}\]$/);
    assert.deepEqual(page.complaints, []); // nor has its policy blocked anything
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

/**
 * Takes the pictures of docs/guide/dashboard.md from a run of examples/observe,
 * in Chromium: `deno task dashboard:screenshots`.
 *
 * @module
 */
import type { BrowserPage } from "../../support/browser_page.ts";
import { Chromium } from "../../support/chromium.ts";
import { ROOT, RunningProgram } from "../../support/running_program.ts";

const URL = "http://127.0.0.1:9800";
const FOLDER = `${ROOT}docs/guide/pictures`;
/** Time in which rates and traces appear, in milliseconds. */
const SETTLE = 12_000;

await Deno.mkdir(FOLDER, { recursive: true });
await using program = new RunningProgram(
  ["run", "-A", "examples/observe/main.ts"],
  {
    CARYATID_MODULE__LEDGER__STUCK_EVERY: "50",
    CARYATID_MODULE__LEDGER__STUCK_FOR: "25",
  },
);
await program.line(/dashboard on http/);
await using browser = await Chromium.start();

const flow = await browser.open(`${URL}/#flow`, 1200, 640);
await flow.until(".graph", /order\.placed/);
await pause(SETTLE);
await take(flow, "flow");
await take(
  await view("traces", 1200, 560, async (page) => {
    await page.until(".list", /POST \/orders/);
    await page.evaluate(`[...document.querySelectorAll(".list ol button")]
    .find((each) => /1\\d spans/.test(each.textContent))?.click()`);
    await page.until(".spans", /ledger\.book/);
  }),
  "trace",
);
await take(
  await view("messages", 1200, 480, async (page) => {
    await page.until(".rows", /order\.placed/);
    // new messages would move the open one out of the picture
    await page.evaluate(
      "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true }))",
    );
    await page.evaluate(`[...document.querySelectorAll(".line")]
    .find((each) => /order\\.placed/.test(each.textContent))?.click()`);
  }),
  "messages",
);
await take(
  await view("send", 1200, 560, async (page) => {
    await page.until(".send .primary", /Publish/);
    await page.type("input[name=topic]", "order.placed.tea");
    await page.until(".fields", /total/);
    await page.evaluate("document.activeElement.blur()");
  }),
  "send",
);
await take(
  await view("flow", 1200, 640, async (page) => {
    await page.until(".module.is-stuck", /ledger/);
    await pause(4_000);
  }),
  "stuck",
);
await take(
  await view("modules", 1200, 560, async (page) => {
    await page.until(".table", /stuck/);
    await page.evaluate("document.querySelector('.theme').click()");
  }),
  "modules-dark",
);
await take(
  await view("flow", 390, 700, async (page) => {
    await page.until(".module.is-stuck", /ledger/);
  }),
  "phone",
);
program.kill("SIGINT");
await program.exitCode();

/** Opens another page: a browser hides pages behind it, and these rest. */
async function view(
  name: string,
  width: number,
  height: number,
  prepare: (page: BrowserPage) => Promise<void>,
): Promise<BrowserPage> {
  const page = await browser.open(`${URL}/#${name}`, width, height);
  await prepare(page);
  await pause(1_000);
  return page;
}

async function take(page: BrowserPage, name: string): Promise<void> {
  await Deno.writeFile(`${FOLDER}/${name}.png`, await page.screenshot());
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

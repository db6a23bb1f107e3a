import { defineModule, defineTopic, type SpanBatch } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { DashboardProcess } from "../../../modules/dashboard/testing/dashboard_process.ts";
import type { BrowserPage } from "../../support/browser_page.ts";
import { browserTest } from "../../support/chromium.ts";

/** Runs a program if any part of the page treats it as markup. */
const HOSTILE =
  `"><img src=x onerror="globalThis.pwned=1"><script>pwned=1</script>`;

const slow = defineModule({
  name: "slow",
  topics: { subscribe: ["work.#"], publish: ["never.sent"] },
  init(context) {
    context.subscribe("work.#", { queueSize: 1 }); // and never reads
  },
});

/** Answers work with a message only if `answers`. */
const greeter = (answers: boolean) =>
  defineModule({
    name: "greeter",
    topics: { subscribe: ["work.new"], publish: ["work.greeted"] },
    init(context) {
      const work = context.subscribe("work.new");
      context.run(async () => {
        for await (const { message } of work) {
          if (answers) await context.publish("work.greeted", message);
        }
      });
    },
  });

const hostile = defineModule({
  name: "hostile",
  permissions: { env: [HOSTILE] },
  init(context) {
    const poison = context.subscribe("poison");
    context.run(async () => {
      for await (const _ of poison) throw new Error(HOSTILE);
    });
  },
});

function open(subject: DashboardProcess, view: string, browser: {
  open(url: string, width: number, height: number): Promise<BrowserPage>;
}, [width, height] = [1200, 800]): Promise<BrowserPage> {
  return browser.open(`${subject.url}/#${view}`, width!, height!);
}

/** Expression that waits until the list has had `count` more rows. */
function newRows(count: number): string {
  return `new Promise((resolve) => {
    let left = ${count};
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const { nodeName } of addedNodes) if (nodeName === "LI") left--;
      }
      if (left > 0) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true });
  })`;
}

/** Time in the page from the call of `act` until a text appears, in ms. */
async function timeUntil(
  page: BrowserPage,
  act: () => void,
  selector: string,
  pattern: RegExp,
): Promise<number> {
  const began = performance.now();
  act();
  await page.until(selector, pattern);
  return performance.now() - began;
}

browserTest(
  "the dashboard shows a stuck module and who waits for it in red within 2 s",
  async (browser) => {
    await using subject = await DashboardProcess.start([slow]);
    const { context } = subject.process;
    const page = await open(subject, "flow", browser);
    const show = (view: string) =>
      void page.evaluate(`location.hash = "${view}"`);
    // Time in which this machine shows what the page knows already.
    const alone = await timeUntil(
      page,
      () => show("modules"),
      ".table",
      /slow/,
    );
    show("flow");
    await context.publish("work.a", 1);
    await page.until(".graph", /work\.a/);
    assert.equal(
      await page.evaluate(
        "document.querySelectorAll('.edge.is-unused').length",
      ),
      2, // never.sent, and work.a, which no loop has read
    );
    const took = await timeUntil(
      page,
      () => context.publish("work.b", 2).catch(() => {}),
      ".alerts",
      /process\s*waits for\s*slow/,
    );
    assert(took < 2_000 + 2 * alone, `${took} ms, and ${alone} ms for a view`);
    await page.until(".module.is-stuck", /slow/);
    const color = await page.evaluate(
      "getComputedStyle(document.querySelector('.edge.is-stuck path')).stroke",
    );
    assert.equal(color, "rgb(200, 38, 44)");
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "an edge of a module that was swapped is live as soon as the new code uses it",
  async (browser) => {
    await using subject = await DashboardProcess.start([greeter(false)], {}, {
      swappable: true,
    });
    const { context } = subject.process;
    const page = await open(subject, "flow", browser);
    const isLive = ":not(.is-unused):has(.moving) .rate";
    const showsLive = async (edge: string) => {
      // A busy browser can miss what moves for one interval.
      const repeat = setInterval(() => context.publish("work.new", 1), 100);
      await page.until(`${edge}${isLive}`, /\d/);
      clearInterval(repeat);
    };
    await showsLive('.edge[data-to$="/greeter"]');
    const answers = '.edge[data-from$="/greeter"]';
    const classes = await page.evaluate(
      `[...document.querySelectorAll('${answers}')]
        .map(({ classList }) => [...classList].join(" "))`,
    );
    assert.deepEqual(classes, ["edge is-unused"]); // the old code never answers
    await subject.process.swap("greeter", greeter(true));
    await showsLive(answers);
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "nothing in a message, topic, module, error or span becomes markup or code",
  async (browser) => {
    await using subject = await DashboardProcess.start([hostile], {}, {
      config: {
        module: {
          hostile: { "on-failure": "ignore" },
          [HOSTILE]: { class: "hostile", "on-failure": "ignore" },
        },
      },
    });
    const { context } = subject.process;
    await context.publish("poison", 1);
    const spans: SpanBatch = {
      process: HOSTILE,
      dropped: 0,
      spans: [{
        traceId: "a".repeat(32),
        spanId: "b".repeat(16),
        name: HOSTILE,
        kind: "handle",
        module: HOSTILE,
        topic: HOSTILE,
        start: Date.now(),
        duration: 5,
        error: { code: HOSTILE, message: HOSTILE },
      }],
    };
    await context.publish("caryatid.tracing.spans", spans);
    await context.publish(`x.${HOSTILE}`, { [HOSTILE]: HOSTILE });
    const page = await open(subject, "flow", browser);
    await page.until(".graph", /onerror|<img|img src/);
    await page.evaluate("location.hash = 'modules'");
    await page.until(".table", /img src/);
    await page.evaluate(
      "document.querySelectorAll('.cells').forEach((each) => each.click())",
    );
    await page.until(".failures", /img src/);
    await page.until(".permissions", /img src/);
    await page.evaluate(`location.hash = 'traces/${"a".repeat(32)}'`);
    await page.until(".spans", /img src/);
    await page.evaluate("location.hash = 'messages'");
    await page.until(".empty-list", /Waiting/);
    const repeat = setInterval(() => {
      context.publish(`x.${HOSTILE}`, { [HOSTILE]: HOSTILE });
    }, 100);
    await page.until(".rows", /img src/);
    clearInterval(repeat);
    await page.evaluate("document.querySelector('.line').click()");
    await page.until(".detail pre", /img src/);
    assert.equal(
      await page.evaluate("globalThis.pwned ?? 'nothing'"),
      "nothing",
    );
    assert.equal(
      await page.evaluate(
        "document.querySelectorAll('img:not(.brand img)').length",
      ),
      0,
    );
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "a tail of # under load counts what it leaves out, and the page keeps 500 rows",
  async (browser) => {
    await using subject = await DashboardProcess.start();
    const { context } = subject.process;
    const page = await open(subject, "messages", browser);
    await page.until(".empty-list", /Waiting/);
    let isDone = false;
    const load = (async () => {
      for (let n = 0; !isDone; n++) {
        await context.publish(`load.${n % 100}`, { n });
        if (n % 500 === 0) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    })();
    await page.until(".tail-counts", /500 shown,\s+[\d,]+ left out/);
    await page.evaluate(
      "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true }))",
    );
    await page.until("button[aria-pressed=true]", /Resume/);
    isDone = true;
    await load;
    assert.equal(
      await page.evaluate("document.querySelectorAll('.rows > li').length"),
      500,
    );
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "the heap of a page stays flat while its rows are replaced and views change",
  async (browser) => {
    await using subject = await DashboardProcess.start([slow]);
    const { context } = subject.process;
    const page = await open(subject, "messages", browser);
    await page.until(".empty-list", /Waiting/);
    let isDone = false;
    const load = (async () => {
      for (let n = 0; !isDone; n++) {
        await context.publish(`load.${n}`, { n });
        if (n % 20 === 0) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    })();
    const rounds = async (first: number, count: number) => {
      for (let round = first; round < first + count; round++) {
        for (const view of ["flow", "modules", "traces", "messages"]) {
          await page.evaluate(`location.hash = "${view}"`);
          await page.until("[aria-current=page]", new RegExp(view, "i"));
        }
        await page.evaluate(newRows(200));
      }
      return await page.heapUsed();
    };
    const before = await rounds(0, 4); // 800 rows, of which 500 stay
    const grown = await rounds(4, 4) - before;
    isDone = true;
    await load;
    assert(grown < 2 ** 20, `grew by ${Math.round(grown / 1024)} KiB`);
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "the dashboard fits a phone, is used by keyboard, and asks for its token",
  async (browser) => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "s3cret-token");
    {
      await using subject = await DashboardProcess.start([slow], {
        "token-file": file,
      });
      const page = await open(subject, "flow", browser, [390, 800]);
      await page.until(".login", /needs a token/);
      await page.type("input[name=token]", "wrong-token", true);
      await page.until(".login .error", /Wrong token/);
      await page.evaluate(
        "document.querySelector('input[name=token]').value = ''",
      );
      await page.type("input[name=token]", "s3cret-token", true);
      await page.until(".status", /Live/);
      for (
        const [key, view] of [["2", "Messages"], ["4", "Modules"], [
          "6",
          "Send",
        ], ["1", "Flow"]]
      ) {
        await page.evaluate(
          `document.dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }))`,
        );
        await page.until("[aria-current=page]", new RegExp(view!));
        const width = await page.evaluate(
          "document.documentElement.scrollWidth",
        );
        assert.equal(width, 390, view);
      }
      const isRefused = (text: string) => text.includes("401");
      assert.deepEqual(page.complaints.filter((text) => !isRefused(text)), []);
    }
    await Deno.remove(file);
  },
);

browserTest(
  "the page shows why a pattern is refused, and stays live",
  async (browser) => {
    await using subject = await DashboardProcess.start();
    const page = await open(subject, "messages", browser);
    await page.until(".empty-list", /Waiting/);
    const pattern = "a".repeat(300);
    await page.evaluate(
      "document.querySelector('input[name=pattern]').value = ''",
    );
    await page.type("input[name=pattern]", pattern, true);
    await page.until(".messages .error", /255/);
    await page.until(".status", /Live/);
    const isRefused = (text: string) => text.includes("422");
    assert.deepEqual(page.complaints.filter((text) => !isRefused(text)), []);
  },
);

browserTest(
  "the page pauses and restarts a module, and shows why it cannot swap it",
  async (browser) => {
    let starts = 0;
    const counted = defineModule({
      name: "counted",
      init: () => void starts++,
    });
    await using subject = await DashboardProcess.start([counted], {
      allow: ["pause", "restart", "swap"],
    }, { config: { monitor: { control: ["pause", "restart", "swap"] } } });
    const page = await open(subject, "modules", browser);
    await page.until(".table", /counted/);
    const click = (selector: string, text: string) =>
      page.evaluate(
        `[...document.querySelectorAll("${selector}")]
          .find(({ textContent }) => textContent.includes("${text}")).click()`,
      );
    await click(".cells", "counted");
    await page.until(".actions", /Pause/);
    await page.until(".actions", /Only an isolated module/);
    await click(".actions button", "Pause");
    await page.until(".actions button", /Resume/);
    await page.until(".row.is-open .state", /paused/);
    await click(".actions button", "Resume");
    await page.until(".actions button", /Pause/);
    await click(".actions button", "Restart");
    await page.until(".actions [role=status]", /^Restarted in /);
    assert.equal(starts, 2);
    assert.equal(
      await page.evaluate(
        "document.querySelector('.actions button:last-of-type').disabled",
      ),
      true,
    );
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "the page has a form for the schema of a typed topic, and raw JSON for others",
  async (browser) => {
    const order = defineTopic(
      "order.*",
      z.object({
        sku: z.string().min(1),
        count: z.int().min(1).default(2),
        size: z.enum(["S", "M"]),
        gift: z.boolean(),
        note: z.string().optional(),
        tags: z.array(z.string()),
      }),
    );
    const price = defineTopic("price.of", z.object({ sku: z.string() }), {
      answer: z.string(),
    });
    const received: unknown[] = [];
    const shop = defineModule({
      name: "shop",
      init(context) {
        context.consume(order, ({ message }) => void received.push(message));
        context.consume("raw", ({ message }) => void received.push(message));
        context.handle(price, ({ message: { sku } }) => `7 for ${sku}`);
      },
    });
    await using subject = await DashboardProcess.start([shop], {
      allow: ["publish", "request"],
    });
    const page = await open(subject, "send", browser);
    await page.until(".send .primary", /Publish/);
    await page.type("input[name=topic]", "order.new");
    await page.until(".origin", /shop of process expects on\s+order\.\*/);
    assert.equal(
      await page.evaluate(
        "document.querySelector('.send form').matches(':valid')",
      ),
      false, // sku is empty
    );
    await page.type(".fields .is-text input", "tea");
    await page.evaluate(`{
      const select = document.querySelector(".fields select");
      select.value = "1";
      select.dispatchEvent(new Event("change", { bubbles: true }));
      document.querySelector(".fields [type=checkbox]").click();
      document.querySelector(".fields .is-list button").click();
    }`);
    await page.until(".fields .is-list", /1/);
    await page.type(".fields .is-list input", "hot");
    await page.evaluate("document.querySelector('.send .primary').click()");
    await page.until(".send [role=status]", /Published/);
    const sent = { sku: "tea", count: 2, size: "M", gift: true, tags: ["hot"] };
    assert.deepEqual(received, [sent]);
    await page.evaluate("document.querySelector('.origin button').click()");
    await page.until(".origin button", /Use the form/);
    assert.deepEqual(
      JSON.parse(String(
        await page.evaluate(
          "document.querySelector('textarea[name=message]').value",
        ),
      )),
      sent,
    );
    await page.evaluate(
      "document.querySelectorAll('.send .segments button')[1].click()",
    );
    await page.until(".send .primary", /Request/);
    await page.type("input[name=topic]", "price.of");
    await page.until(".fields", /sku/);
    await page.type(".fields input", "tea", true);
    await page.until("pre[role=status]", /7 for tea/);
    await page.evaluate(
      "document.querySelectorAll('.send .segments button')[0].click()",
    );
    await page.until(".send .primary", /Publish/);
    await page.type("input[name=topic]", "raw");
    await page.evaluate("document.querySelector('.send .primary').click()");
    await page.until(".send [role=status]", /Published/);
    assert.deepEqual(received.at(-1), {});
    assert.deepEqual(page.complaints, []);
  },
);

browserTest(
  "the page offers to send only what allow names, whatever its address says",
  async (browser) => {
    {
      await using subject = await DashboardProcess.start([], {
        allow: ["pause", "request"],
      });
      const page = await open(subject, "send", browser);
      await page.until(".send [aria-pressed=true]", /Request/);
      await page.until(".send .primary", /Request/);
    }
    await using subject = await DashboardProcess.start([], {
      allow: ["pause"],
    });
    const page = await open(subject, "send/%", browser);
    await page.until(".empty pre", /^\[module.dashboard\]\nallow = /);
    assert.deepEqual(page.complaints, []);
  },
);

/**
 * A shop with a dashboard. With RabbitMQ on this machine it runs as two
 * processes, without or with `--memory` as one. `--once` ends it after the
 * ledger was stuck once.
 *
 * @module
 */
import dashboard from "@caryatid/modules/dashboard";
import restServer from "@caryatid/modules/rest-server";
import { Process } from "@caryatid/process";
import rabbitMq from "@caryatid/process/rabbit-mq";
import { denoPart, runTogether } from "../together.ts";
import customers from "./customers.ts";
import ledger from "./ledger.ts";
import mailer from "./mailer.ts";
import observe from "./observe.toml" with { type: "text" };
import orders from "./orders.ts";
import pricing from "./pricing.ts";
import broker from "./rabbitmq.toml" with { type: "text" };
import stock from "./stock.ts";

/** Settings of `--once`: the ledger is stuck after 4 s, for 4 s. */
const ONCE = { module: { ledger: { "stuck-every": 8, "stuck-for": 4 } } };
/** Time after which `--once` ends, in milliseconds. */
const ONCE_TIME = 12_000;

const [name] = Deno.args.filter((arg) => !arg.startsWith("--"));
const isOnce = Deno.args.includes("--once");
const inMemory = Deno.args.includes("--memory");

if (name === undefined && !inMemory && await hasBroker()) {
  const main = import.meta.filename!;
  const flags = Deno.args;
  Deno.exitCode = await runTogether(
    ["front", "back"].map((name) => denoPart(name, main, [name, ...flags])),
  );
} else {
  const config = [
    observe,
    ...name === undefined ? [] : [broker],
    ...isOnce ? [ONCE] : [],
  ];
  await Process.main({
    config,
    ...name !== undefined && { process: name },
    modules: [
      dashboard,
      restServer,
      customers,
      orders,
      pricing,
      stock,
      mailer,
      ledger,
    ],
    buses: [rabbitMq],
  }, isOnce ? endSoon : undefined);
}

async function hasBroker(): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port: 5672 })).close();
    return true;
  } catch {
    return false;
  }
}

function endSoon(process: Process): void {
  const stop = () => process.stop().catch(() => {}); // main reports its error
  const timer = setTimeout(stop, ONCE_TIME);
  process.context.signal.addEventListener("abort", () => clearTimeout(timer));
}

import { Float } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "@caryatid/sdk/bus";
import { buswatchForm } from "../monitor/buswatch_form.ts";
import { ModuleMonitor } from "../monitor/module_monitor.ts";
import { BUSY } from "../testing/busy_snapshot.ts";
import { prometheusText } from "./prometheus_text.ts";
import type { SnapshotMessage } from "./snapshot_message.ts";

const PROCESS: NonNullable<SnapshotMessage["process"]> = {
  id: "0a1b2c3d",
  name: "shop",
  pid: 1,
  started_ms: 0,
  memory: 1_048_576,
  cpu: 0.5,
  loop_delay_ms: new Float(12),
  ready: false,
  problems: [],
  buses: [{
    id: "broker",
    connected: false,
    class: "rabbit-mq",
    deadLettered: 2,
  }],
  routes: [],
  modules: {
    slow: {
      class: "slow",
      state: "running",
      restarts: 3,
      errors: [],
      stuck: ["sample.#"],
      isolation: "none",
      asked: {},
    },
  },
};

function message(writes: Record<string, unknown>): SnapshotMessage {
  const modules = { m: { reads: {}, writes } };
  return { version: { major: 1, minor: 0 }, timestamp_ms: 0, modules } as never;
}

const HOSTILE = Object.assign(
  Object.create(null),
  Object.fromEntries(
    ['a"b', "a\nb", "a\\b", "__proto__", "\ud800", '"} 1\nx 1', ""]
      .map((topic) => [topic, { count: 1 }]),
  ),
);

const PROMTOOL = Deno.env.get("CARYATID_TEST_PROMTOOL") ?? "promtool";

/** Calls promtool with a text. Returns its complaints. */
async function lint(text: string): Promise<string> {
  const child = new Deno.Command(PROMTOOL, {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(text));
  await input.close();
  const { stdout, stderr } = await child.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** True if promtool is installed. */
async function hasPromtool(): Promise<boolean> {
  try {
    await lint("");
    return true;
  } catch {
    return false;
  }
}

const isMissing = !await hasPromtool();

Deno.test("prometheusText writes counters, gauges and histograms with the labels of their module and topic", () => {
  const text = prometheusText([{ ...buswatchForm(BUSY), process: PROCESS }]);
  const labels = 'process="shop",instance_id="0a1b2c3d"';
  const slow = `${labels},module="slow"`;
  const ask = `${labels},module="publisher",topic="ask"`;
  for (
    const line of [
      "# TYPE caryatid_messages_published_total counter",
      `caryatid_messages_published_total{${labels},module="publisher",topic="sample.test"} 3`,
      `caryatid_publishes_waiting{${labels},module="publisher",topic="sample.test"} 1`,
      `caryatid_messages_delivered_total{${slow},pattern="sample.#"} 1`,
      `caryatid_messages_redelivered_total{${slow},pattern="sample.#"} 1`,
      `caryatid_messages_retried_total{${slow},pattern="sample.#"} 2`,
      `caryatid_messages_dropped_total{${slow},pattern="sample.#"} 4`,
      `caryatid_messages_queued{${slow},pattern="sample.#"} 2`,
      `caryatid_messages_in_flight{${slow},pattern="sample.#"} 1`,
      `caryatid_request_failures_total{${ask},code="NO_HANDLER"} 2`,
      "# TYPE caryatid_request_duration_seconds histogram",
      `caryatid_request_duration_seconds_bucket{${ask},le="0.001"} 1`,
      `caryatid_request_duration_seconds_bucket{${ask},le="0.005"} 2`,
      `caryatid_request_duration_seconds_bucket{${ask},le="+Inf"} 2`,
      `caryatid_request_duration_seconds_sum{${ask}} 0.0045`,
      `caryatid_request_duration_seconds_count{${ask}} 2`,
      `caryatid_module_restarts_total{${slow}} 3`,
      `caryatid_module_stuck_queues{${slow}} 1`,
      `caryatid_bus_connected{${labels},bus="broker"} 0`,
      `caryatid_dead_letters_total{${labels},bus="broker"} 2`,
      `caryatid_process_memory_bytes{${labels}} 1048576`,
      `caryatid_event_loop_delay_seconds{${labels}} 0.012`,
    ]
  ) assert(text.split("\n").includes(line), line);
});

Deno.test({
  name: "promtool accepts the text, also with hostile names" +
    (isMissing ? " (skipped: promtool is not installed)" : ""),
  ignore: isMissing,
  async fn() {
    const busy = { ...buswatchForm(BUSY), process: PROCESS };
    assert.equal(await lint(prometheusText([busy])), "");
    assert.equal(await lint(prometheusText([message(HOSTILE)])), "");
  },
});

Deno.test("names of topics and modules are escaped", () => {
  const published = prometheusText([message(HOSTILE)]).split("\n")
    .filter((line) => line.startsWith("caryatid_messages_published_total"));
  assert.equal(published.length, Object.keys(HOSTILE).length);
  for (const line of published) {
    assert.match(line, /^[a-z_]+\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\} 1$/);
  }
});

Deno.test("values of another type than expected count as 0", () => {
  for (const writes of [null, 7, "x", [], { a: null }, { a: { count: "7" } }]) {
    const text = prometheusText([message(writes as never)]);
    for (const line of text.split("\n")) assert.doesNotMatch(line, /NaN|undef/);
  }
  const hostile = {
    modules: 7,
    process: { modules: [], buses: 7, memory: {} },
  };
  prometheusText([hostile as never, null as never, {} as never]);
});

Deno.test("100,000 topics make at most 1,001 series of a module", async () => {
  const monitor = new ModuleMonitor(undefined);
  await using bus = monitor.watch("busy", new InMemoryBus());
  for (let n = 0; n < 100_000; n++) await bus.publish(`topic.${n}`, n);
  const text = prometheusText([buswatchForm(monitor.snapshot())]);
  const series = text.split("\n").filter((line) =>
    line.startsWith("caryatid_messages_published_total{")
  );
  assert.equal(series.length, 1_001);
  const total = series.reduce(
    (sum, line) => sum + Number(line.split("} ")[1]),
    0,
  );
  assert.equal(total, 100_000);
});

import assert from "node:assert/strict";
import { configureSync, resetSync } from "@logtape/logtape";
import { RunningProgram } from "../../tests/support/running_program.ts";
import { Logging } from "./logging.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";

const config = new URL("../../deno.json", import.meta.url).pathname;
const fixture =
  new URL("../testing/fixtures/logs.ts", import.meta.url).pathname;

function program(toml: string, use?: string): RunningProgram {
  return new RunningProgram([
    "run",
    "--no-prompt",
    "--allow-read",
    `--config=${config}`,
    fixture,
    toml,
    ...use === undefined ? [] : [use],
  ]);
}

Deno.test("records wait until LogTape is loaded, and keep their order", async () => {
  const texts: string[] = [];
  configureSync({
    reset: true,
    sinks: {
      texts: ({ category, message }) =>
        void texts.push(`${category.join(".")} ${message.join("")}`),
    },
    loggers: [
      { category: "caryatid", sinks: ["texts"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  try {
    const logging = new Logging({
      level: "info",
      format: "pretty",
      levels: {},
    });
    logging.log("one").info("first {n}", { n: 1 });
    logging.log().warn("second");
    assert.deepEqual(texts, []);
    await logging.load();
    logging.log("one").error("third");
    assert.deepEqual(texts, [
      "caryatid.one first 1",
      "caryatid second",
      "caryatid.one third",
    ]);
  } finally {
    resetSync();
  }
});

Deno.test("a record of traced code has the ids of trace and span as properties", async () => {
  const seen: unknown[] = [];
  configureSync({
    reset: true,
    sinks: {
      seen: ({ message, properties }) =>
        void seen.push([message.join(""), properties]),
    },
    loggers: [
      { category: "caryatid", sinks: ["seen"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  try {
    const logging = new Logging({
      level: "info",
      format: "pretty",
      levels: {},
    });
    let traceId: string | undefined = "1f";
    logging.position = () =>
      traceId === undefined
        ? undefined
        : { traceId, spanId: "2e", sampled: true };
    logging.log().info("waits for {what}", { what: "LogTape" });
    traceId = undefined;
    await logging.load();
    logging.log().info("is {not} traced");
    logging.log().info("ends with }");
    traceId = "3d";
    logging.log().info("has {braces}");
    assert.deepEqual(seen, [
      ["waits for LogTape", { what: "LogTape", trace_id: "1f", span_id: "2e" }],
      ["is {not} traced", {}],
      ["ends with }", {}],
      ["has {braces}", { trace_id: "3d", span_id: "2e" }],
    ]);
  } finally {
    resetSync();
  }
});

Deno.test("isEnabled is false for a level that no sink receives, and true until LogTape is loaded", async () => {
  configureSync({
    reset: true,
    sinks: { nowhere() {} },
    loggers: [
      { category: "caryatid", sinks: ["nowhere"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  try {
    const logging = new Logging({
      level: "info",
      format: "pretty",
      levels: {},
    });
    const log = logging.log("one");
    assert.equal(log.isEnabledFor?.("debug"), true);
    await logging.load();
    assert.equal(log.isEnabledFor?.("debug"), false);
    assert.equal(log.isEnabledFor?.("info"), true);
  } finally {
    resetSync();
  }
});

Deno.test("records that overflow the buffer before LogTape is loaded are counted and reported", async () => {
  using logs = new CapturedLogs();
  const logging = new Logging({ level: "info", format: "pretty", levels: {} });
  const log = logging.log("one");
  for (let n = 0; n < 10_005; n++) log.info("record {n}", { n });
  await logging.load();
  assert.equal(logs.records.length, 10_001);
  assert.equal(logs.lines.at(-2), "caryatid.one: record 9999");
  assert.equal(
    logs.lines.at(-1),
    "caryatid: 5 records were lost before this one",
  );
});

Deno.test("the pretty form is time, level, category and text, on stdout", async () => {
  await using running = program("");
  const line = await running.line(/to be read/);
  assert.match(
    line,
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN {2}caryatid\.chatty: to be read \{ deep: \{ n: 1 \} \}$/,
  );
  assert.equal(await running.exitCode(), 0);
  assert.equal(await running.stderr, "");
});

Deno.test("LogTape is loaded only if the program or a module uses it", async () => {
  await using plain = program("", "console");
  assert.equal(await plain.line(/LogTape is/), "LogTape is not used");
  await using used = program("", "module");
  await used.line(/to be read/);
  await used.line(/a logger of LogTape/);
  assert.equal(await used.line(/LogTape is/), "LogTape is configured");
});

Deno.test("a placeholder that is a path loads LogTape, and records keep their order", async () => {
  await using running = program("", "path");
  await running.line(/LogTape is configured/);
  const texts = running.lines.map((line) => line.replace(/^\S+ \S+ +/, ""))
    .filter((line) => line.startsWith("caryatid.chatty: path"));
  assert.deepEqual(texts, [
    "caryatid.chatty: path before",
    "caryatid.chatty: path 1",
    "caryatid.chatty: path after",
  ]);
});

Deno.test("the JSON form is an object a line", async () => {
  await using running = program('[log]\nformat = "json"');
  const record = JSON.parse(await running.line(/to be read/));
  assert.equal(record.level, "WARN");
  assert.equal(record.logger, "caryatid.chatty");
  assert.deepEqual(record.properties, { message: { deep: { n: 1 } } });
  assert.equal(await running.exitCode(), 0);
  const texts = running.lines.map((line) => JSON.parse(line).message);
  assert(texts.includes("module chatty"), texts.join("\n"));
});

Deno.test("[log] level applies to all modules, [log.levels] to one", async () => {
  await using running = program(
    '[log]\nlevel = "warn"\n[log.levels]\nchatty = "debug"',
  );
  await running.exitCode();
  const said = running.lines.map((line) => line.replace(/^\S+ /, ""));
  assert(said.some((line) => line.startsWith("DEBUG caryatid.chatty")));
  assert(!said.some((line) => line.startsWith("INFO  caryatid:")));
});

Deno.test("control codes of a terminal are escaped in the log", async () => {
  await using running = program("");
  const line = await running.line(/evil/);
  // deno-lint-ignore no-control-regex -- that is the point
  assert.doesNotMatch(line, /\x1b/);
});

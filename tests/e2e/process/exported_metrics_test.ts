import assert from "node:assert/strict";
import { OtlpReceiver } from "../../support/otlp_receiver.ts";
import { RunningProgram } from "../../support/running_program.ts";

const PROGRAM =
  new URL("exported_metrics_program.ts", import.meta.url).pathname;

Deno.test("OpenTelemetry receives the metrics of a process with opentelemetry = true", async () => {
  await using receiver = new OtlpReceiver();
  await using program = new RunningProgram(
    ["run", "-A", PROGRAM],
    receiver.env("echo"),
  );
  await program.line(/has begun/);
  const valueOf = (name: string, label: string, of: string) =>
    receiver.metrics.get(`caryatid.${name}`)?.points
      .find(({ attributes }) => attributes[label] === of)?.value;
  await receiver.until(() => valueOf("requests", "topic", "ask"));
  assert.equal(valueOf("messages_published", "topic", "counted"), 3);
  assert.equal(valueOf("request_duration.count", "topic", "ask"), 1);
  assert.equal(valueOf("requests_handled", "pattern", "ask"), 1);
  assert.equal(valueOf("module_running", "module", "echo"), 1);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
});

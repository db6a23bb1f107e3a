import assert from "node:assert/strict";
import { formatTraceparent, parseTraceparent } from "./trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

Deno.test("parseTraceparent reads ids and the sampled flag, and formatTraceparent writes them", () => {
  for (const [flags, sampled] of [["01", true], ["00", false]] as const) {
    const header = `00-${TRACE}-${SPAN}-${flags}`;
    const context = parseTraceparent(header);
    assert.deepEqual(context, { traceId: TRACE, spanId: SPAN, sampled });
    assert.equal(formatTraceparent(context!), header);
  }
});

Deno.test("parseTraceparent reads flags and parts of later versions", () => {
  for (
    const header of [
      `00-${TRACE}-${SPAN}-ff`,
      `cc-${TRACE}-${SPAN}-01`,
      `cc-${TRACE}-${SPAN}-01-what-the-future-will-be`,
    ]
  ) assert.equal(parseTraceparent(header)?.sampled, true, header);
});

Deno.test("parseTraceparent returns undefined for a malformed header", () => {
  for (
    const header of [
      undefined,
      null,
      7,
      "",
      "00",
      `00-${TRACE}-${SPAN}`,
      `00-${TRACE}-${SPAN}-1`,
      `00-${TRACE}-${SPAN}-01-more`,
      `00-${TRACE}-${SPAN}-01x`,
      `cc-${TRACE}-${SPAN}-01.more`,
      `ff-${TRACE}-${SPAN}-01`,
      `00-${"0".repeat(32)}-${SPAN}-01`,
      `00-${TRACE}-${"0".repeat(16)}-01`,
      `00-${TRACE.toUpperCase()}-${SPAN}-01`,
      `00-${TRACE.slice(1)}g-${SPAN}-01`,
      ` 00-${TRACE}-${SPAN}-01`,
      `cc-${TRACE}-${SPAN}-01-${"x".repeat(100_000)}`,
    ]
  ) assert.equal(parseTraceparent(header), undefined, String(header));
});

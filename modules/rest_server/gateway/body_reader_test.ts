import { Deadlines } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { BodyReader } from "./body_reader.ts";
import { BodySource } from "./body_source.ts";
import { MemoryBudget } from "./memory_budget.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Kind = "bytes" | undefined;

const KIB = 1_024;

/** Returns a stream that delivers `chunks`, then ends. */
function streamOf(kind: Kind, chunks: readonly Bytes[]): ReadableStream<Bytes> {
  const left = [...chunks];
  return new ReadableStream({
    ...(kind && { type: kind }),
    pull(controller: ReadableByteStreamController) {
      const chunk = left.shift();
      if (chunk) return controller.enqueue(chunk);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  } as UnderlyingByteSource);
}

function bytesOf(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

for (const kind of ["bytes", undefined] as const) {
  const name = kind ? "a byte stream" : "a stream of chunks";
  Deno.test(`BodySource reads ${name} into buffers smaller than its chunks`, async () => {
    const body = bytesOf(1_000);
    const source = new BodySource(
      streamOf(kind, [body.slice(0, 700), body.slice(700)]),
    );
    const found: number[] = [];
    for (;;) {
      const bytes = await source.read(new Uint8Array(64));
      if (bytes.length === 0) break;
      assert(bytes.length <= 64);
      found.push(...bytes);
    }
    assert.deepEqual(found, [...body]);
  });

  Deno.test(`BodyReader joins ${name} and counts exactly its bytes at the end`, async () => {
    for (
      const [size, announced] of [[200 * KIB, true], [10, false], [
        70 * KIB,
        false,
      ], [0, false]] as const
    ) {
      const deadlines = new Deadlines();
      const budget = new MemoryBudget(1_024 * KIB);
      const reader = readerWith(budget, deadlines);
      const body = bytesOf(size);
      const request = requestOf(
        streamOf(
          kind,
          size === 0
            ? []
            : [body.slice(0, 5), body.slice(5)].filter((each) =>
              each.length > 0
            ),
        ),
      );
      const read = await reader.read(request, announced ? size : undefined);
      assert.deepEqual(read, body);
      assert.equal(budget.used, size);
      deadlines.close();
    }
  });
}

Deno.test("BodyReader counts the read buffer of a connection before it reads", async () => {
  const deadlines = new Deadlines();
  const budget = new MemoryBudget(200 * KIB);
  const reader = readerWith(budget, deadlines);
  let pulls = 0;
  const endless = new ReadableStream<Bytes>({
    type: "bytes",
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(64 * KIB));
    },
  });
  // 64 KiB of the body count twice: the second piece has no room.
  await assert.rejects(reader.read(requestOf(endless), undefined), {
    status: 503,
  });
  assert(pulls < 10, `${pulls} chunks`);
  assert.equal(budget.used, 0);
  deadlines.close();
});

Deno.test("BodyReader lets the event loop run while it reads tiny chunks", async () => {
  const deadlines = new Deadlines();
  const reader = readerWith(new MemoryBudget(200 * KIB), deadlines);
  const chunks = new Array(1_000).fill(0).map(() => bytesOf(1));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const body = await reader.read(
    requestOf(streamOf("bytes", chunks)),
    undefined,
  );
  clearInterval(timer);
  assert.equal(body.length, 1_000);
  assert(turns > 0, "no timer fired");
  deadlines.close();
});

function readerWith(budget: MemoryBudget, deadlines: Deadlines): BodyReader {
  return new BodyReader({
    maxSize: 512 * KIB,
    timeout: 5_000,
    minRate: 1,
    maxUploads: 4,
    budget,
    deadlines,
  });
}

function requestOf(body: ReadableStream<Bytes>): Request {
  // `Request` would wrap the stream: the body is what the platform delivers.
  return { body } as Request;
}

import { createPlayback } from "@caryatid/modules/playback";
import record, { createRecord } from "@caryatid/modules/record";
import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { within } from "../../sdk/testing/conformance/promises.ts";
import { SAMPLES } from "./messages.ts";
import { type Interop, rustTest } from "./rust_case.ts";
import { Message } from "./rust_message.ts";

const JSONS = SAMPLES.map(({ json }) => json);

rustTest(
  "Rust records what TypeScript publishes, and TypeScript receives the playback",
  async (interop) => {
    await using folder = await TempFolder.make();
    await using ours = await interop.ours();
    {
      await using _rust = await interop.rust(recording(interop, folder));
      for (const { ours: message } of SAMPLES) {
        await ours.context.publish(`${interop.prefix}.test`, message);
      }
      await folder.holds(JSONS);
    }
    const heard = ours.context.subscribe(`${interop.prefix}.played`);
    await heard.ready;
    await using _rust = await interop.rust(playing(interop, folder));
    assert.deepEqual(
      messages(await take(heard, SAMPLES.length)),
      SAMPLES.map((sample) => sample.heard ?? sample.ours),
    );
  },
);

rustTest(
  "playback with the message type plays what Rust recorded, and Rust receives it",
  async (interop) => {
    await using folder = await TempFolder.make();
    {
      await using rust = await interop.rust(recording(interop, folder));
      for (const json of JSONS) {
        await rust.publish(`${interop.prefix}.test`, json);
      }
      await folder.holds(JSONS);
    }
    await using rust = await interop.rust(hearing(interop));
    await using _ours = await interop.ours({
      toml: playing(interop, folder),
      modules: [createPlayback({ message: Message })],
    });
    const heard = await rust.heard(SAMPLES.length);
    assert.deepEqual(
      heard.map(({ debug }) => debug),
      SAMPLES.map(({ debug }) => debug),
    );
  },
);

rustTest(
  'record with format = "rust" writes files that Rust plays',
  async (interop) => {
    // () and an empty array are the same on the wire but differ in JSON;
    // without the type they cannot be distinguished.
    const samples = SAMPLES.filter(({ json }) => json !== '{"None":null}');
    await using folder = await TempFolder.make();
    {
      await using rust = await interop.rust();
      await using _ours = await interop.ours({
        toml: `${recording(interop, folder)}format = "rust"\n`,
        modules: [record],
      });
      for (const { json } of samples) {
        await rust.publish(`${interop.prefix}.test`, json);
      }
      // A whole number of type float is written without its point; Rust reads
      // it.
      await folder.holds(
        samples.map(({ json }) => json.replace('"y":2.0', '"y":2')),
      );
    }
    await using hearer = await interop.rust(hearing(interop));
    await using _player = await interop.rust(playing(interop, folder));
    const heard = await hearer.heard(samples.length);
    assert.deepEqual(
      heard.map(({ debug }) => debug),
      samples.map(({ debug }) => debug),
    );
  },
);

rustTest(
  "record with the message type writes the same files as Rust, which Rust plays to the end",
  async (interop) => {
    await using folder = await TempFolder.make();
    await using theirs = await TempFolder.make();
    const jsons = [...JSONS, ...FLOATS.map(readingJson)];
    const recorded: unknown[] = [];
    {
      await using rust = await interop.rust(recording(interop, theirs));
      await using _ours = await interop.ours({
        toml: `${recording(interop, folder)}format = "rust"\n`,
        modules: [createRecord({ message: Message })],
      });
      for (const json of jsons) {
        await rust.publish(`${interop.prefix}.test`, json);
      }
      const last = jsons.length - 1;
      await Promise.all([folder, theirs].map((it) => it.has(`${last}.json`)));
      for (const index of jsons.keys()) {
        const [ours, rusts] = await Promise.all(
          [folder, theirs].map(({ path }) =>
            Deno.readTextFile(`${path}/${index}.json`)
          ),
        );
        assert.equal(ours, rusts);
        // The peer prints an f32 as 64 bits.
        recorded.push(
          JSON.parse(
            ours!,
            (key, value) => key === "short" ? Math.fround(value) : value,
          ),
        );
      }
    }
    await using hearer = await interop.rust(hearing(interop));
    await using _player = await interop.rust(playing(interop, folder));
    const heard = await hearer.heard(jsons.length);
    assert.deepEqual(heard.map(({ message }) => message), recorded);
  },
);

/** Numbers at which writers of floats differ. */
const FLOATS = [
  ...[0, -0, 1, 0.1, 1.5, 1e15, 1e16, 1.25e16, 1e17, 1e21, 123456789012345680],
  ...[1e-4, 1e-5, 1.5e-5, 1e-6, 1e-7, 5e-324, 2 ** 53, 1.7976931348623157e308],
];

/** Returns a message with fields of all kinds, as Rust reads it. */
function readingJson(value: number): string {
  const float = Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
  const short = value > 3e38 ? "1e-6" : float;
  return `{"Reading":{"at":"2024-01-02T03:04:05.123456789Z",` +
    `"value":${float},"short":${short},"count":18446744073709551615,` +
    `"delta":-1,"note":null,"kind":{"Range":[${float},7]},"marks":[0,255],` +
    `"letter":"😀","limits":{"a":1},"corner":[${float},true],"nothing":null}}`;
}

rustTest(
  "() in a recording of TypeScript ends Rust's playback",
  async (interop) => {
    await using folder = await TempFolder.make();
    {
      await using rust = await interop.rust();
      await using _ours = await interop.ours({
        toml: `${recording(interop, folder)}format = "rust"\n`,
        modules: [record],
      });
      await rust.publish(`${interop.prefix}.test`, '{"None":null}');
      await folder.holds(['{"None":[]}']);
    }
    await using player = await interop.rust(playing(interop, folder));
    await player.logged("invalid type: sequence, expected unit");
  },
);

function recording({ prefix }: Interop, { path }: TempFolder): string {
  return `[module.record]\ntopic = "${prefix}.test"\npath = "${path}"\n`;
}

function playing({ prefix }: Interop, { path }: TempFolder): string {
  return `[module.playback]\ntopic = "${prefix}.played"\npath = "${path}"\n`;
}

function hearing({ prefix }: Interop): string {
  return `[module.hear]\ntopic = "${prefix}.played"\n`;
}

/** A folder for a recording, removed at the end. */
class TempFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TempFolder> {
    const prefix = "caryatid-recording-";
    return new TempFolder(await Deno.makeTempDir({ prefix }));
  }

  /** Resolves when `0.json`, `1.json`, … contain these texts. */
  async holds(texts: readonly string[]): Promise<void> {
    using changes = Deno.watchFs(this.path);
    const next = changes[Symbol.asyncIterator]();
    let found: string[] = [];
    const all = async () => {
      for (;;) {
        found = await Promise.all(
          texts.map((_, index) =>
            Deno.readTextFile(`${this.path}/${index}.json`).catch(() => "")
          ),
        );
        if (found.every((text, index) => text === texts[index])) return;
        await next.next();
      }
    };
    await within(
      all(),
      () => `${texts.join("\n")}\nin ${this.path}, found\n${found.join("\n")}`,
    );
  }

  /** Resolves when the folder has the file. */
  async has(name: string): Promise<void> {
    using changes = Deno.watchFs(this.path);
    const next = changes[Symbol.asyncIterator]();
    const size = () =>
      Deno.stat(`${this.path}/${name}`).then(({ size }) => size, () => 0);
    const there = async () => {
      while (await size() === 0) await next.next();
    };
    await within(there(), () => `${name} in ${this.path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

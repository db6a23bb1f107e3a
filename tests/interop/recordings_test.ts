import { createPlayback } from "@caryatid/modules/playback";
import record from "@caryatid/modules/record";
import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { within } from "../../sdk/testing/conformance/within.ts";
import { SAMPLES } from "./messages.ts";
import { type Interop, rustTest } from "./rust_case.ts";
import { Message } from "./rust_message.ts";

const JSONS = SAMPLES.map(({ json }) => json);

rustTest(
  "Rust records what ours publishes, and plays it for ours to hear",
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
  "what Rust recorded is played by our playback, which is given the message type, for Rust to hear",
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
  'our record with format = "rust" writes what Rust plays',
  async (interop) => {
    // () and an empty array are the same on the wire, and two things in JSON: nobody knows without the type.
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
      // A float that is whole has lost its point; Rust reads it all the same.
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
  "() that our record has written ends Rust's playback",
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

  /** Resolves when `0.json`, `1.json`, … hold these texts. */
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

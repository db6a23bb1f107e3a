import assert from "node:assert/strict";
import { VERSION } from "../../process/platform/version.ts";
import { CLI, Consumer } from "./consumer.ts";
import { publishPackage, talkerPackage } from "./packages.ts";
import { Registries } from "./registries.ts";
import { testPublished } from "./test_published.ts";

testPublished(
  "code that a registry lacks is reported with the line that names it, and nothing starts",
  async (registries, t) => {
    await publishPackage(registries.jsr, talkerPackage("@acme/talker", "x"));
    const cases: [what: string, specifier: string, says: RegExp][] = [
      ["an unpublished package", "jsr:@acme/absent@1", /@acme\/absent/],
      ["an unknown version", "jsr:@acme/talker@7", /@acme\/talker@7/],
      ["an entry that it lacks", "jsr:@acme/talker@1/none", /none/],
      ["an invalid specifier", "jsr:acme", /acme/],
      [
        "a package that npm lacks",
        "npm:caryatid-absent-1@1",
        /caryatid-absent-1/,
      ],
      ["a missing file", "./absent.ts", /absent\.ts/],
    ];
    for (const [what, specifier, says] of cases) {
      await t.step(what, async () => {
        await using user = await Consumer.make(registries, {
          "service.toml": `[module.talker]\nimport = "${specifier}"\n`,
        });
        const ran = await user.runCaryatid("run", "service.toml");
        assert.equal(ran.code, 2, ran.stdout + ran.stderr);
        assert.equal(ran.stdout, "");
        const [problem, ...others] = ran.stderr.split("\n").filter((line) =>
          line.startsWith("error")
        );
        assert.deepEqual(others, []);
        assert.match(
          problem!,
          /^error \[LOAD_FAILED\] \S.*service\.toml:2:1: Cannot load \[module\.talker\]/,
        );
        assert.match(problem!, says);
      });
    }
  },
);

testPublished(
  "an unreachable registry is reported with the line that needs it",
  async () => {
    await using registries = await Registries.start();
    await using user = await Consumer.make(registries, {
      "service.toml": '[module.talker]\nimport = "jsr:@acme/talker@1"\n',
      "standard.toml": "[module.clock]\n",
    });
    const cached = await user.run(["cache", `${CLI}/internal/offline`]);
    assert.equal(cached.code, 0, cached.stderr);
    await registries.jsr[Symbol.asyncDispose]();
    const cases: [file: string, place: string][] = [
      ["service.toml", "2:1"],
      ["standard.toml", "1:9"],
    ];
    for (const [file, place] of cases) {
      const ran = await user.runCaryatid("run", file);
      assert.equal(ran.code, 2);
      assert.match(
        ran.stderr,
        new RegExp(
          `error \\[LOAD_FAILED\\] \\S.*${file}:${place}: .* failed to load`,
        ),
      );
    }
  },
);

testPublished(
  "a program from JSR reports the line too and exits with 2",
  async (registries) => {
    await using user = await Consumer.make(registries, {
      "main.ts": `
      import { Process } from "jsr:@caryatid/process@^${VERSION}";
      await Process.main({ config: new URL("service.toml", import.meta.url) });
    `,
      "service.toml": '[module.talker]\nimport = "jsr:@acme/absent@1"\n',
    });
    const ran = await user.run([
      "run",
      "--allow-net",
      "--allow-read=service.toml",
      "main.ts",
    ]);
    assert.equal(ran.code, 2, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout + ran.stderr,
      /\[LOAD_FAILED\] \S.*service\.toml:2:1: .*@acme\/absent/,
    );
  },
);

testPublished(
  "a version that Deno finds too young is reported with a remedy",
  async () => {
    await using registries = await Registries.start();
    registries.jsr.createdAt = new Date();
    await using user = await Consumer.make(registries, {
      "service.toml": "[module.clock]\n",
    });
    const check = ["check", "service.toml"];
    const young = ["run", "-A", "--minimum-dependency-age=0", CLI, ...check];
    const ran = await user.run(young);
    assert.equal(ran.code, 2, ran.stdout + ran.stderr);
    assert.match(
      ran.stderr,
      /error \[LOAD_FAILED\] \S.*service\.toml:1:9: .*Set "minimumDependencyAge" in deno\.json/,
    );
    const config = JSON.stringify({ minimumDependencyAge: 0 });
    await Deno.writeTextFile(`${user.folder}/deno.json`, config);
    const taken = await user.runCaryatid(...check);
    assert.equal(taken.code, 0, taken.stderr);
  },
);

testPublished(
  "a package that is no longer what the lock says is refused with the line that names it",
  async () => {
    await using registries = await Registries.start();
    await publishPackage(registries.jsr, talkerPackage("@acme/talker", "x"));
    await using user = await Consumer.make(registries, {
      "service.toml": '[module.talker]\nimport = "jsr:@acme/talker@1"\n',
    });
    const locked = await user.run(["cache", CLI, "jsr:@acme/talker@1"]);
    assert.equal(locked.code, 0, locked.stderr);
    const release = registries.jsr.release("@acme/talker", "1.0.0");
    const text = new TextDecoder().decode(release.files.get("/mod.ts"));
    const changed = new TextEncoder().encode(`${text}\nDeno.exit(7);\n`);
    const files = new Map(release.files).set("/mod.ts", changed);
    registries.jsr.add({ ...release, files });
    await Deno.remove(`${user.folder}/.deno`, { recursive: true });
    const ran = await user.runCaryatid("run", "service.toml");
    assert.equal(ran.code, 2, ran.stdout + ran.stderr);
    assert.match(
      ran.stderr,
      /service\.toml:2:1: .* is not what deno\.lock says: found \w+; expected \w+/,
    );
  },
);

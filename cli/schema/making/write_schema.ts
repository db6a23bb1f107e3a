/*
 * `deno task schema`: writes the JSON Schema that is published. A test compares
 * it with the code.
 */
import { filePath, VERSION } from "@caryatid/process/internal/platform";
import { makeSchema } from "./make_schema.ts";
import { standardSections } from "./standard_sections.ts";

const file = new URL("../../caryatid.schema.json", import.meta.url);
const schema = makeSchema(VERSION, await standardSections());
await Deno.writeTextFile(
  filePath(file),
  `${JSON.stringify(schema, null, 2)}\n`,
);

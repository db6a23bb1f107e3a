/*
 * `deno task schema` writes what is published. A test compares it with what the code says.
 */
import { VERSION } from "../../../version.ts";
import { filePath } from "../../file_urls.ts";
import { makeSchema } from "./make_schema.ts";
import { standardSections } from "./standard_sections.ts";

const file = new URL("../../../caryatid.schema.json", import.meta.url);
const schema = makeSchema(VERSION, await standardSections());
await Deno.writeTextFile(
  filePath(file),
  `${JSON.stringify(schema, null, 2)}\n`,
);

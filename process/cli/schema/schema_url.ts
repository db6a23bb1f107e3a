/** Where the JSON Schema that a released version has is. */
export function schemaUrl(version: string): string {
  return `https://jsr.io/@caryatid/process/${version}/caryatid.schema.json`;
}

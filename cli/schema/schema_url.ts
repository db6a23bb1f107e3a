/** Returns the URL of the JSON Schema of a released version. */
export function schemaUrl(version: string): string {
  return `https://jsr.io/@caryatid/cli/${version}/caryatid.schema.json`;
}

const PLACEHOLDER = /\{\{|\}\}|\{([^}]*)\}/g;

/**
 * Splits a text with placeholders into texts and values in turn, as LogTape
 * does. Returns undefined if a placeholder is not the name of a property:
 * LogTape also knows paths, such as `{user.name}`.
 */
export function parseTemplate(
  text: string,
  properties: Readonly<Record<string, unknown>>,
): unknown[] | undefined {
  if (!text.includes("{")) return [text]; // not even "}}" is an escape then
  const parts: unknown[] = [];
  let end = 0;
  for (const { 0: found, 1: name, index } of text.matchAll(PLACEHOLDER)) {
    if (name === undefined) continue; // an escaped brace
    if (!/^\w+$/.test(name)) return undefined;
    parts.push(unescaped(text.slice(end, index)), properties[name]);
    end = index + found.length;
  }
  parts.push(unescaped(text.slice(end)));
  return parts;
}

function unescaped(text: string): string {
  return text.replaceAll("{{", "{").replaceAll("}}", "}");
}

/**
 * Imports code, as an expression. Of a local file it does so by way of a program that imports it statically: an `import()` of a link,
 * or of code that imports one, needs the permission to read it.
 */
export function codeImport(specifier: string): string {
  const literal = JSON.stringify(specifier);
  if (!specifier.startsWith("file:")) return `import(${literal})`;
  const through = importOf(`import*as code from${literal};export{code}`);
  return `${through}.then(({code})=>code)`;
}

/** Imports what a file says; in one program with an import of its code, Deno reads it once for both. */
export function textImport(specifier: string): string {
  const literal = JSON.stringify(specifier);
  const attributes = '{ with: { type: "text" } }';
  if (!specifier.startsWith("file:")) {
    return `import(${literal}, ${attributes})`;
  }
  return importOf(
    `import text from${literal}with{type:"text"};export default text`,
  );
}

function importOf(program: string): string {
  return `import("data:text/javascript,${encodeURIComponent(program)}")`;
}

/**
 * Returns an expression that imports code. A local file is imported by way of a
 * program that imports it statically: `import()` of a symbolic link, or of code
 * that imports one, would need the permission to read it.
 */
export function codeImport(specifier: string): string {
  const literal = JSON.stringify(specifier);
  if (!specifier.startsWith("file:")) return `import(${literal})`;
  const wrapped = importOf(`import*as code from${literal};export{code}`);
  return `${wrapped}.then(({code})=>code)`;
}

/**
 * Returns an expression that imports the text of a file. In a program that also
 * imports its code, Deno reads the file once.
 */
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

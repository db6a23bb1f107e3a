import type { DeclarationNode, SymbolNode, TypeNode } from "./doc_nodes.ts";
import { memberLines } from "./member_lines.ts";
import { callText, typeArguments, typeParams, typeText } from "./type_text.ts";

/**
 * Returns the text of an exported name: its declarations, with their members
 * indented.
 */
export function symbolText({ name, declarations }: SymbolNode): string {
  return declarations
    .filter(({ declarationKind }) => declarationKind === "export")
    .map((declaration) => declarationText(name, declaration))
    .join("\n");
}

function declarationText(name: string, { kind, def }: DeclarationNode): string {
  switch (kind) {
    case "function":
      return `function ${name}${callText({ params: [], ...def })}`;
    case "variable":
      return `const ${name}: ${typeText(def.tsType)}`;
    case "typeAlias":
      return `type ${name}${typeParams(def.typeParams)} =${
        aliasText(def.tsType)
      }`;
    case "class":
      return withMembers(
        `${def.isAbstract ? "abstract " : ""}class ${name}`,
        def,
      );
    case "interface":
      return withMembers(`interface ${name}`, def);
    case "reference":
      // An export of another package is in the text of that package.
      return `reference ${name} to ${
        def.target?.filename.split("/").slice(-2).join("/")
      }`;
    default:
      throw new Error(`Cannot write ${name}, which is a ${kind}`);
  }
}

/**
 * Returns the text of a type alias. A large union has a line for each member,
 * so that a new member adds one line.
 */
function aliasText(type: TypeNode | undefined): string {
  if (type?.kind !== "union" || type.value.length < 5) {
    return ` ${typeText(type)}`;
  }
  return type.value.map((each) => `\n  | ${typeText(each)}`).join("");
}

function withMembers(head: string, def: DeclarationNode["def"]): string {
  const { extends: base, implements: kept = [], superTypeParams } = def;
  const parents = typeof base === "string"
    ? base + typeArguments(superTypeParams)
    : (base ?? []).map(typeText).join(", ");
  return [
    head + typeParams(def.typeParams) +
    (parents === "" ? "" : ` extends ${parents}`) +
    (kept.length === 0 ? "" : ` implements ${kept.map(typeText).join(", ")}`),
    ...memberLines(def),
  ].join("\n  ");
}

import type { Members, MethodNode, Modifiers } from "./doc_nodes.ts";
import { callText, typeText } from "./type_text.ts";

/**
 * Returns one line for each member of a class, an interface or an object type,
 * grouped by kind and in source order. Private properties and methods are
 * omitted.
 */
export function memberLines(members: Members): string[] {
  const { constructors, callSignatures, indexSignatures, properties, methods } =
    members;
  return [
    ...(constructors ?? []).map((each) =>
      each.accessibility === undefined
        ? `constructor${callText(each)}`
        : `${each.accessibility} constructor`
    ),
    ...(callSignatures ?? []).map((each) => callText(each)),
    ...(indexSignatures ?? []).map(({ readonly, params, tsType }) =>
      `${readonly ? "readonly " : ""}[${
        params.map(({ name, tsType }) => `${name}: ${typeText(tsType)}`)
      }]: ${typeText(tsType)}`
    ),
    ...(properties ?? []).filter(isPublic).map((each) =>
      `${modifiers(each)}${each.name}${each.optional ? "?" : ""}: ${
        typeText(each.tsType)
      }`
    ),
    ...(methods ?? []).filter(isPublic).map(methodLine),
  ];
}

function methodLine(method: MethodNode): string {
  const call = method.functionDef ?? { params: [], ...method };
  if (method.kind === "getter") {
    return `${modifiers(method)}get ${method.name}(): ${
      typeText(call.returnType)
    }`;
  }
  const kind = method.kind === "setter" ? "set " : "";
  return `${modifiers(method)}${kind}${method.name}${
    method.optional ? "?" : ""
  }${callText(call)}`;
}

function isPublic({ accessibility }: Modifiers): boolean {
  return accessibility !== "private";
}

function modifiers(
  { accessibility, isStatic, isAbstract, readonly }: Modifiers,
): string {
  return [
    accessibility,
    isStatic && "static",
    isAbstract && "abstract",
    readonly && "readonly",
  ].filter((each) => each).map((each) => `${each} `).join("");
}

import type {
  CallNode,
  MappedNode,
  ParamNode,
  TypeNode,
  TypeParamNode,
} from "./doc_nodes.ts";
import { memberLines } from "./member_lines.ts";

/** Returns a type in the syntax of TypeScript. */
export function typeText(type: TypeNode | undefined): string {
  if (type === undefined) return "(inferred)";
  switch (type.kind) {
    case "keyword":
    case "typeQuery":
      return type.kind === "typeQuery" ? `typeof ${type.value}` : type.value;
    case "literal":
      return literalText(type);
    case "this":
      return "this";
    case "typeRef":
      return type.value.typeName + typeArguments(type.value.typeParams);
    case "union":
      return type.value.map(typeText).join(" | ");
    case "intersection":
      return type.value.map(typeText).join(" & ");
    case "tuple":
      return `[${type.value.map(typeText).join(", ")}]`;
    case "array":
      return `${typeText(type.value)}[]`;
    case "parenthesized":
      return `(${typeText(type.value)})`;
    case "rest":
      return `...${typeText(type.value)}`;
    case "optional":
      return `${typeText(type.value)}?`;
    case "typeOperator":
      return `${type.value.operator} ${typeText(type.value.tsType)}`;
    case "infer":
      return `infer ${typeParam(type.value.typeParam)}`;
    case "indexedAccess":
      return `${typeText(type.value.objType)}[${
        typeText(type.value.indexType)
      }]`;
    case "typeLiteral":
      return `{ ${memberLines(type.value).join("; ")} }`;
    case "mapped":
      return mappedText(type.value);
    case "fnOrConstructor":
      return (type.value.constructor === true ? "new " : "") +
        callText(type.value, " => ");
    case "conditional": {
      const { checkType, extendsType, trueType, falseType } = type.value;
      return `${typeText(checkType)} extends ${typeText(extendsType)} ? ${
        typeText(trueType)
      } : ${typeText(falseType)}`;
    }
    case "typePredicate": {
      const { asserts, param, type: is } = type.value;
      const what = param.name ?? param.type;
      return (asserts ? "asserts " : "") + what +
        (is ? ` is ${typeText(is)}` : "");
    }
    default:
      // An unknown kind may hide a change.
      throw new Error(`Cannot write a type: ${JSON.stringify(type)}`);
  }
}

/** Returns type parameters, parameters and result of a function. */
export function callText(call: CallNode, arrow = ": "): string {
  const result = call.returnType ?? call.tsType;
  return typeParams(call.typeParams) +
    `(${call.params.map(paramText).join(", ")})` +
    (result === undefined ? "" : arrow + typeText(result));
}

/** Returns `<T extends …>`, or an empty text. */
export function typeParams(params: readonly TypeParamNode[] = []): string {
  return params.length === 0 ? "" : `<${params.map(typeParam).join(", ")}>`;
}

/** Returns `<…>`, or an empty text. */
export function typeArguments(types: readonly TypeNode[] = []): string {
  return types.length === 0 ? "" : `<${types.map(typeText).join(", ")}>`;
}

function typeParam(
  { name, constraint, default: standard }: TypeParamNode,
): string {
  return name + (constraint ? ` extends ${typeText(constraint)}` : "") +
    (standard ? ` = ${typeText(standard)}` : "");
}

/** Returns a parameter. One with a default is optional for callers. */
function paramText(param: ParamNode): string {
  const { kind, name = `{ … }`, optional, tsType, left, arg } = param;
  if (kind === "assign") return paramText({ ...left!, optional: true });
  if (kind === "rest") return `...${arg?.name}: ${typeText(tsType)}`;
  return `${name}${optional ? "?" : ""}: ${typeText(tsType)}`;
}

function literalText(
  { repr, value }: Extract<TypeNode, { kind: "literal" }>,
): string {
  if (value.kind === "string") return JSON.stringify(repr);
  return value.kind === "template" ? `\`${repr}\`` : repr;
}

function mappedText(
  { readonly, optional, typeParam: { name, constraint }, nameType, tsType }:
    MappedNode,
): string {
  const as = nameType ? ` as ${typeText(nameType)}` : "";
  return `{ ${sign(readonly)}${readonly ? "readonly " : ""}[${name} in ${
    typeText(constraint)
  }${as}]` +
    `${sign(optional)}${optional ? "?" : ""}: ${typeText(tsType)} }`;
}

function sign(modifier: boolean | string | undefined): string {
  return typeof modifier === "string" ? modifier : "";
}

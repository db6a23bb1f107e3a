/** Type in the output of `deno doc --json`, with the used fields. */
export type TypeNode =
  | { readonly kind: "keyword"; readonly value: string }
  | {
    readonly kind: "literal";
    readonly repr: string;
    readonly value: { readonly kind: string };
  }
  | {
    readonly kind: "typeRef";
    readonly value: {
      readonly typeName: string;
      readonly typeParams?: readonly TypeNode[];
    };
  }
  | {
    readonly kind: "union" | "intersection" | "tuple";
    readonly value: readonly TypeNode[];
  }
  | {
    readonly kind: "array" | "parenthesized" | "rest" | "optional";
    readonly value: TypeNode;
  }
  | {
    readonly kind: "typeOperator";
    readonly value: { readonly operator: string; readonly tsType: TypeNode };
  }
  | {
    readonly kind: "fnOrConstructor";
    readonly value: CallNode & { readonly constructor: boolean };
  }
  | { readonly kind: "typeLiteral"; readonly value: Members }
  | {
    readonly kind: "typePredicate";
    readonly value: {
      readonly asserts?: boolean;
      readonly param: { readonly type: string; readonly name?: string };
      readonly type?: TypeNode;
    };
  }
  | {
    readonly kind: "conditional";
    readonly value: Record<
      "checkType" | "extendsType" | "trueType" | "falseType",
      TypeNode
    >;
  }
  | {
    readonly kind: "infer";
    readonly value: { readonly typeParam: TypeParamNode };
  }
  | {
    readonly kind: "indexedAccess";
    readonly value: Record<"objType" | "indexType", TypeNode>;
  }
  | { readonly kind: "mapped"; readonly value: MappedNode }
  | { readonly kind: "typeQuery"; readonly value: string }
  | { readonly kind: "this" };

/** `{ readonly [K in T]: … }`; with `+` and `-` as written. */
export interface MappedNode {
  readonly readonly?: boolean | string;
  readonly optional?: boolean | string;
  readonly typeParam: TypeParamNode;
  readonly nameType?: TypeNode;
  readonly tsType?: TypeNode;
}

/** `T extends … = …`. */
export interface TypeParamNode {
  readonly name: string;
  readonly constraint?: TypeNode;
  readonly default?: TypeNode;
}

/** A parameter of a function. */
export interface ParamNode {
  readonly kind: "identifier" | "assign" | "rest" | "object" | "array";
  readonly name?: string;
  readonly optional?: boolean;
  readonly tsType?: TypeNode;
  /** Parameter with a default. */
  readonly left?: ParamNode;
  /** Rest parameter. */
  readonly arg?: ParamNode;
}

/** A callable member. */
export interface CallNode {
  readonly params: readonly ParamNode[];
  readonly typeParams?: readonly TypeParamNode[];
  readonly returnType?: TypeNode;
  readonly tsType?: TypeNode;
}

/** Words before the name of a member. */
export interface Modifiers {
  readonly name: string;
  readonly accessibility?: string;
  readonly isStatic?: boolean;
  readonly isAbstract?: boolean;
  readonly readonly?: boolean;
  readonly optional?: boolean;
}

/** Method of a class or interface. */
export type MethodNode = Modifiers & Partial<CallNode> & {
  readonly kind: "method" | "getter" | "setter";
  readonly functionDef?: CallNode;
};

/** Members of interfaces, classes and literals. */
export interface Members {
  readonly constructors?: readonly (Modifiers & CallNode)[];
  readonly callSignatures?: readonly CallNode[];
  readonly indexSignatures?:
    readonly (CallNode & { readonly readonly?: boolean })[];
  readonly properties?: readonly (Modifiers & { readonly tsType?: TypeNode })[];
  readonly methods?: readonly MethodNode[];
}

/** One declaration of a symbol. */
export interface DeclarationNode {
  readonly declarationKind: string;
  readonly kind:
    | "function"
    | "class"
    | "interface"
    | "typeAlias"
    | "variable"
    | "reference";
  readonly def: Members & Partial<CallNode> & {
    readonly isAbstract?: boolean;
    readonly extends?: string | readonly TypeNode[];
    readonly superTypeParams?: readonly TypeNode[];
    readonly implements?: readonly TypeNode[];
    readonly target?: { readonly filename: string };
  };
}

/** The declarations that an entry exports by one name. */
export interface SymbolNode {
  readonly name: string;
  readonly declarations: readonly DeclarationNode[];
}

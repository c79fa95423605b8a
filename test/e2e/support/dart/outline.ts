/** Lists what a Dart file declares and imports. */
import { type Node } from "web-tree-sitter";
import { nodesIn } from "./grammar.ts";

/** The parameters of a function, a method or a constructor. */
export interface Callable {
  readonly minPositional: number;
  readonly maxPositional: number;
  /** The named parameters, and whether each is required. */
  readonly named: ReadonlyMap<string, boolean>;
}

export interface Import {
  readonly uri: string;
  readonly prefix: string | undefined;
  /** The names after `show`; `undefined` for all names. */
  readonly shown: readonly string[] | undefined;
  readonly isExport: boolean;
}

export interface Outline {
  readonly imports: readonly Import[];
  /** The classes, functions, types and constants of the file. */
  readonly topLevel: ReadonlySet<string>;
  /** The fields, getters and methods of its classes, and the constants of its enums. */
  readonly members: ReadonlySet<string>;
  /** By `Class`, `Class.named`, `function` or `.method`. Several methods may have one name. */
  readonly callables: ReadonlyMap<string, readonly Callable[]>;
}

const CONSTRUCTORS = new Set([
  "constructor_signature",
  "constant_constructor_signature",
  "factory_constructor_signature",
]);
const MEMBERS = new Set([
  "initialized_identifier",
  "static_final_declaration",
  "getter_signature",
  "setter_signature",
  "function_signature",
  "enum_constant",
]);

export function outline(root: Node): Outline {
  const topLevel = new Set<string>();
  const members = new Set<string>();
  const callables = new Map<string, Callable[]>();
  const add = (name: string, signature: Node) =>
    callables.set(name, [...(callables.get(name) ?? []), readCallable(signature)]);
  for (const node of root.namedChildren) {
    for (const name of namesOf(node)) topLevel.add(name);
    if (node.type === "function_signature") add(nameOf(node), node);
  }
  for (const body of [...nodesIn(root)].filter(({ type }) => /^(class|enum)_body$/.test(type))) {
    for (const node of memberNodes(body)) {
      if (CONSTRUCTORS.has(node.type)) {
        const names = childrenOf(node, "identifier").map(({ text }) => text);
        add(names.join("."), node);
      }
      if (MEMBERS.has(node.type)) members.add(nameOf(node));
      if (node.type === "function_signature") add(`.${nameOf(node)}`, node);
    }
  }
  return { imports: importsIn(root), topLevel, members, callables };
}

/** Yields the declarations of a class, but not those inside its methods. */
function* memberNodes(node: Node): Generator<Node> {
  for (const child of node.namedChildren) {
    if (child.type === "function_body") continue;
    yield child;
    if (!MEMBERS.has(child.type) && !CONSTRUCTORS.has(child.type)) yield* memberNodes(child);
  }
}

function importsIn(root: Node): readonly Import[] {
  return root.namedChildren
    .filter(({ type }) => type === "import_or_export")
    .flatMap(({ namedChildren: [node] }): readonly Import[] => {
      const nodes = node ? [...nodesIn(node)] : [];
      const literal = nodes.find(({ type }) => type === "string_literal");
      if (!node || !literal) return [];
      const combinator = nodes.find(({ type }) => type === "combinator");
      const specification = nodes.find(({ type }) => type === "import_specification");
      const prefix = specification && childrenOf(specification, "identifier")[0]?.text;
      const shown = combinator && childrenOf(combinator, "identifier").map(({ text }) => text);
      return [
        { uri: literal.text.slice(1, -1), prefix, shown, isExport: node.type === "library_export" },
      ];
    });
}

/** Returns the names that a top-level node declares. */
function namesOf(node: Node): readonly string[] {
  if (node.type === "type_alias")
    return childrenOf(node, "type_identifier").slice(0, 1).map(textOf);
  if (/^(class_definition|enum_declaration|function_signature|getter_signature)$/.test(node.type))
    return [nameOf(node)];
  if (/^(static_final_declaration_list|initialized_identifier_list)$/.test(node.type))
    return node.namedChildren.map(nameOf);
  return [];
}

function readCallable(signature: Node): Callable {
  const list = childrenOf(signature, "formal_parameter_list")[0];
  const optional = list && childrenOf(list, "optional_formal_parameters")[0];
  const required = list ? childrenOf(list, "formal_parameter").length : 0;
  const parameters = optional ? childrenOf(optional, "formal_parameter") : [];
  const isNamed = optional?.text.startsWith("{") ?? false;
  return {
    minPositional: required,
    maxPositional: isNamed ? required : required + parameters.length,
    named: new Map(isNamed ? parameters.map((node) => [parameterOf(node), isRequired(node)]) : []),
  };
}

function isRequired(parameter: Node): boolean {
  return (
    parameter.previousSibling?.type === "required" ||
    parameter.children.some(({ type }) => type === "required")
  );
}

/** Returns the name of a parameter: its last identifier, also after `this.` and `super.`. */
export function parameterOf(parameter: Node): string {
  const inner = parameter.namedChildren.find(({ type }) =>
    /^(constructor_param|super_formal_parameter)$/.test(type),
  );
  return childrenOf(inner ?? parameter, "identifier").at(-1)?.text ?? "";
}

function nameOf(node: Node): string {
  return childrenOf(node, "identifier")[0]?.text ?? "";
}

function textOf({ text }: Node): string {
  return text;
}

export function childrenOf(node: Node, type: string): readonly Node[] {
  return node.namedChildren.filter((child) => child.type === type);
}

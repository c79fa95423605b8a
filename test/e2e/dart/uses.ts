/** The names that a Dart file uses, each with where it could be declared. */
import { type Node } from "web-tree-sitter";
import { childrenOf, parameterOf } from "./outline.ts";
import { nodesIn } from "./grammar.ts";

/** One member of a class, or one declaration at the top of a file: names of others' insides are not seen in it. */
export interface Unit {
  /** What it declares inside: parameters, variables, functions, type parameters. */
  readonly locals: ReadonlySet<string>;
  /** What is found by its name alone. */
  readonly bare: readonly Node[];
  /** What stands behind a dot. */
  readonly behindDot: readonly Node[];
}

const DOT = /^(un)?conditional_assignable_selector$|^cascade_selector$/;
const NAMES = /^(identifier|type_identifier|identifier_dollar_escaped)$/;
/** Their first identifiers are declarations, not uses. */
const DECLARES =
  /^(class_definition|enum_declaration|enum_constant|type_alias|function_signature|getter_signature|setter_signature|(constant_|factory_)?constructor_signature|initialized_identifier|static_final_declaration|type_parameter|catch_parameters|initialized_variable_definition|for_loop_parts|typed_identifier|label)$/;

/** The units of a file: a signature and the body behind it are one. */
export function unitsIn(root: Node): readonly Unit[] {
  return groupsIn(root).map((nodes) => {
    const all = nodes.flatMap((node) => [...nodesIn(node)]);
    const declared = new Set(all.flatMap(declaredBy).map(({ id }) => id));
    const names = all.filter(({ id, type }) => NAMES.test(type) && !declared.has(id));
    return {
      locals: new Set(all.flatMap(declaredBy).map(({ text }) => text)),
      bare: names.filter((node) => !isBehindDot(node) && node.parent?.type !== "combinator"),
      behindDot: names.filter(isBehindDot),
    };
  });
}

/** The members of classes, each with its body; at the top of the file likewise. */
function groupsIn(node: Node): readonly (readonly Node[])[] {
  const groups: Node[][] = [];
  for (const child of node.namedChildren) {
    if (child.type === "import_or_export" || /comment/.test(child.type)) continue;
    const body = childrenOf(child, "class_body")[0];
    if (body) {
      groups.push(...groupsIn(body).map((group) => [...group]));
      groups.push(child.namedChildren.filter(({ type }) => type !== "class_body"));
      continue;
    }
    const last = groups.at(-1);
    const goesOn =
      /^(function_body|static_final_declaration_list|initialized_identifier_list|type_arguments|nullable_type|type_identifier)$/;
    if (last && goesOn.test(child.type)) last.push(child);
    else groups.push([child]);
  }
  return groups;
}

/** The identifiers that a node declares. */
function declaredBy(node: Node): readonly Node[] {
  if (node.type === "formal_parameter") {
    const name = parameterOf(node);
    const inner = [...nodesIn(node)].filter(({ type }) => type === "identifier");
    return inner.filter(({ text }) => text === name).slice(-1);
  }
  if (!DECLARES.test(node.type)) return [];
  if (node.type === "catch_parameters" || node.type.endsWith("constructor_signature"))
    return childrenOf(node, "identifier");
  if (node.type === "type_parameter" || node.type === "type_alias")
    return childrenOf(node, "type_identifier").slice(0, 1);
  return childrenOf(node, "identifier").slice(0, 1);
}

function isBehindDot({ parent, previousSibling }: Node): boolean {
  return (
    (parent !== null && DOT.test(parent.type)) ||
    (parent?.type === "qualified" && previousSibling !== null) ||
    previousSibling?.type === "." ||
    previousSibling?.type === "?."
  );
}

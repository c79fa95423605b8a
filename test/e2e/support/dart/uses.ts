/** Lists the names that a Dart file uses, with the declarations that are in scope. */
import { type Node } from "web-tree-sitter";
import { childrenOf, parameterOf } from "./outline.ts";
import { nodesIn } from "./grammar.ts";

/** One member of a class, or one top-level declaration. Local names of other units are not visible in it. */
export interface Unit {
  /** The names that it declares: parameters, variables, functions, type parameters. */
  readonly locals: ReadonlySet<string>;
  /** Names without a dot before them. */
  readonly bare: readonly Node[];
  /** Names after a dot. */
  readonly behindDot: readonly Node[];
}

const DOT = /^(un)?conditional_assignable_selector$|^cascade_selector$/;
const NAMES = /^(identifier|type_identifier|identifier_dollar_escaped)$/;
/** Nodes whose first identifier is a declaration, not a use. */
const DECLARES =
  /^(class_definition|enum_declaration|enum_constant|type_alias|function_signature|getter_signature|setter_signature|(constant_|factory_)?constructor_signature|initialized_identifier|static_final_declaration|type_parameter|catch_parameters|initialized_variable_definition|for_loop_parts|typed_identifier|label)$/;

/** Returns the units of a file. A signature and its body are one unit. */
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

/** Groups the nodes of each member or declaration, with its body. */
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
    const continuation =
      /^(function_body|static_final_declaration_list|initialized_identifier_list|type_arguments|nullable_type|type_identifier)$/;
    if (last && continuation.test(child.type)) last.push(child);
    else groups.push([child]);
  }
  return groups;
}

/** Returns the identifiers that a node declares. */
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

/** Parses Dart into a syntax tree, with a tree-sitter grammar as wasm. */
import { createRequire } from "node:module";
import { Language, Parser, type Node } from "web-tree-sitter";

const require = createRequire(import.meta.url);

await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(require.resolve("@lumis-sh/wasm-dart/tree-sitter-dart.wasm")),
);

/** Returns the root of the tree. Text that is not Dart becomes error nodes. */
export function parseDart(text: string): Node {
  const tree = parser.parse(text);
  if (!tree) throw new Error("Cannot parse the text: the parser gave no tree");
  return tree.rootNode;
}

/** Returns the position of each syntax error, as `line:column`. */
export function findSyntaxErrors(root: Node): readonly string[] {
  if (!root.hasError) return [];
  return [...nodesIn(root)]
    .filter((node) => node.isError || node.isMissing)
    .map(({ startPosition: { row, column } }) => `${row + 1}:${column + 1}`);
}

/** Yields the node and its descendants, in the order of the text. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* nodesIn(child);
}

/** Returns the position of a node, and its text. */
export function placeOf({ startPosition: { row, column }, text }: Node): string {
  return `${row + 1}:${column + 1} ${text}`;
}

/** Dart as a syntax tree: the grammar of tree-sitter, as wasm. */
import { createRequire } from "node:module";
import { Language, Parser, type Node } from "web-tree-sitter";

const require = createRequire(import.meta.url);

await Parser.init();
const parser = new Parser();
parser.setLanguage(
  await Language.load(require.resolve("@lumis-sh/wasm-dart/tree-sitter-dart.wasm")),
);

/** The root of the tree, with whatever could not be read as nodes of their own. */
export function parseDart(text: string): Node {
  const tree = parser.parse(text);
  if (!tree) throw new Error("Cannot parse the text: the parser gave no tree");
  return tree.rootNode;
}

/** Each place that is no Dart, or where something is missing, as `line:column`. */
export function findFaults(root: Node): readonly string[] {
  if (!root.hasError) return [];
  return [...nodesIn(root)]
    .filter((node) => node.isError || node.isMissing)
    .map(({ startPosition: { row, column } }) => `${row + 1}:${column + 1}`);
}

/** The node and all below it, in the order of the text. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* nodesIn(child);
}

/** Where a node begins, and what it says. */
export function placeOf({ startPosition: { row, column }, text }: Node): string {
  return `${row + 1}:${column + 1} ${text}`;
}

/** Checks the arguments of calls to the package's constructors, functions and methods. */
import type { Node } from "web-tree-sitter";
import { nodesIn, placeOf } from "./grammar.ts";
import { childrenOf, type Callable, type Outline } from "./outline.ts";
import { MEMBERS } from "./sdk.ts";

/** Returns the calls that fit no declaration with their name. Ignores names that the SDK has, too. */
export function findCallProblems(root: Node, outlines: readonly Outline[]): readonly string[] {
  const declared = new Map<string, readonly Callable[]>();
  for (const { callables } of outlines) {
    for (const [name, some] of callables)
      declared.set(name, [...(declared.get(name) ?? []), ...some]);
  }
  return [...nodesIn(root)]
    .filter(({ type }) => type === "arguments")
    .flatMap((call) => {
      const name = calleeOf(call);
      const candidates = name === undefined ? undefined : declared.get(name);
      if (!candidates || candidates.some((callable) => fits(call, callable))) return [];
      return [`${placeOf(call).split("\n")[0] ?? ""} does not fit ${name}`];
    });
}

/** Returns `Class`, `Class.named`, `function` or `.method`; `undefined` for an external one. */
function calleeOf(call: Node): string | undefined {
  const { parent } = call;
  if (parent?.type === "const_object_expression" || parent?.type === "new_expression") {
    const type = childrenOf(parent, "type_identifier").map(({ text }) => text);
    const named = childrenOf(parent, "identifier").map(({ text }) => text);
    return [...type, ...named].join(".");
  }
  const selector = parent?.parent;
  const before = selector?.previousNamedSibling;
  if (selector?.type !== "selector" || !before) return undefined;
  if (before.type === "identifier") return before.text;
  const [access] = before.namedChildren;
  if (before.type !== "selector" || !access?.type.endsWith("assignable_selector")) return undefined;
  const [name] = childrenOf(access, "identifier");
  const receiver = before.previousNamedSibling;
  if (!name) return undefined;
  if (receiver?.type === "identifier" && /^[A-Z]/.test(receiver.text))
    return `${receiver.text}.${name.text}`;
  return MEMBERS.has(name.text) ? undefined : `.${name.text}`;
}

function fits(call: Node, { minPositional, maxPositional, named }: Callable): boolean {
  const positional = childrenOf(call, "argument").length;
  const given = childrenOf(call, "named_argument").map(
    ({ namedChildren: [label] }) => label?.namedChildren[0]?.text ?? "",
  );
  const missing = [...named].some(([name, isRequired]) => isRequired && !given.includes(name));
  return (
    positional >= minPositional &&
    positional <= maxPositional &&
    !missing &&
    given.every((n) => named.has(n))
  );
}

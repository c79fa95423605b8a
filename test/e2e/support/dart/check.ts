/**
 * Finds wrong imports, exports and names, and calls with wrong arguments, from the syntax trees alone.
 * It knows no types: it does not find a wrong type, a missing `await`, a null, a member of another
 * class, or a wrong argument to a function of the SDK.
 */
import { dirname, join, normalize } from "node:path";
import type { Node } from "web-tree-sitter";
import { findCallProblems } from "./calls.ts";
import { parseDart, placeOf } from "./grammar.ts";
import { outline, type Import, type Outline } from "./outline.ts";
import { INHERITED, LIBRARIES, MEMBERS } from "./sdk.ts";
import { unitsIn } from "./uses.ts";

/** A package: its files by their paths, and what it may import. */
export interface DartPackage {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  /** As declared in pubspec.yaml. `devDependencies` are not for `lib`. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

interface Parsed {
  readonly root: Node;
  readonly outline: Outline;
}

/** Returns each problem with its file and position. `others` are local packages that it imports. */
export function checkPackage(
  pub: DartPackage,
  others: readonly DartPackage[] = [],
): readonly string[] {
  const parsed = new Map<string, Parsed>();
  for (const { name, files } of [pub, ...others]) {
    for (const [path, text] of files) {
      const root = parseDart(text);
      parsed.set(`${name}/${path}`, { root, outline: outline(root) });
    }
  }
  return [...pub.files.keys()].flatMap((path) => {
    const at = `${pub.name}/${path}`;
    return [...findImportProblems(pub, path, parsed), ...findNameProblems(at, parsed)].map(
      (problem) => `${path}:${problem}`,
    );
  });
}

function findImportProblems(
  { name, dependencies, devDependencies }: DartPackage,
  path: string,
  parsed: ReadonlyMap<string, Parsed>,
): readonly string[] {
  const allowed = path.startsWith("lib/") ? dependencies : [...dependencies, ...devDependencies];
  const file = parsed.get(`${name}/${path}`);
  return (file?.outline.imports ?? []).flatMap(({ uri, shown }) => {
    const target = targetOf(uri, `${name}/${path}`);
    const owner = /^package:([^/]+)\//.exec(uri)?.[1];
    if (uri === "dart:io" && path.startsWith("lib/")) return [`${uri} is not on the web`];
    if (owner !== undefined && owner !== name && !allowed.includes(owner))
      return [`${uri} is not of a package that pubspec.yaml declares`];
    if (target === undefined) return LIBRARIES.has(uri) ? [] : [`${uri} is not known`];
    if (!parsed.has(target)) return [`${uri} does not exist`];
    const there = namesOf(target, parsed);
    return (shown ?? []).filter((one) => !there.has(one)).map((one) => `${uri} has no ${one}`);
  });
}

/** Returns the file of a URI, as `package/path`; `undefined` for an external one. */
function targetOf(uri: string, from: string): string | undefined {
  if (uri.startsWith("dart:")) return undefined;
  const match = /^package:([^/]+)\/(.+)$/.exec(uri);
  if (match) return LIBRARIES.has(uri) ? undefined : `${match[1]}/lib/${match[2]}`;
  return normalize(join(dirname(from), uri));
}

/** Returns the names that a file exports. */
function namesOf(at: string, parsed: ReadonlyMap<string, Parsed>): ReadonlySet<string> {
  const file = parsed.get(at)?.outline;
  const exported = (file?.imports ?? [])
    .filter(({ isExport }) => isExport)
    .flatMap((one) => [...namesImportedBy(one, at, parsed)]);
  const declared = [...(file?.topLevel ?? [])].filter((name) => !name.startsWith("_"));
  return new Set([...declared, ...exported]);
}

function namesImportedBy(
  { uri, shown }: Import,
  at: string,
  parsed: ReadonlyMap<string, Parsed>,
): ReadonlySet<string> {
  const target = targetOf(uri, at);
  const all = target === undefined ? LIBRARIES.get(uri) : namesOf(target, parsed);
  return new Set([...(all ?? [])].filter((name) => shown?.includes(name) ?? true));
}

function findNameProblems(at: string, parsed: ReadonlyMap<string, Parsed>): readonly string[] {
  const file = parsed.get(at);
  if (!file) return [];
  const { imports, topLevel, members } = file.outline;
  const units = unitsIn(file.root);
  const used = new Set(units.flatMap(({ bare }) => bare.map(({ text }) => text)));
  const usedBehindDot = new Set(
    units.flatMap(({ behindDot }) => behindDot.map(({ text }) => text)),
  );
  const sources = imports.filter(({ isExport }) => !isExport);
  const known = new Set([
    ...topLevel,
    ...members,
    ...INHERITED,
    ...(LIBRARIES.get("dart:core") ?? []),
    ...sources.flatMap((one) =>
      one.prefix === undefined ? [...namesImportedBy(one, at, parsed)] : [],
    ),
    ...sources.flatMap(({ prefix }) => prefix ?? []),
  ]);
  const outlines = [...parsed.values()].map((one) => one.outline);
  const declared = new Set([
    ...outlines.flatMap((one) => [...one.members]),
    ...outlines.flatMap((one) =>
      [...one.callables.keys()].map((key) => key.split(".").at(-1) ?? ""),
    ),
  ]);
  const prefixed = new Set(
    sources.flatMap((one) =>
      one.prefix === undefined ? [] : [...namesImportedBy(one, at, parsed)],
    ),
  );
  const unknown = units.flatMap(({ locals, bare, behindDot }) => [
    ...bare.filter(({ text }) => !locals.has(text) && !known.has(text)),
    ...behindDot.filter(
      ({ text }) => !declared.has(text) && !MEMBERS.has(text) && !prefixed.has(text),
    ),
  ]);
  const unusedImports = sources.filter((one) =>
    one.prefix === undefined
      ? ![...namesImportedBy(one, at, parsed)].some((name) => used.has(name))
      : !used.has(one.prefix),
  );
  const unusedPrivate = [...topLevel, ...members].filter(
    (name) => name.startsWith("_") && !used.has(name) && !usedBehindDot.has(name),
  );
  return [
    ...unknown.map((node) => `${placeOf(node)} is not declared`),
    ...unusedImports.map(({ uri }) => `${uri} is not used`),
    ...unusedPrivate.map((name) => `${name} is not used`),
    ...findCallProblems(file.root, outlines),
  ];
}

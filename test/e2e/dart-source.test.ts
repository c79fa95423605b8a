/**
 * The Dart sources, without Dart: a grammar, the parser of Dart's own formatter (as wasm), and checks
 * of names on the syntax trees. What a compiler would see beyond that is not seen here.
 */
import { format } from "@wasm-fmt/dart_fmt";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkPackage, type DartPackage } from "./dart/check.ts";
import { findFaults, parseDart } from "./dart/grammar.ts";

const FOLDER = join(import.meta.dirname, "../../client/dart");

function load(folder: string, declared: Omit<DartPackage, "files">): DartPackage {
  const paths = globSync("{lib,test}/**/*.dart", { cwd: folder }).toSorted();
  const read = (path: string) => readFileSync(join(folder, path), "utf8");
  return { ...declared, files: new Map(paths.map((path) => [path, read(path)])) };
}

/** The names under a heading of a pubspec.yaml. */
function listed(pubspec: string, heading: string): readonly string[] {
  const block = new RegExp(`^${heading}:\\n((?: .*\\n|\\n)*)`, "m").exec(pubspec)?.[1] ?? "";
  return [...block.matchAll(/^ {2}([a-z_]+):/gm)].flatMap(([, name]) => name ?? []);
}

function open(folder: string): DartPackage {
  const pubspec = readFileSync(join(folder, "pubspec.yaml"), "utf8");
  return load(folder, {
    name: /^name: (\w+)$/m.exec(pubspec)?.[1] ?? "",
    dependencies: listed(pubspec, "dependencies"),
    devDependencies: listed(pubspec, "dev_dependencies"),
  });
}

const CLIENT = open(FOLDER);
const EXAMPLE = open(join(FOLDER, "example"));
const PUBSPEC = readFileSync(join(FOLDER, "pubspec.yaml"), "utf8");
/** The oldest Dart that the package is for: `dart format` goes by it. */
const LANGUAGE = /sdk: ">=(\d+\.\d+\.\d+) </.exec(PUBSPEC)?.[1] ?? "";
const SOURCES = [...CLIENT.files, ...[...EXAMPLE.files].map(toExample)];

function toExample([path, text]: readonly [string, string]): readonly [string, string] {
  return [`example/${path}`, text];
}

const formatted = (text: string) => format(text, "a.dart", { language_version: LANGUAGE });

describe("a Dart file", () => {
  it("is one of some thirty, none of which is left out", () => {
    const all = globSync("**/*.dart", { cwd: FOLDER }).toSorted();
    expect(SOURCES.map(([path]) => path).toSorted()).toEqual(all);
    expect(all.length).toBeGreaterThan(25);
  });

  it.for(SOURCES)("is read by the grammar: %s", ([, text]) => {
    expect(findFaults(parseDart(text))).toEqual([]);
  });

  it.for(SOURCES)("is what Dart's formatter makes of it: %s", ([, text]) => {
    expect(formatted(text)).toBe(text);
  });

  it("is not read where a bracket is missing, by either", () => {
    const broken = "class A {\n  void go( {}\n}\n";
    expect(findFaults(parseDart(broken))).not.toEqual([]);
    expect(() => formatted(broken)).toThrow("line 2");
  });

  it("is not read where it is newer than the oldest Dart of pubspec.yaml", () => {
    expect(() => formatted("int size = 1_000;\n")).toThrow("digit-separators");
  });
});

/** The blocks of Dart in a page, each as a file: statements go into a function. */
function blocksIn(page: string): readonly string[] {
  const text = readFileSync(join(FOLDER, page), "utf8");
  return [...text.matchAll(/```dart\n([\s\S]*?)```/g)].map(([, block = ""]) => {
    const isDeclared = /^(class|abstract|enum) /.test(block);
    const lines = block.split("\n").filter((line) => !line.startsWith("import "));
    return isDeclared ? block : `Future<void> main() async {\n${lines.join("\n")}}\n`;
  });
}

describe("a page with Dart in it", () => {
  it.for(["README.md", "../../README.md"])("has Dart that is read: %s", (page) => {
    const blocks = blocksIn(page);
    expect(blocks).not.toEqual([]);
    expect(blocks.flatMap((block) => findFaults(parseDart(block)))).toEqual([]);
    for (const block of blocks) expect(() => formatted(block)).not.toThrow();
  });
});

describe("the package", () => {
  it("has one version, and a changelog of it", () => {
    const version = /^version: (\S+)$/m.exec(PUBSPEC)?.[1] ?? "none";
    expect(readFileSync(join(FOLDER, "CHANGELOG.md"), "utf8")).toContain(`## ${version}\n`);
  });

  it("depends on package:http and nothing else", () => {
    expect(CLIENT.dependencies).toEqual(["http"]);
  });

  it("imports what is there, uses what is declared, and calls itself as it is declared", () => {
    expect(checkPackage(CLIENT)).toEqual([]);
  });

  it("has every code of the protocol", () => {
    const page = readFileSync(join(FOLDER, "../../docs/protocol.md"), "utf8");
    const [, table = ""] = page.split("## Problems\n");
    const codes = [...table.matchAll(/^\| \d{3} +\| `([a-z-]+)`/gm)].map(([, code]) => code);
    const declared = CLIENT.files.get("lib/src/upload_exception.dart") ?? "";
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !declared.includes(`'${code}'`))).toEqual([]);
  });

  it("reads only fields that the service answers, and those of its own plans", () => {
    const folder = join(FOLDER, "../../test/vectors");
    const recorded = globSync("*.json", { cwd: folder })
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join();
    const sources = [...CLIENT.files].filter(([path]) => path.startsWith("lib/"));
    const read = sources.flatMap(([, text]) => [
      ...text.matchAll(/\bread(?:Text|Int|Object|Objects|Texts|Time|Url)\w*\(\s*\w+,\s*'(\w+)'/g),
    ]);
    const own = new Set(["start", "end", "tasks", "detail", "retryAfter"]);
    const names = new Set(read.map(([, name = ""]) => name).filter((name) => !own.has(name)));
    expect(names.size).toBeGreaterThan(15);
    expect([...names].filter((name) => !recorded.includes(`"${name}":`))).toEqual(["cursor"]);
  });

  it("is used by the example as it is", () => {
    expect(checkPackage(EXAMPLE, [CLIENT])).toEqual([]);
  });

  it.for([
    [
      "dart:io in lib",
      "lib/src/stop_signal.dart",
      "dart:async",
      "dart:io",
      "dart:io is not on the web",
    ],
    [
      "a file that is not there",
      "lib/src/upload_context.dart",
      "service.dart",
      "servant.dart",
      "is no file",
    ],
    [
      "a package that is not declared",
      "lib/src/upload_context.dart",
      "package:http/",
      "package:dio/",
      "declares",
    ],
    [
      "an export of nothing",
      "lib/edge_presigner.dart",
      "show UploadState",
      "show Upload",
      "has no Upload",
    ],
    [
      "an import that is missing",
      "lib/src/stop_signal.dart",
      "import 'dart:async';",
      "",
      "Completer is not",
    ],
    [
      "an import that is not used",
      "lib/src/stop_signal.dart",
      "import 'dart:async';",
      "import 'dart:async';\nimport 'dart:math';",
      "dart:math is not used",
    ],
    [
      "a type that is not there",
      "lib/src/upload_context.dart",
      "final Stop stop;",
      "final Stopp stop;",
      "Stopp is not",
    ],
    [
      "a member that is not there",
      "lib/src/upload_context.dart",
      "service.backOff;",
      "service.backof;",
      "backof is not",
    ],
    [
      "a variable of another method",
      "lib/src/resume_storage.dart",
      "_store.remove(key);",
      "_store.remove(text);",
      "text is not",
    ],
    [
      "a named argument that is missing",
      "lib/src/transfer_plan.dart",
      "      end: size,\n",
      "",
      "does not fit TransferTask",
    ],
    [
      "a named argument of another name",
      "lib/src/transfer_plan.dart",
      "end: size,",
      "last: size,",
      "does not fit TransferTask",
    ],
    [
      "an argument too many",
      "lib/src/put_ticket.dart",
      "isRefused(int status)",
      "isRefused(int status, int more)",
      "does not fit isRefused",
    ],
    [
      "a private name that is not used",
      "lib/src/stop_signal.dart",
      "  void stop() {",
      "  final int _n = 1;\n  void stop() {",
      "_n is not used",
    ],
  ] as const)("would not pass with %s", ([, path, from, to, finding]) => {
    const files = new Map(CLIENT.files);
    const text = files.get(path) ?? "";
    expect(text).toContain(from);
    files.set(path, text.replace(from, to));
    expect(checkPackage({ ...CLIENT, files }).join("\n")).toContain(finding);
  });
});

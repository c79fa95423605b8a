/**
 * Checks the Dart sources without a Dart SDK: with a grammar, with the parser of Dart's formatter (as
 * wasm), and with checks of names on the syntax trees. It finds less than a compiler would.
 */
import { format } from "@wasm-fmt/dart_fmt";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkPackage, type DartPackage } from "../support/dart/check.ts";
import { findSyntaxErrors, parseDart } from "../support/dart/grammar.ts";

const FOLDER = join(import.meta.dirname, "../../../client/dart");

function load(folder: string, declared: Omit<DartPackage, "files">): DartPackage {
  const paths = globSync("{lib,test}/**/*.dart", { cwd: folder }).toSorted();
  const read = (path: string) => readFileSync(join(folder, path), "utf8");
  return { ...declared, files: new Map(paths.map((path) => [path, read(path)])) };
}

/** Returns the names under a heading of a pubspec.yaml. */
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
/** The oldest Dart that the package supports. `dart format` depends on it. */
const LANGUAGE = /sdk: ">=(\d+\.\d+\.\d+) </.exec(PUBSPEC)?.[1] ?? "";
const SOURCES = [...CLIENT.files, ...[...EXAMPLE.files].map(toExample)];

function toExample([path, text]: readonly [string, string]): readonly [string, string] {
  return [`example/${path}`, text];
}

const formatted = (text: string) => format(text, "a.dart", { language_version: LANGUAGE });

describe("a Dart file", () => {
  it("is checked here, whichever folder it is in", () => {
    const all = globSync("**/*.dart", { cwd: FOLDER }).toSorted();
    expect(SOURCES.map(([path]) => path).toSorted()).toEqual(all);
    expect(all.length).toBeGreaterThan(25);
  });

  it.for(SOURCES)("is parsed by the grammar: %s", ([, text]) => {
    expect(findSyntaxErrors(parseDart(text))).toEqual([]);
  });

  it.for(SOURCES)("is formatted: %s", ([, text]) => {
    expect(formatted(text)).toBe(text);
  });

  it("fails in both parsers if a bracket is missing", () => {
    const broken = "class A {\n  void go( {}\n}\n";
    expect(findSyntaxErrors(parseDart(broken))).not.toEqual([]);
    expect(() => formatted(broken)).toThrow("line 2");
  });

  it("fails if it needs a newer Dart than pubspec.yaml says", () => {
    expect(() => formatted("int size = 1_000;\n")).toThrow("digit-separators");
  });
});

/** Returns the Dart blocks of a page, each as a file. Statements are put into a function. */
function blocksIn(page: string): readonly string[] {
  const text = readFileSync(join(FOLDER, page), "utf8");
  return [...text.matchAll(/```dart\n([\s\S]*?)```/g)].map(([, block = ""]) => {
    const isDeclared = /^(class|abstract|enum) /.test(block);
    const lines = block.split("\n").filter((line) => !line.startsWith("import "));
    return isDeclared ? block : `Future<void> main() async {\n${lines.join("\n")}}\n`;
  });
}

describe("a page with Dart code", () => {
  it.for(["README.md"])("has code that can be parsed: %s", (page) => {
    const blocks = blocksIn(page);
    expect(blocks).not.toEqual([]);
    expect(blocks.flatMap((block) => findSyntaxErrors(parseDart(block)))).toEqual([]);
    for (const block of blocks) expect(() => formatted(block)).not.toThrow();
  });
});

describe("the package", () => {
  it("has a changelog entry for its version", () => {
    const version = /^version: (\S+)$/m.exec(PUBSPEC)?.[1] ?? "none";
    expect(readFileSync(join(FOLDER, "CHANGELOG.md"), "utf8")).toContain(`## ${version}\n`);
  });

  it("depends on package:http and nothing else", () => {
    expect(CLIENT.dependencies).toEqual(["http"]);
  });

  it("has valid imports, names and calls", () => {
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

  it("reads only fields that the service sends, and those of its plans", () => {
    const folder = join(FOLDER, "../../test/vectors");
    const recorded = globSync("*.json", { cwd: folder })
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join();
    const sources = [...CLIENT.files].filter(([path]) => path.startsWith("lib/"));
    const read = sources.flatMap(([, text]) => [
      ...text.matchAll(/\bread(?:Text|Int|Object|Objects|Texts|Time|Url)\w*\(\s*\w+,\s*'(\w+)'/g),
    ]);
    const ofPlans = new Set(["start", "end", "tasks", "detail", "retryAfter"]);
    const names = new Set(read.map(([, name = ""]) => name).filter((name) => !ofPlans.has(name)));
    expect(names.size).toBeGreaterThan(15);
    const others = [...names].filter((name) => !recorded.includes(`"${name}":`));
    // The embedded store is not public, and no recorded list has a second page.
    expect(others.toSorted()).toEqual(["cursor", "publicUrl"]);
  });

  it("is used correctly by the example", () => {
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
      "an import of a missing file",
      "lib/src/upload_context.dart",
      "service.dart",
      "servant.dart",
      "does not exist",
    ],
    [
      "an undeclared package",
      "lib/src/upload_context.dart",
      "package:http/",
      "package:dio/",
      "declares",
    ],
    [
      "an export of an unknown name",
      "lib/edge_presigner.dart",
      "show UploadState",
      "show Upload",
      "has no Upload",
    ],
    [
      "a missing import",
      "lib/src/stop_signal.dart",
      "import 'dart:async';",
      "",
      "Completer is not",
    ],
    [
      "an unused import",
      "lib/src/stop_signal.dart",
      "import 'dart:async';",
      "import 'dart:async';\nimport 'dart:math';",
      "dart:math is not used",
    ],
    [
      "an unknown type",
      "lib/src/upload_context.dart",
      "final StopSignal stop;",
      "final StopSignall stop;",
      "StopSignall is not",
    ],
    [
      "an unknown member",
      "lib/src/upload_context.dart",
      "service.backOff;",
      "service.backof;",
      "backof is not",
    ],
    [
      "a variable of another method",
      "lib/src/resume_storage.dart",
      "_storage.remove(key);",
      "_storage.remove(text);",
      "text is not",
    ],
    [
      "a missing named argument",
      "lib/src/transfer_plan.dart",
      "      end: size,\n",
      "",
      "does not fit TransferTask",
    ],
    [
      "an unknown named argument",
      "lib/src/transfer_plan.dart",
      "end: size,",
      "last: size,",
      "does not fit TransferTask",
    ],
    [
      "a missing positional argument",
      "lib/src/put_ticket.dart",
      "isTicketRefused(int status)",
      "isTicketRefused(int status, int more)",
      "does not fit isTicketRefused",
    ],
    [
      "an unused private name",
      "lib/src/stop_signal.dart",
      "  void stop() {",
      "  final int _n = 1;\n  void stop() {",
      "_n is not used",
    ],
  ] as const)("would fail with %s", ([, path, from, to, finding]) => {
    const files = new Map(CLIENT.files);
    const text = files.get(path) ?? "";
    expect(text).toContain(from);
    files.set(path, text.replace(from, to));
    expect(checkPackage({ ...CLIENT, files }).join("\n")).toContain(finding);
  });
});

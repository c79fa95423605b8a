/** The Dart package: its own tests, its format, and its code on pages, with the Dart of this machine. */
import { format } from "@wasm-fmt/dart_fmt";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { typesOf } from "../../src/grant/extensions.ts";
import { compile, findSources, makeFolder, readPackage, run, type Dart } from "./support/dart.ts";
import { withDart, withSdk } from "./support/with-dart.ts";
import { runTests } from "./support/run-tests.ts";

const PUBSPEC = readPackage("pubspec.yaml");
/** `dart format` depends on the oldest Dart that the package supports. */
const LANGUAGE = /sdk: ">=(\d+\.\d+\.\d+) </.exec(PUBSPEC)?.[1] ?? "";

describe("a Dart file", () => {
  it.for(findSources())("is formatted: %s", (path) => {
    const text = readPackage(path);
    expect(format(text, "a.dart", { language_version: LANGUAGE })).toBe(text);
  });

  it("fails if it needs a newer Dart than pubspec.yaml says", () => {
    const options = { language_version: LANGUAGE };
    expect(() => format("int size = 1_000;\n", "a.dart", options)).toThrow("digit-separators");
  });
});

describe("the package", () => {
  it("has a changelog entry for its version", () => {
    const version = /^version: (\S+)$/m.exec(PUBSPEC)?.[1] ?? "none";
    expect(readPackage("CHANGELOG.md")).toContain(`## ${version}\n`);
  });

  it("has a description that pub.dev shows completely", () => {
    const description = /^description: (.+)$/m.exec(PUBSPEC)?.[1] ?? "";
    expect(description.length).toBeGreaterThanOrEqual(60);
    expect(description.length).toBeLessThanOrEqual(180);
  });

  it.for(["README.md", "CHANGELOG.md", "example/README.md"])(
    "has no link on %s that breaks outside of the repository",
    (page) => {
      const links = [...readPackage(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
      expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]);
    },
  );

  it("has every code of the protocol", () => {
    const [, table = ""] = readPackage("../../docs/protocol.md").split("## Problems\n");
    const codes = [...table.matchAll(/^\| \d{3} +\| `([a-z-]+)`/gm)].map(([, code]) => code);
    const declared = readPackage("lib/src/upload_exception.dart");
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !declared.includes(`'${code}'`))).toEqual([]);
  });

  it("guesses types that the service accepts for the extension", () => {
    const table = readPackage("lib/src/content_type.dart");
    const rows = [...table.matchAll(/'(\w+)':\s+'([^']+)'/g)];
    expect(rows.length).toBeGreaterThan(40);
    const refused = rows.filter(
      ([, extension = "", type = ""]) => !typesOf(extension).includes(type),
    );
    expect(refused.map(([row]) => row)).toEqual([]);
  });

  it("composes the pairs that Node.js composes", () => {
    const digits = readPackage("lib/src/nfc_data.dart").match(/[0-9a-f]{4}(?=[0-9a-f']*')/g) ?? [];
    const read = (at: number) => String.fromCharCode(Number.parseInt(digits[at] ?? "", 16));
    const count = digits.length / 3;
    expect(count).toBeGreaterThan(900);
    const wrong = Array.from({ length: count }, (_, row) => row * 3).filter(
      (at) => (read(at) + read(at + 1)).normalize("NFC") !== read(at + 2),
    );
    expect(wrong).toEqual([]);
  });

  it("imports dart:io only where the web does not look", () => {
    const found = findSources("lib/**/*.dart").filter((path) =>
      readPackage(path).includes("'dart:io'"),
    );
    expect(found).toEqual(["lib/src/files.dart"]);
    expect(readPackage("lib/io.dart")).toContain("if (dart.library.io) 'src/files.dart'");
  });
});

/** Returns a program of every Dart block on the page, which the compiler checks. */
function programOf(page: string): string {
  const blocks = [...readPackage(page).matchAll(/```dart\n([\s\S]*?)```/g)].map(
    ([, text]) => text ?? "",
  );
  const lines = blocks.flatMap((block) => block.split("\n"));
  const imports = new Set(lines.filter((line) => line.startsWith("import ")));
  const isDeclared = (block: string) => /^(class|abstract|enum|Future<.*> \w+\()/m.test(block);
  const rest = blocks.map((block) => block.replaceAll(/^import .*\n/gm, ""));
  const steps = rest.filter((block) => !isDeclared(block));
  return `import 'dart:async';
import 'dart:io';
import 'dart:typed_data';
import 'package:cross_file/cross_file.dart';
${[...imports].join("\n")}

${rest.filter(isDeclared).join("\n")}
abstract class Session { String get accessToken; }
abstract class SharedPreferencesAsync {
  Future<String?> getString(String key);
  Future<void> setString(String key, String value);
  Future<void> remove(String key);
}
class Page {
  Page(this.session, this.presigner, this.photo, this.photos, this.bytes, this.file);
  final Session session;
  final EdgePresigner presigner;
  final XFile photo;
  final List<XFile> photos;
  final Uint8List bytes;
  final UploadFile file;
  final UploadOptions options = const UploadOptions();
  final int size = 1;
${steps.map((block, index) => `  Future<void> block${index}() async {\n${block}  }`).join("\n")}
}
void main() {}
`;
}

function compilePage(dart: Dart, page: string): void {
  const path = join(makeFolder(), "page.dart");
  writeFileSync(path, programOf(page));
  compile(dart, path);
}

withSdk("dart analyze and dart format", ({ command }) => {
  describe("the tools of the SDK", () => {
    it("find nothing to improve", () => {
      expect(() => run(command, ["analyze", "--fatal-infos"])).not.toThrow();
    });

    it("would format nothing in another way", () => {
      const args = ["format", "--output=none", "--set-exit-if-changed", "."];
      expect(() => run(command, args)).not.toThrow();
    });
  });
});

withDart("the code on README.md", (dart) => {
  describe("the code on README.md", () => {
    it("compiles", () => {
      expect(() => compilePage(dart, "README.md")).not.toThrow();
    });
  });
});

withDart("the tests of client/dart", (dart) => {
  describe("the tests of client/dart", () => {
    it.for(runTests(dart))("$name", ({ failures, isSkipped }, { skip }) => {
      skip(isSkipped, "left out by the Dart test");
      expect(failures).toEqual([]);
    });
  });
});

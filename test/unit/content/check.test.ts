import { fileTypeFromBuffer } from "file-type";
import { describe, expect, it } from "vitest";
import { START_BYTES, contentError } from "../../../src/content/check.ts";
import { checkableTypes, signatureOf } from "../../../src/content/signatures.ts";
import { ALSO_KNOWN_AS, SAMPLES, bytes } from "./samples.ts";

const samples = Object.entries(SAMPLES);
const namesOf = (type: string) => ALSO_KNOWN_AS[type] ?? [type];
const binaryTypes = checkableTypes(["*/*"]).filter(
  (type) => !["text", "svg"].includes(signatureOf(type)?.kind ?? ""),
);
const text = (content: string) => new TextEncoder().encode(content);
const sampleOf = (type: string) => SAMPLES[type] ?? "";

/** Types of one container, which its first bytes do not tell apart. */
const CONTAINERS = [
  /^(audio|video|application)\/(mp4|x-m4a|x-m4v|3gpp2?|quicktime)$|^image\/(avif|hei[cf].*)$/,
  /^(audio|video)\/(webm|x-?matroska|matroska)$/,
  /^(audio|video|application)\/ogg/,
  /zip|openxmlformats|opendocument|apple\.(keynote|pages|numbers)|3mf/,
  /^application\/(x-cfb|msword|vnd\.ms-(excel|powerpoint|outlook))$/,
  /^image\/a?png$/,
  /^image\/p?jpeg$/,
  /^image\/(x-icon|vnd\.microsoft\.icon)$/,
  /^audio\/(mpeg|mp3)$/,
  /^audio\/(x-)?flac$/,
  /^audio\/(x-)?wave?$/,
  /^audio\/(x-)?aiff$/,
  /^(application|text)\/rtf$/,
];
const shareContainer = (a: string, b: string) =>
  CONTAINERS.some((container) => container.test(a) && container.test(b));

describe("the first bytes", () => {
  it.for(samples)(
    "of %s are known as those of its type, as file-type knows them",
    async ([type, start]) => {
      const found = await fileTypeFromBuffer(bytes(start));
      expect(found?.mime).toBe(type);
      for (const name of namesOf(type)) expect(contentError(name, bytes(start))).toBeUndefined();
    },
  );

  it.for(samples)("of %s are those of no type beside its container", ([type, start]) => {
    const others = binaryTypes.filter(
      (other) => contentError(other, bytes(start)) === undefined && !namesOf(type).includes(other),
    );
    expect(others.filter((other) => !shareContainer(type, other))).toEqual([]);
  });

  it.for(samples)("of %s are no text", ([, start]) => {
    expect(contentError("text/plain", bytes(start))).toBeDefined();
  });

  it.for(["image/png", "image/gif", "image/bmp", "application/pdf"])(
    "of %s are not those of its type if any of them differs",
    (type) => {
      const start = signatureOf(type)?.starts[0] ?? "";
      for (const index of start.split("").keys()) {
        const changed = `${start.slice(0, index)}~${start.slice(index + 1)}`;
        expect(contentError(type, bytes(changed)), changed).toMatch(/first bytes/);
      }
    },
  );

  it("are not enough if they end too soon", () => {
    for (const type of binaryTypes) {
      expect(contentError(type, bytes("", 0)), type).toBeDefined();
      expect(contentError(type, bytes(sampleOf(type).slice(0, 1), 1)), type).toBeDefined();
    }
  });

  it("of an image with metadata are those of an image", () => {
    const xmp =
      '<?xpacket begin="\uFEFF"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>';
    expect(contentError("image/jpeg", bytes(sampleOf("image/jpeg") + xmp))).toBeUndefined();
  });

  it("are unknown of a type that has none", () => {
    expect(contentError("application/octet-stream", bytes("x"))).toBe(
      "there is no check for application/octet-stream",
    );
  });
});

const PAGES = [
  "<!DOCTYPE html><title>x</title>",
  "<html><script>alert(1)</script></html>",
  "\uFEFF \n<HTML>",
  "<script>alert(1)</script>",
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
  '<?xml version="1.0"?><svg/>',
  '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
  "<!-- a comment --><body onload=alert(1)>",
];

describe("a page", () => {
  it.for(PAGES)("is no image, no text and no JSON: %s", (page) => {
    for (const type of ["image/png", "image/gif", "application/pdf", "text/plain", "text/csv"])
      expect(contentError(type, text(page)), type).toBeDefined();
    expect(contentError("application/json", text(page))).toBeDefined();
  });

  it.for(["image/png", "image/jpeg", "image/gif", "image/bmp", "application/pdf", "image/webp"])(
    "is refused behind the first bytes of %s",
    (type) => {
      for (const tag of [
        "<html>",
        "<SCRIPT>",
        "<svg ",
        "<svg\n",
        "<s:svg>",
        "<!doctype  HTML>",
        "<iframe/",
      ]) {
        expect(contentError(type, bytes(`${sampleOf(type)}${tag}`)), tag).toMatch(/tags of HTML/);
        const later = sampleOf(type).padEnd(1000, "\0") + tag;
        expect(contentError(type, bytes(later)), tag).toMatch(/tags of HTML/);
      }
    },
  );

  it.for(["html", "head", "body", "script", "iframe", "object", "embed", "svg"])(
    "is found by its tag <%s>",
    (name) => {
      expect(contentError("image/png", bytes(`${sampleOf("image/png")}<${name}>`))).toBeDefined();
      expect(contentError("text/plain", text(`hello <${name}>`))).toMatch(/tags of HTML/);
    },
  );

  it("is not looked for behind the first kilobyte, where no browser does", () => {
    const later = `${sampleOf("image/png").padEnd(1024, "\0")}<html>`;
    expect(contentError("image/png", bytes(later))).toBeUndefined();
    expect(contentError("text/plain", text(`${"a".repeat(1024)}<html>`))).toBeUndefined();
  });

  it("is not found by chance in what only looks like a tag", () => {
    const noise = `${sampleOf("image/png")}<svgx<htmlish<scripture<b`;
    expect(contentError("image/png", bytes(noise))).toBeUndefined();
  });

  it("may be in an archive, which no browser runs", () => {
    const zip = sampleOf("application/zip").replace("hello.txt", "<html>.tx");
    expect(contentError("application/zip", bytes(zip))).toBeUndefined();
  });
});

describe("a text", () => {
  it.for(["", "hello", "a;b\n1;2", "\uFEFFname,size", "1 < 2", "한국어", "# a <b>bold</b> title"])(
    "is one: %j",
    (content) => {
      expect(contentError("text/plain", text(content))).toBeUndefined();
      expect(contentError("text/csv", text(content))).toBeUndefined();
    },
  );

  it.for(["<DIV>", "</div>", "<a href=x>", "<!-- -->", "<?php"])("is none: %s", (content) => {
    expect(contentError("text/plain", text(content))).toMatch(/starts as HTML or XML/);
  });

  it("has no NUL, so that it is not in UTF-16", () => {
    expect(contentError("text/plain", text("a\0b"))).toMatch(/NUL/);
    expect(contentError("text/plain", bytes("\xff\xfe<\0s\0v\0g\0>\0", 12))).toMatch(/NUL/);
  });

  it.for(['{"a":1}', "[1]", ' "a"', "-1", "null", "true", "\uFEFF{}", ""])(
    "is JSON: %j",
    (content) => {
      expect(contentError("application/json", text(content))).toBeUndefined();
      expect(contentError("model/gltf+json", text(content))).toBeUndefined();
    },
  );

  it("is no JSON if it starts as none does", () => {
    expect(contentError("application/json", text("hello"))).toMatch(/JSON/);
    expect(contentError("application/json", text("=1+1"))).toMatch(/JSON/);
    expect(contentError("application/geo+json", text("hello"))).toMatch(/JSON/);
    expect(contentError("application/json5", text("// hello"))).toBeUndefined();
  });
});

describe("an SVG image", () => {
  it.for([
    "<svg/>",
    '<svg xmlns="http://www.w3.org/2000/svg">',
    '\uFEFF<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg>',
  ])("is one: %s", (content) => {
    expect(contentError("image/svg+xml", text(content))).toBeUndefined();
  });

  it.for([
    "<html><svg/></html>",
    '<!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
    "<!DOCTYPE svg [%entities;]><svg/>",
    "<!-- never closed <svg/>",
    "<!---->".repeat(580),
    "hello",
    "<svgx/>",
  ])("is none: %s", (content) => {
    expect(contentError("image/svg+xml", text(content))).toBeDefined();
  });
});

describe("the types of a policy", () => {
  it("are those that can be checked, and of a pattern those that no browser runs", () => {
    expect(checkableTypes(["image/png", "application/octet-stream"])).toEqual(["image/png"]);
    expect(checkableTypes(["image/svg+xml"])).toEqual(["image/svg+xml"]);
    expect(checkableTypes(["image/*"])).toContain("image/webp");
    expect(checkableTypes(["image/*", "*/*"])).not.toContain("image/svg+xml");
    expect(checkableTypes(["video/*"]).every((type) => type.startsWith("video/"))).toBe(true);
    expect(checkableTypes(["unknown/*"])).toEqual([]);
  });

  it("all have starts that the bytes which are read can hold", () => {
    for (const type of binaryTypes)
      for (const start of signatureOf(type)?.starts ?? [])
        expect(start.length).toBeLessThan(START_BYTES);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  escapeXml,
  isDocument,
  readBlocks,
  readField,
  readNumber,
} from "../../../src/store/xml.ts";

describe("a field", () => {
  it.for([
    ["<a>text</a>", "text"],
    ["<x><a>one</a><a>two</a></x>", "one"],
    ["<a></a>", ""],
    ["<a> spaces </a>", " spaces "],
    ["<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"],
    ["<a>&#44032;&#xac00;&#x1F389;</a>", "가가🎉"],
    ["<a>&amp;lt;</a>", "&lt;"],
    ["<a>&amp;#38;lt;</a>", "&#38;lt;"],
    ["<a>&lol;&nbsp;&;&#x110000;&#0;&</a>", "&lol;&nbsp;&;&#x110000;&#0;&"],
  ] as const)("of %s is %j", ([text, value]) => expect(readField(text, "a")).toBe(value));

  it.for([
    "",
    "<a>",
    "<a>text",
    "</a><a>",
    "<a/>",
    "<a x='1'>text</a>",
    "<A>text</A>",
    "<ab>text</ab>",
    "<a><b>text</b></a>",
    `<a>${"x".repeat(4097)}</a>`,
  ])("is not in %j", (text) => expect(readField(text, "a")).toBeUndefined());

  it("is read as it was before it was escaped, and has no element of its own", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>]/);
        expect(readField(`<a>${escaped}</a>`, "a")).toBe(text);
      }),
    );
  });

  it("is read of any text without a crash", () => {
    const pieces = fc.constantFrom("<a>", "</a>", "<", ">", "&", "&#", "x", ";", "&amp;", "<!--");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 50 }), (texts) => {
        expect(readField(texts.join(""), "a") ?? "").not.toContain("<a>");
      }),
    );
  });
});

describe("blocks", () => {
  it.for([
    ["<a>1</a>-<a>2</a>", ["1", "2"]],
    ["<a><b>1</b></a>", ["<b>1</b>"]],
    ["<a>1</a><a>2", ["1"]],
    ["</a><a>1</a>", ["1"]],
    ["<aa>1</aa>", []],
    ["", []],
  ] as const)("of %s are %j", ([text, blocks]) => expect(readBlocks(text, "a")).toEqual(blocks));
});

/** Each class of characters that a pattern may repeat. A quadratic pattern takes minutes for so many. */
const CLASSES = [
  " ",
  "\n",
  "\t",
  "\uFEFF",
  "<",
  ">",
  "&",
  ";",
  "#",
  "?",
  "!",
  "/",
  "a",
  "0",
  '"',
  "가",
];
const MiB = 2 ** 20;

describe("a document of 1 MiB", () => {
  it.for(CLASSES)("of nothing but %j is read in one pass", (character) => {
    const filler = character.repeat(MiB);
    for (const xml of [filler, `<?xml ${filler}?><a>`, `<a>${filler}</a>`, `<a ${filler}></a>`]) {
      isDocument(xml, "a");
      readField(xml, "a");
      readNumber(xml, "a");
      readBlocks(xml, "a");
    }
    expect(isDocument(filler, "a")).toBe(false);
  });

  it.for(["<a>", "</a>", "<?xml ?>", "<a ", "&#1;", "<a><b>", " <a>"])(
    "that repeats %j is read in one pass",
    (text) => {
      const xml = text.repeat(MiB / text.length);
      isDocument(xml, "a");
      readField(xml, "a");
      readBlocks(xml, "a");
      expect(isDocument(xml, "b")).toBe(false);
    },
  );
});

describe("a document", () => {
  it.for([
    "<a></a>",
    "<a>text</a>",
    ' \n<?xml version="1.0" encoding="UTF-8"?>\n <a xmlns="http://s3.amazonaws.com/doc/">x</a> \n',
    '\uFEFF<?xml version="1.0"?><a>x</a>',
  ])("is %j", (xml) => expect(isDocument(xml, "a")).toBe(true));

  it.for([
    "",
    "<a>",
    "<b><a></a></b>",
    "x<a></a>",
    "<a></a>x",
    "<ab></a>",
    "<a><!-- --></a>",
    "<!DOCTYPE a><a></a>",
    "<?xml ?><?xml ?><a></a>",
  ])("is not %j", (xml) => expect(isDocument(xml, "a")).toBe(false));
});

import mime from "mime";
import { describe, expect, it } from "vitest";
import { extensionsOf, rows } from "../../../src/grant/extensions.ts";

describe("the table of extensions", () => {
  it.each([...rows()])("has for %s what the package mime has: %j", (type, extensions) => {
    expect(extensions).toEqual([...(mime.getAllExtensions(type) ?? [])]);
    expect(extensionsOf(type)).toEqual(extensions);
  });

  it.each([
    ["image/heic", "heic"],
    ["video/quicktime", "qt"],
    ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
    ["image/svg+xml", "svg"],
    ["text/plain", "txt"],
  ])("knows %s", (type, extension) => {
    expect(extensionsOf(type)?.[0]).toBe(extension);
  });

  it("has no extensions for a type that says nothing about the file", () => {
    expect(extensionsOf("application/octet-stream")).toBeUndefined();
    expect(extensionsOf("application/vnd.unheard-of")).toBeUndefined();
  });
});

import mime from "mime";
import { describe, expect, it } from "vitest";
import { guessType, typesInTable } from "../../client/web/src/guess-type.ts";
import { chooseExtension } from "../../src/grant/content-type.ts";
import { failureOf, fileOf, start } from "./client.ts";
import { vector } from "./reactions.ts";

const ROWS = [...typesInTable()].flatMap(([type, extensions]) =>
  extensions.map((extension) => [extension, type] as const),
);

describe("the type of an extension", () => {
  it.for(ROWS)(
    "is one that the service takes with it, and others know: .%s",
    ([extension, type]) => {
      const filename = `a.${extension.toUpperCase()}`;
      expect(guessType(filename)).toBe(type);
      expect(chooseExtension(type, filename)).toEqual({ extension });
      expect(mime.getAllExtensions(type)).toContain(extension);
    },
  );

  it("is the usual one of what people upload", () => {
    const names = ["jpg", "png", "gif", "webp", "avif", "heic", "pdf", "mp4", "mov", "m4a", "mp3"];
    expect(names.map((extension) => guessType(`a.${extension}`))).toEqual([
      "image/jpeg",
      "image/png",
      "image/gif",
      "image/webp",
      "image/avif",
      "image/heic",
      "application/pdf",
      "video/mp4",
      "video/quicktime",
      "audio/mp4",
      "audio/mpeg",
    ]);
  });

  it.for(["a", "a.", ".", "a.unknown", "a.jpg.exe", "jpg", "a.image:", "a.png gif", ""])(
    "is not guessed for %j",
    (name) => {
      expect(guessType(name)).toBeUndefined();
    },
  );
});

describe("a file without a type", () => {
  const typeSent = async (file: File, options: object = {}) => {
    const { server, uploader } = await start();
    server.on("ticket", vector("problem-forbidden"));
    await failureOf(uploader.upload(file, options));
    return server.last("ticket").body["contentType"];
  };
  const untyped = (name: string) => new File(["a"], name);

  it("gets the one of its extension", async () => {
    expect(await typeSent(untyped("IMG_1.HEIC"))).toBe("image/heic");
    expect(await typeSent(untyped("여행.jpg".normalize("NFD")))).toBe("image/jpeg");
    expect(await typeSent(untyped("a"), { filename: "b.pdf" })).toBe("application/pdf");
  });

  it("gets the type for any bytes if nobody knows the extension", async () => {
    expect(await typeSent(untyped("a.xyz"))).toBe("application/octet-stream");
  });

  it("is what the app says", async () => {
    const options = { contentType: "image/x-own" };
    expect(await typeSent(untyped("IMG_1.HEIC"), options)).toBe("image/x-own");
    expect(await typeSent(fileOf(5, "a.png"))).toBe("application/octet-stream");
  });
});

/** The first bytes of files of each type. The tests hold the table to the package `file-type`. */
import { lazy } from "../lazy.ts";

/** `archive`: it holds other files, which may be pages. */
type Kind = "binary" | "archive" | "text" | "svg";

export interface Signature {
  readonly kind: Kind;
  /** Alternatives: each character is a byte, and `?` is any byte. None where every text fits. */
  readonly starts: readonly string[];
}

const at = (offset: number, text: string) => "?".repeat(offset) + text;
const ISO = (...brands: readonly string[]) => brands.map((brand) => at(4, `ftyp${brand}`));
const HEIF = ISO("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1");
const ZIP = "PK\x03\x04";
const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const ASF = "0&\xb2u\x8ef\xcf\x11\xa6\xd9";
const ADTS = ["\xff\xf1", "\xff\xf9"];
/** MPEG 1, 2 and 2.5, layer 3, with and without a checksum. */
const MP3 = ["\xff\xfb", "\xff\xfa", "\xff\xf3", "\xff\xf2", "\xff\xe3", "\xff\xe2", "ID3"];
/** A zip whose first file names the type (OpenDocument 1.2 part 3, EPUB OCF 3). */
const typed = (type: string) => at(30, `mimetypeapplication/${type}`);
const odf = (name: string) => typed(`vnd.oasis.opendocument.${name}`);

/** Types of one family, then the starts of their files. */
type Row = readonly [family: string, subtypes: string, ...starts: readonly string[]];

const BINARY: readonly Row[] = [
  ["image", "png apng", "\x89PNG\r\n\x1a\n"],
  ["image", "jpeg pjpeg", "\xff\xd8\xff"],
  ["image", "gif", "GIF87a", "GIF89a"],
  ["image", "webp", "RIFF????WEBP"],
  ["image", "avif", ...ISO("avif", "avis", "mif1")],
  ["image", "heic heif heic-sequence heif-sequence", ...HEIF],
  ["image", "bmp", "BM"],
  ["image", "tiff", "II*\0", "MM\0*", "II+\0", "MM\0+"],
  ["image", "vnd.microsoft.icon x-icon", "\0\0\x01\0"],
  ["image", "jp2", "\0\0\0\fjP  \r\n\x87\n"],
  ["image", "jxl", "\xff\n", "\0\0\0\fJXL \r\n\x87\n"],
  ["image", "jxr", "II\xbc"],
  ["image", "vnd.adobe.photoshop", "8BPS"],
  ["image", "vnd.djvu", "AT&TFORM"],
  ["image", "vnd.dwg", "AC10"],
  ["audio", "mpeg mp3", ...MP3],
  ["audio", "aac", ...ADTS, "ADIF", "ID3"],
  ["audio", "x-flac flac", "fLaC"],
  ["audio", "wav wave x-wav", "RIFF????WAVE"],
  ["audio", "mp4 x-m4a", ...ISO("")],
  ["audio", "midi", "MThd"],
  ["audio", "amr", "#!AMR"],
  ["audio", "x-aiff aiff", "FORM????AIFF", "FORM????AIFC"],
  ["audio", "x-caf", "caff"],
  ["audio", "basic", ".snd"],
  ["audio", "x-ms-wma", ASF],
  ["audio", "ogg", "OggS"],
  ["audio", "webm x-matroska", "\x1aE\xdf\xa3"],
  ["video", "mp4 x-m4v 3gpp 3gpp2", ...ISO("")],
  [
    "video",
    "quicktime",
    ...ISO(""),
    ...["moov", "mdat", "free", "wide", "skip"].map((box) => at(4, box)),
  ],
  ["video", "webm x-matroska", "\x1aE\xdf\xa3"],
  ["video", "ogg", "OggS"],
  ["video", "mpeg", "\0\0\x01\xba", "\0\0\x01\xb3"],
  ["video", "mp2t", `G${at(187, "G")}`, `????G${at(191, "G")}`],
  ["video", "x-msvideo", "RIFF????AVI "],
  ["video", "x-flv", "FLV\x01"],
  ["video", "x-ms-wmv", ASF],
  ["font", "woff", "wOFF"],
  ["font", "woff2", "wOF2"],
  ["font", "ttf", "\0\x01\0\0", "true"],
  ["font", "otf", "OTTO"],
  ["font", "collection", "ttcf"],
  ["model", "gltf-binary", "glTF"],
  ["text", "rtf", "{\\rtf"],
  ["application", "rtf", "{\\rtf"],
  ["application", "pdf", "%PDF-"],
  ["application", "postscript", "%!PS"],
  ["application", "ogg", "OggS"],
  ["application", "mp4", ...ISO("")],
  ["application", "mxf", "\x06\x0e+4"],
  ["application", "dicom", at(128, "DICM")],
  ["application", "msword vnd.ms-excel vnd.ms-powerpoint vnd.ms-outlook", OLE],
];

const ARCHIVES: readonly Row[] = [
  ["application", "zip x-zip-compressed", ZIP, "PK\x05\x06"],
  ["application", "vnd.openxmlformats-officedocument.wordprocessingml.document", ZIP],
  ["application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP],
  ["application", "vnd.openxmlformats-officedocument.presentationml.presentation", ZIP],
  ["application", "vnd.oasis.opendocument.text", odf("text")],
  ["application", "vnd.oasis.opendocument.spreadsheet", odf("spreadsheet")],
  ["application", "vnd.oasis.opendocument.presentation", odf("presentation")],
  ["application", "epub+zip", typed("epub+zip")],
  ["application", "vnd.apple.keynote vnd.apple.pages vnd.apple.numbers", ZIP],
  ["application", "gzip", "\x1f\x8b\b"],
  ["application", "x-7z-compressed", "7z\xbc\xaf'\x1c"],
  ["application", "vnd.rar", "Rar!\x1a\x07"],
  ["application", "x-bzip2", "BZh"],
  ["application", "x-tar", at(257, "ustar")],
  ["model", "vnd.usdz+zip 3mf", ZIP],
];

/** Of these, only what they must not be is known. */
const TEXT: readonly Row[] = [
  ["text", "plain csv markdown tab-separated-values css calendar vcard vtt turtle yaml"],
  ["application", "json json5 ld+json geo+json manifest+json yaml toml sql vnd.apple.mpegurl"],
  ["model", "gltf+json obj mtl"],
];

const signatures = lazy(() => {
  const all = new Map<string, Signature>([["image/svg+xml", { kind: "svg", starts: [] }]]);
  const add = (kind: Kind, rows: readonly Row[]) => {
    for (const [family, subtypes, ...starts] of rows)
      for (const subtype of subtypes.split(" ")) all.set(`${family}/${subtype}`, { kind, starts });
  };
  add("binary", BINARY);
  add("archive", ARCHIVES);
  add("text", TEXT);
  return all;
});

/** Returns how files of the type start; `undefined` for a type that cannot be checked. */
export function signatureOf(type: string): Signature | undefined {
  return signatures().get(type);
}

/**
 * Returns the types of the list whose content can be checked: those that it names, and those of a pattern that no
 * browser runs.
 */
export function checkableTypes(types: readonly string[]): readonly string[] {
  const all = [...signatures()];
  const found = types.flatMap((type) => {
    const family = /^([^/]+)\/\*$/.exec(type)?.[1];
    if (family === undefined) return signatureOf(type) ? [type] : [];
    return all.flatMap(([known, { kind }]) =>
      kind !== "svg" && (family === "*" || known.startsWith(`${family}/`)) ? [known] : [],
    );
  });
  return [...new Set(found)];
}

/** The beginnings of files, as their formats say: not made from the table that they test. */

/** Each character is a byte. */
export const bytes = (text: string, length = 1500): Uint8Array => {
  const all = new Uint8Array(Math.max(length, text.length));
  for (let index = 0; index < text.length; index += 1) all[index] = text.charCodeAt(index);
  return all;
};

const be32 = (value: number) =>
  String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
const le16 = (value: number) => String.fromCharCode(value & 255, value >> 8);
const le32 = (value: number) => le16(value & 65_535) + le16(value >>> 16);

const IHDR = `${be32(13)}IHDR${be32(1)}${be32(1)}\x08\x06\0\0\0\x1f\x15\xc4\x89`;
const IDAT = `${be32(10)}IDAT\x78\x9c\x63\0\x01\0\0\x05\0\x01\x0d\x0a\x2d\xb4`;
const ftyp = (major: string, ...compatible: readonly string[]) =>
  `${be32(16 + compatible.length * 4)}ftyp${major}\0\0\0\0${compatible.join("")}${be32(1000)}mdat`;
const ebml = (docType: string) =>
  `\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82${String.fromCharCode(0x80 | docType.length)}${docType}`;
const riff = (form: string) => `RIFF${le32(1000)}${form}`;
/** A stored file (PKWARE APPNOTE 4.3.7). */
const zipped = (name: string, content: string) =>
  `PK\x03\x04\x14\0\0\0\0\0\0\0\x21\x58${le32(0)}${le32(content.length)}${le32(content.length)}${le16(name.length)}\0\0${name}${content}`;
const ooxml = (part: string, type: string) =>
  zipped(
    "[Content_Types].xml",
    `<?xml version="1.0"?><Types><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`,
  );
const tar = () => {
  const numbers = "0000644\0" + "0000000\0".repeat(2) + "00000000000\0".repeat(2);
  const name = "hello.txt".padEnd(100, "\0");
  const header = `${name}${numbers}        0${"\0".repeat(100)}ustar\x0000`.padEnd(512, "\0");
  const sum = bytes(header, 512).reduce((total, byte) => total + byte, 0);
  return `${header.slice(0, 148)}${sum.toString(8).padStart(6, "0")}\0 ${header.slice(156)}`;
};
/** A frame of MPEG 1, layer 3, 128 kbit/s, 44,100 Hz, and the next one. */
const frame = "\xff\xfb\x90\x64".padEnd(417, "\0");
const aac = "\xff\xf1\x50\x80\x02\x1f\xfc".padEnd(16, "\0");

/** By type, and what `file-type` calls it where that differs. */
export const SAMPLES: Readonly<Record<string, string>> = {
  "image/png": `\x89PNG\r\n\x1a\n${IHDR}${IDAT}`,
  "image/apng": `\x89PNG\r\n\x1a\n${IHDR}${be32(8)}acTL${be32(1)}${be32(0)}\0\0\0\0${IDAT}`,
  "image/jpeg": "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0",
  "image/gif": "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff",
  "image/webp": `${riff("WEBP")}VP8 `,
  "image/avif": ftyp("avif", "mif1", "miaf"),
  "image/heic": ftyp("heic", "mif1", "heic"),
  "image/heif": ftyp("mif1", "heic"),
  "image/heic-sequence": ftyp("hevc", "msf1"),
  "image/heif-sequence": ftyp("msf1", "hevc"),
  "image/bmp": `BM${le32(1000)}\0\0\0\0${le32(54)}${le32(40)}`,
  "image/tiff": `II*\0${le32(8)}\x01\0`,
  "image/x-icon": `\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0`,
  "image/jp2": "\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ",
  "image/jxl": "\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ",
  "image/vnd.adobe.photoshop": "8BPS\0\x01\0\0\0\0\0\0\0\x03",
  "audio/mpeg": frame + frame + frame,
  "audio/aac": aac + aac,
  "audio/flac": "fLaC\0\0\0\x22",
  "audio/wav": `${riff("WAVE")}fmt `,
  "audio/x-m4a": ftyp("M4A ", "mp42", "isom"),
  "audio/midi": `MThd${be32(6)}\0\0\0\x01\0\x60`,
  "audio/amr": "#!AMR\n",
  "audio/aiff": `FORM${be32(1000)}AIFF`,
  "audio/ogg; codecs=opus": `OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead\x01\x02`,
  "video/mp4": ftyp("isom", "isom", "iso2", "avc1", "mp41"),
  "video/x-m4v": ftyp("M4V ", "mp42"),
  "video/3gpp": ftyp("3gp5", "isom"),
  "video/3gpp2": ftyp("3g2a"),
  "video/quicktime": ftyp("qt  ", "qt  "),
  "video/webm": ebml("webm"),
  "video/matroska": ebml("matroska"),
  "video/MP2P": "\0\0\x01\xba\x44\0\x04\0\x04\x01",
  "video/mp2t": `${"G\x40\0\x10".padEnd(188, "\xff")}${"G\x40\0\x10".padEnd(188, "\xff")}`,
  "video/vnd.avi": `${riff("AVI ")}LIST`,
  "video/x-flv": "FLV\x01\x05\0\0\0\x09",
  "font/woff": "wOFF\0\x01\0\0\0\0\0\0",
  "font/woff2": "wOF2\0\x01\0\0\0\0\0\0",
  "font/ttf": "\0\x01\0\0\0\x0f\0\x80\0\x03\0\x70",
  "font/otf": "OTTO\0\x0f\0\x80\0\x03\0\x70",
  "font/collection": "ttcf\0\x01\0\0\0\0\0\x02",
  "model/gltf-binary": `glTF${le32(2)}${le32(1000)}`,
  "application/rtf": "{\\rtf1\\ansi hello}",
  "application/pdf": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
  "application/postscript": "%!PS-Adobe-3.0\n",
  "application/x-cfb": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
  "application/zip": zipped("hello.txt", "hello"),
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ooxml(
    "word/document.xml",
    "wordprocessingml.document",
  ),
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ooxml(
    "xl/workbook.xml",
    "spreadsheetml.sheet",
  ),
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ooxml(
    "ppt/presentation.xml",
    "presentationml.presentation",
  ),
  "application/vnd.oasis.opendocument.text": zipped(
    "mimetype",
    "application/vnd.oasis.opendocument.text",
  ),
  "application/vnd.oasis.opendocument.spreadsheet": zipped(
    "mimetype",
    "application/vnd.oasis.opendocument.spreadsheet",
  ),
  "application/vnd.oasis.opendocument.presentation": zipped(
    "mimetype",
    "application/vnd.oasis.opendocument.presentation",
  ),
  "application/epub+zip": zipped("mimetype", "application/epub+zip"),
  "application/gzip": "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0",
  "application/x-7z-compressed": "7z\xbc\xaf\x27\x1c\0\x04",
  "application/x-rar-compressed": "Rar!\x1a\x07\x01\0",
  "application/x-bzip2": "BZh91AY&SY",
  "application/x-tar": tar(),
};

/** What the table calls a type of `file-type`. */
export const ALSO_KNOWN_AS: Readonly<Record<string, readonly string[]>> = {
  "audio/ogg; codecs=opus": ["audio/ogg"],
  "video/MP2P": ["video/mpeg"],
  "video/matroska": ["video/x-matroska"],
  "video/vnd.avi": ["video/x-msvideo"],
  "application/x-cfb": [
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
  ],
  "application/x-rar-compressed": ["application/vnd.rar"],
};

/**
 * `node client/dart-nfc.ts`: writes client/dart/lib/src/nfc_data.dart, the pairs of characters that
 * Unicode's NFC composes, from the Unicode data of Node.js. Hangul needs no table.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const LINE = 72;
const PAIR = /^..$/u;

/** Returns each pair and what it becomes, in four hexadecimal digits each. */
function listPairs(): readonly string[] {
  return Array.from({ length: 0x10000 }, (_, point) => point).flatMap((point) => {
    const composed = String.fromCharCode(point);
    const isHangul = point >= 0xac00 && point <= 0xd7a3;
    const parts = Array.from(composed.normalize("NFD"));
    const pair = parts.slice(0, -1).join("").normalize("NFC") + (parts.at(-1) ?? "");
    const isPair = PAIR.test(pair) && pair.normalize("NFC") === composed;
    if (isHangul || !isPair || pair.length > 2) return [];
    return [
      Array.from(pair + composed)
        .map(toHex)
        .join(""),
    ];
  });
}

function toHex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

const lines =
  listPairs()
    .join("")
    .match(new RegExp(`.{1,${LINE}}`, "gu")) ?? [];
const text = `/// The pairs that NFC composes, and what they become: four hexadecimal digits
/// each. \`node client/dart-nfc.ts\` writes this file.
const String nfcPairs =
${lines.map((line) => `    '${line}'`).join("\n")};
`;
writeFileSync(join(import.meta.dirname, "dart/lib/src/nfc_data.dart"), text);

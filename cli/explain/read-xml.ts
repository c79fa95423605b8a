/** Reads the XML error of an S3 store (AWS: "Error responses"). */
import { readField } from "../../src/store/xml.ts";
import type { Reader } from "./input.ts";
import { readDate } from "./input.ts";

const START = /^(?:<\?xml [^<>]{0,200}\?>\s{0,9})?<Error(?: [^<>]{0,500})?>/;
const END = "</Error>";
const MAX_FIELD_CHARACTERS = 65_536;
/** AWS sends about a dozen. */
const MAX_FIELDS = 64;

/** Reads an error, also one that is cut off. */
export const readXml: Reader = (text) => {
  if (!START.test(text)) return undefined;
  const end = text.indexOf(END);
  const length = end < 0 ? text.length : end + END.length;
  const xml = text.slice(0, length);
  const names = new Set([...xml.matchAll(/<([A-Za-z]\w{0,63})>/g)].map(([, name = ""]) => name));
  const fields = new Map(
    [...names].slice(0, MAX_FIELDS).flatMap((name) => {
      const value = readField(xml, name, MAX_FIELD_CHARACTERS);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const date = readDate(fields.get("ServerTime"));
  return { inputs: [{ kind: "answer", answer: { fields, ...(date && { date }) } }], length };
};

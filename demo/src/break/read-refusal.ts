/** The store's own refusal, word for word. */

/** An answer of the store. The texts are empty if it has none. */
export interface StoreAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Every element of the answer that is short enough to read: `CanonicalRequest`, say. */
  readonly lines: readonly (readonly [name: string, text: string])[];
}

/** An error document has some kilobytes. */
const MAX_CHARACTERS = 65_536;

/** Reads an answer in S3's XML. */
export async function readStoreAnswer(response: Response): Promise<StoreAnswer> {
  const text = (await response.text()).slice(0, MAX_CHARACTERS);
  const { documentElement } = new DOMParser().parseFromString(text, "application/xml");
  const isError = documentElement.localName === "Error";
  const lines = isError
    ? [...documentElement.children].map(
        ({ localName, textContent }) => [localName, textContent] as const,
      )
    : [];
  const find = (name: string) => lines.find(([one]) => one === name)?.[1] ?? "";
  return {
    status: response.status,
    code: find("Code"),
    message: find("Message"),
    // The same again as hexadecimal bytes.
    lines: lines.filter(([name]) => !name.endsWith("Bytes")),
  };
}

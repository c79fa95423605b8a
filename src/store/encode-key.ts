declare const encoded: unique symbol;

/** An object key as it stands in the path of a URL. Only `encodeKey` makes one, so that no bare text is signed. */
export type EncodedKey = string & { readonly [encoded]: true };

const UNRESERVED = /^[\w.~/-]*$/;

/**
 * Percent-encodes every byte except the unreserved characters of RFC 3986 section 2.3 and `/`.
 * `encodeURIComponent` leaves `!'()*`, which some stores count as different from their encoded form.
 */
export function encodeKey(key: string): EncodedKey {
  const text = UNRESERVED.test(key) ? key : encode(key);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return text as EncodedKey;
}

function encode(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

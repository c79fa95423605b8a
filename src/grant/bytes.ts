/** Writes and reads numbers, texts and digests as bytes. */
import { toHex } from "../hex.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Writes into one array of bytes, which grows when it is full. */
export class ByteWriter {
  #bytes = new Uint8Array(512);
  #length = 0;

  /** Seven bits a byte, the low ones first; the high bit says that more follow (LEB128). */
  number(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128))
      this.#bytes[this.#length++] = (rest % 128) | 128;
    this.#bytes[this.#length++] = rest;
  }

  /** The number of its bytes, and UTF-8. */
  text(text: string): void {
    this.#reserve(text.length * 3 + 16);
    // The number stands before the text and is known after it: one byte for most texts.
    const start = this.#length + 1;
    let written = 0;
    for (; written < text.length; written += 1) {
      const code = text.charCodeAt(written);
      if (code >= 128) break;
      this.#bytes[start + written] = code;
    }
    if (written < text.length)
      ({ written } = ENCODER.encodeInto(text, this.#bytes.subarray(start)));
    if (written >= 128) {
      const moved = start + (written < 16_384 ? 1 : 2);
      this.#bytes.copyWithin(moved, start, start + written);
    }
    this.number(written);
    this.#length += written;
  }

  /** The bytes of hexadecimal digits. */
  hex(digits: string): void {
    this.#reserve(digits.length / 2);
    for (let index = 0; index < digits.length; index += 2)
      this.#bytes[this.#length++] =
        digitOf(digits.charCodeAt(index)) * 16 + digitOf(digits.charCodeAt(index + 1));
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  /** Returns what was written so far. It is valid until more is written. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(needed * 2);
    larger.set(this.written());
    this.#bytes = larger;
  }
}

/** Reads what was written, in the same order. Throws a `TypeError` where too little is left. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; unit <= Number.MAX_SAFE_INTEGER; unit *= 128) {
      const [byte = 0] = this.#take(1);
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new TypeError("Cannot read a number: it is too long");
  }

  text(): string {
    return DECODER.decode(this.#take(this.number()));
  }

  hex(digits: number): string {
    return toHex(this.#take(digits / 2));
  }

  /** Throws where anything is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new TypeError("Cannot read: bytes are left");
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    if (taken.length !== length) throw new TypeError("Cannot read: bytes are missing");
    this.#at += length;
    return taken;
  }
}

/** Returns the value of a lower-case hexadecimal digit by its code. */
function digitOf(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

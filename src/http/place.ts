/** Where a request was sent to, and where it came from. */
import type { Region } from "../grant/region.ts";
import type { Place } from "../operation/place.ts";

/** Returns where a request was sent to, and where it came from. Both are read when they are needed: few policies do. */
export function placeOf(request: Request): Place {
  return new RequestPlace(request);
}

/** Getters of a class: to make an object with getters of its own takes 5 µs. */
class RequestPlace implements Place, Region {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get requestOrigin(): string {
    return new URL(this.#request.url).origin;
  }

  get region(): Region {
    return this;
  }

  get country(): unknown {
    return this.#cf["country"];
  }

  get continent(): unknown {
    return this.#cf["continent"];
  }

  get isInEU(): boolean {
    return this.#cf["isEUCountry"] === "1";
  }

  get #cf(): Readonly<Record<string, unknown>> {
    return this.#request.cf ?? {};
  }
}

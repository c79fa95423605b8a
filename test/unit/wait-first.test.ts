import { describe, expect, it } from "vitest";
import { waitFirst } from "../../src/wait-first.ts";

function start() {
  const done: string[] = [];
  class Base {
    async add(a: number, b: number): Promise<number> {
      done.push("add");
      return Promise.resolve(a + b);
    }
    async name(): Promise<string> {
      return Promise.resolve("base");
    }
  }
  class Derived extends Base {
    readonly #own = "derived";
    override async name(): Promise<string> {
      return Promise.resolve(this.#own);
    }
  }
  waitFirst(Derived, async () => {
    done.push("ready");
    return Promise.resolve();
  });
  return { done, Base, Derived };
}

describe("a class whose methods wait first", () => {
  it("passes on what it is called with, also to an inherited method, and returns the result", async () => {
    const { done, Derived } = start();
    expect(await new Derived().add(1, 2)).toBe(3);
    expect(done).toEqual(["ready", "add"]);
  });

  it("runs the nearest method of a name, as its own instance", async () => {
    const { done, Derived } = start();
    expect(await new Derived().name()).toBe("derived");
    expect(done).toEqual(["ready"]);
  });

  it("leaves the class that it extends as it is, and what every object has", async () => {
    const { done, Base, Derived } = start();
    expect(await new Base().name()).toBe("base");
    expect(done).toEqual([]);
    expect(Object.hasOwn(Derived.prototype, "toString")).toBe(false);
  });
});

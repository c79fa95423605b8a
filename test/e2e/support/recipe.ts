import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

export interface Program {
  readonly language: string;
  /** The name in the program's first line, a comment; without it the text is no whole file. */
  readonly file: string | undefined;
  readonly text: string;
}

/** Returns the programs of a page, in order, as a reader copies them. */
export function readPrograms(page: string): readonly Program[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = "", program = ""]) => ({
    language,
    file: /^(?:\/\/|#|<!--) (\S+\.\w+)(?: -->)?\n/.exec(program)?.[1],
    text: program,
  }));
}

/** Returns the one whole file that a page has. */
export function readFileOf(page: string): Required<Program> & { readonly file: string } {
  const programs = readPrograms(page).filter(({ file }) => file !== undefined);
  const [program] = programs;
  if (program?.file === undefined || programs.length !== 1)
    throw new Error(`${page} has ${programs.length} programs that are whole files`);
  return { ...program, file: program.file };
}

import { createInterface } from "node:readline/promises";
import { UserError } from "../config/load.ts";

/** Asks for a word at the terminal. @throws UserError where nobody sits at one */
export const ask = async (question: string, option: string): Promise<string> => {
  if (process.stdin.isTTY !== true) {
    throw new UserError(`nobody is there to be asked: give ${option}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
};

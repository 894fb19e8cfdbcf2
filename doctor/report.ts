import type { Screen } from "../cli/screen.ts";
import type { Finding, Observer } from "./check.ts";

const MARKS = { ok: "ok     ", failed: "FAILED ", skipped: "skipped" } as const;

/** One finding, with its remedy on a line of its own. */
export const renderFinding = (finding: Finding): string => {
  const line = `${MARKS[finding.kind]} ${finding.check}: ${finding.text}`;
  return finding.kind === "failed" ? `${line}\n        remedy: ${finding.remedy}` : line;
};

export const renderSummary = (findings: readonly Finding[]): string => {
  const count = (kind: Finding["kind"]): number =>
    findings.filter((finding) => finding.kind === kind).length;
  return `${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`;
};

/** Shows findings as they come, and what is still waited for. */
export const observerOn = (
  screen: Screen,
  now: () => number = Date.now,
): Observer & { readonly ended: () => void } => {
  const startedAt = now();
  const doing = new Map<string, string>();
  const show = (): void => {
    const seconds = Math.round((now() - startedAt) / 1000);
    const what = [...doing].map(([check, at]) => `${check} (${at})`).join(", ");
    if (doing.size > 0) screen.running(`        … ${seconds} s: ${what}`);
  };
  const timer = setInterval(show, 1000);
  return {
    doing: (check, what) => {
      doing.set(check, what);
      show();
    },
    done: (check) => {
      doing.delete(check);
    },
    found: (finding) => screen.line(renderFinding(finding)),
    ended: () => {
      clearInterval(timer);
      screen.ended();
    },
  };
};

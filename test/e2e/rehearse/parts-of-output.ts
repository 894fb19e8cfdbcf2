/** Which parts of a deploy the lines of cdktf's output belong to. */

/** At its start cdktf initializes all stacks, whichever it is to deploy first. */
const INITIALIZING = /Initializing (the backend|provider plugins)|successfully initialized/;
/** What Terraform says first when a stack's turn has come. */
const WORK =
  /: (Refreshing state|Reading|Creating|Modifying|Destroying)\.\.\.|Terraform used the selected|No changes\.|Error:/;
const PROVISIONING = /\(provisioning\/run\)( \(local-exec\))?: (?!Refreshing|Destr)/;

/** Gives for each line, in their order, the parts that it tells of. */
export const partsOfOutput = (): ((line: string) => readonly string[]) => {
  const begun = new Set<string>();
  let stack: string | undefined;
  return (line) => {
    const named = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)+) {2}\S/.exec(line)?.[1];
    // A line without a name goes on with the stack of the line before it.
    stack = named ?? (/^ {2,}\S/.test(line) ? stack : undefined);
    if (stack === undefined) return [];
    if (INITIALIZING.test(line)) return ["init of all stacks"];
    if (WORK.test(line)) begun.add(stack);
    if (!begun.has(stack)) return [];
    return PROVISIONING.test(line) ? [stack, `${stack}: provisioning`] : [stack];
  };
};

import { v2 } from "./definitions.ts";
import { type Digest, digestOf } from "./digest.ts";

export interface ActionRequest {
  readonly arguments: readonly string[];
  /** Exactly what the pool's Bazel platform carries. */
  readonly execProperties: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the input root, all at its top. */
  readonly inputs?: Readonly<Record<string, { content: Buffer; executable?: boolean }>>;
  /** Files that the action writes, below the input root. */
  readonly outputs?: readonly string[];
  /** Default: the pool's. */
  readonly timeoutSec?: number;
  /** Neither looked up in the action cache nor written to it. Default: false. */
  readonly doNotCache?: boolean;
  /** Makes an action differ from others that are alike. */
  readonly salt?: string;
}

export interface EncodedAction {
  readonly digest: Digest;
  /** All that the CAS must hold before the action is executed, the action itself among it. */
  readonly blobs: readonly Buffer[];
}

const byName = <Item extends { readonly name: string }>(items: Item[]): Item[] =>
  items.sort((a, b) => (a.name < b.name ? -1 : 1));

const pairs = (record: Readonly<Record<string, string>>) =>
  byName(Object.entries(record).map(([name, value]) => ({ name, value })));

/** An action as the protocol has it: equal requests have equal digests. */
export const encodeAction = (request: ActionRequest): EncodedAction => {
  const inputs = Object.entries(request.inputs ?? {});
  const inputRoot = v2.Directory.serialize({
    files: byName(
      inputs.map(([name, { content, executable = false }]) => ({
        name,
        digest: digestOf(content),
        isExecutable: executable,
      })),
    ),
  });
  const platform = { properties: pairs(request.execProperties) };
  const command = v2.Command.serialize({
    arguments: [...request.arguments],
    environmentVariables: pairs(request.environment ?? {}),
    outputPaths: [...(request.outputs ?? [])].sort(),
    platform,
  });
  const { timeoutSec } = request;
  const action = v2.Action.serialize({
    commandDigest: digestOf(command),
    inputRootDigest: digestOf(inputRoot),
    doNotCache: request.doNotCache ?? false,
    salt: Buffer.from(request.salt ?? ""),
    platform,
    ...(timeoutSec === undefined ? {} : { timeout: { seconds: timeoutSec } }),
  });
  return {
    digest: digestOf(action),
    blobs: [action, command, inputRoot, ...inputs.map(([, { content }]) => content)],
  };
};

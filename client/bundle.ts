import { BASE_CONFIG, CLIENT_USER, NIX_REMOTE } from "../config/login.ts";
import type { StackOutputs } from "../config/outputs.ts";

/** One file of a client's bundle. */
export interface BundleFile {
  readonly name: string;
  /** 0o600 for what must not be read by others. */
  readonly mode: 0o600 | 0o644;
  readonly content: string;
}

export interface BundleInputs {
  readonly environment: string;
  readonly endpoint: string;
  readonly apiKey: string;
  /** The API key's name, which the file tells. */
  readonly keyName: string;
  readonly pools: StackOutputs<"buildbarn">["pools"];
  /** Where ssh connects. */
  readonly sshAddress: string;
  /** The server's lines of known_hosts. */
  readonly knownHosts: string;
  /** "name:base64": whoever trusts it may copy what the server built. */
  readonly storePublicKey: string;
  /** The person's private key. @example "~/.ssh/id_ed25519" */
  readonly identityFile: string;
  /** Absolute folder of the bundle. */
  readonly folder: string;
  /** The Bazel package that BUILD.bazel is to be. @example "nixbarn" */
  readonly bazelPackage: string;
}

/** Stands in the first line of each file: what may be written over. */
export const MARK = "nixbarn, environment";

/** The file that holds the API key, which git must not track. */
export const SECRET_FILE = "nixbarn.bazelrc";

const bazelrc = (inputs: BundleInputs): string =>
  [
    `# ${MARK} ${inputs.environment}. Holds the API key "${inputs.keyName}": keep it out of version control.`,
    `# In your .bazelrc: try-import %workspace%/${inputs.bazelPackage}/${SECRET_FILE}`,
    `build:${BASE_CONFIG} --remote_executor=grpcs://${inputs.endpoint}`,
    `build:${BASE_CONFIG} --remote_header=x-api-key=${inputs.apiKey}`,
    `build:${BASE_CONFIG} --remote_timeout=3600`,
    "# Connections that have died are noticed; calls that were cut are made again.",
    `build:${BASE_CONFIG} --grpc_keepalive_time=30s`,
    `build:${BASE_CONFIG} --remote_retries=10`,
    "# Only workers write the action cache.",
    `build:${BASE_CONFIG} --remote_upload_local_results=false`,
    ...inputs.pools.flatMap(({ name }) => [
      "",
      `build:${name} --config=${BASE_CONFIG}`,
      `build:${name} --extra_execution_platforms=//${inputs.bazelPackage}:${name}`,
    ]),
    "",
  ].join("\n");

const strings = (values: readonly string[]): string =>
  values.map((value) => `        ${JSON.stringify(value)},\n`).join("");

const buildFile = ({ environment, pools }: BundleInputs): string =>
  [
    `# ${MARK} ${environment}: a platform for each pool. No secret in it.\n`,
    'package(default_visibility = ["//visibility:public"])\n',
    ...pools.map(
      ({ name, constraintValues, execProperties }) => `
platform(
    name = ${JSON.stringify(name)},
    constraint_values = [
${strings(constraintValues)}    ],
    exec_properties = {
${Object.entries(execProperties)
  .map(([key, value]) => `        ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
  .join("")}    },
)
`,
    ),
  ].join("");

const sshConfig = (inputs: BundleInputs): string => `# ${MARK} ${inputs.environment}.
# At the top of your ~/.ssh/config: Include ${inputs.folder}/ssh_config
Host ${NIX_REMOTE}
  HostName ${inputs.sshAddress}
  User ${CLIENT_USER}
  IdentityFile ${inputs.identityFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${inputs.folder}/known_hosts
  StrictHostKeyChecking yes
  ControlMaster auto
  ControlPath ~/.ssh/nixbarn-%C
  ControlPersist 10m
  ServerAliveInterval 15
`;

const readme = (
  inputs: BundleInputs,
): string => `# ${MARK} ${inputs.environment}: settings of one client

API key: ${inputs.keyName}. Add these lines, once:

| to | line |
| --- | --- |
| \`~/.ssh/config\`, at the top | \`Include ${inputs.folder}/ssh_config\` |
| \`~/.config/nix/nix.conf\` | \`include ${inputs.folder}/nix.conf\` |
| your shell's start file | \`. ${inputs.folder}/env.sh\` |
| \`.bazelrc\` of the workspace | \`try-import %workspace%/${inputs.bazelPackage}/${SECRET_FILE}\` |

\`${SECRET_FILE}\` and \`BUILD.bazel\` belong into the folder \`${inputs.bazelPackage}/\` of the workspace; list \`${SECRET_FILE}\` in its \`.gitignore\`. Then, for each pool:

${inputs.pools.map(({ name }) => `    bazel build --config=${name} //...`).join("\n")}

Bazel does not notice a change of BAZEL_NIX_REMOTE: after the first \`. env.sh\`, run \`bazel fetch --force //...\` once.
`;

/** All files of one client's bundle. */
export const bundle = (inputs: BundleInputs): readonly BundleFile[] => {
  const marked = (content: string): string => `# ${MARK} ${inputs.environment}.\n${content}`;
  const trusted = `extra-trusted-public-keys = ${inputs.storePublicKey}\n`;
  return [
    { name: SECRET_FILE, mode: 0o600, content: bazelrc(inputs) },
    { name: "BUILD.bazel", mode: 0o644, content: buildFile(inputs) },
    { name: "ssh_config", mode: 0o600, content: sshConfig(inputs) },
    { name: "known_hosts", mode: 0o644, content: marked(inputs.knownHosts) },
    { name: "nix.conf", mode: 0o644, content: marked(trusted) },
    { name: "env.sh", mode: 0o644, content: marked(`export BAZEL_NIX_REMOTE=${NIX_REMOTE}\n`) },
    { name: "README.md", mode: 0o644, content: readme(inputs) },
  ];
};

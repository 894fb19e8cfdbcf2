/** A person or machine with an ssh key. */
export interface KeyHolder {
  readonly name: string;
  /** One line in OpenSSH's format. */
  readonly publicKey: string;
}

/** What the Nix server should be: the only input of plan, apply and verify besides the facts. */
export interface DesiredServer {
  /** NVMe serial of the store's volume; on EC2 the volume id without its hyphen. */
  readonly volumeSerial: string;
  /** The login that the provisioner uses; it needs sudo without a password. */
  readonly adminUser: string;
  /** Keys of `adminUser`; when empty the user's own ~/.ssh/authorized_keys stays in force. */
  readonly admins: readonly KeyHolder[];
  /** Keys that may run the Nix commands of rules_nixpkgs, and nothing else. */
  readonly clients: readonly KeyHolder[];
  /** Networks that may mount the store, read-only. */
  readonly exportCidrs: readonly string[];
  readonly garbageCollection: {
    /** Clients' roots that were not refreshed for longer are removed. */
    readonly rootsOlderThanDays: number;
    /** Nothing is collected while the volume is filled less than this. */
    readonly aboveFillPercent: number;
  };
}

/** Fixed, so that the roots on the volume keep their owner when the instance is replaced. */
export const CLIENT_UID = 1900;
/** On the volume: what must outlive the instance. */
export const STATE_FOLDER = "/nix/var/nixbarn";
export const CLIENT_HOME = `${STATE_FOLDER}/home`;
export const KEYS_FOLDER = `${STATE_FOLDER}/keys`;
export const SIGNING_KEY = `${KEYS_FOLDER}/signing.secret`;
export const SIGNING_PUBLIC_KEY = `${KEYS_FOLDER}/signing.public`;
/** Label that marks a file system as ours; any other is refused. */
export const STORE_LABEL = "nix-store";

import { describe, expect, test } from "vitest";
import { hostKeysInConsole } from "../../nix-server/console-output.ts";
import { loginIdentities, parseKeys, refuseLockOut } from "../../nix-server/key-files.ts";
import { pinInFile } from "../../nix-server/known-hosts.ts";
import { parseAddress } from "../../nix-server/request.ts";
import { filesIn, sshKeyPair } from "../support/ssh-server.ts";

const mine = sshKeyPair();
const theirs = sshKeyPair();
const holder = (publicKey: string) => ({ name: "alice", publicKey });

test("a file of public keys: every line that is none is told", () => {
  const text = `# laptops\n${mine.public} bob@laptop\n\nssh-ed25519 AAAA\nhello\n`;
  expect(() => parseKeys(text, "keys")).toThrow(
    /^keys: line 4: is cut short or damaged\nkeys: line 5: must start with a key type \(.*\)$/,
  );
  expect(parseKeys(`${mine.public} bob@laptop\n`, "keys")).toEqual([
    { name: "bob@laptop", publicKey: `${mine.public} bob@laptop` },
  ]);
});

describe("admins that would lock out who sets them", () => {
  test("are refused, by name", async () => {
    const identities = await loginIdentities(mine.private, undefined);
    expect(() => refuseLockOut([holder(theirs.public)], identities)).toThrow(
      "none of your keys is among the admins (alice): you would lock yourself out",
    );
    expect(() => refuseLockOut([holder(`${mine.public} me`)], identities)).not.toThrow();
    expect(() => refuseLockOut([], identities)).not.toThrow();
  });

  test("a private key that cannot be read is told before any connection", async () => {
    await expect(loginIdentities("no key", undefined)).rejects.toThrow(
      "load the key into the ssh agent (ssh-add)",
    );
  });
});

describe("the first contact, when the console can be asked", () => {
  const blob = Buffer.from(mine.public.split(" ")[1] ?? "", "base64");
  const check = async (told: readonly string[] | undefined, known = "") => {
    const { folder, remove } = filesIn({ known_hosts: known });
    const verdict = await pinInFile({
      file: `${folder}/known_hosts`,
      host: "192.0.2.1",
      port: 22,
      replaced: false,
      toldKeys: async () => told,
    })(blob);
    remove();
    return verdict;
  };
  const text = (key: string) =>
    `Debian GNU/Linux 13 ip ttyS0\n-----BEGIN SSH HOST KEY KEYS-----\necdsa-sha2-nistp256 AAAA root@ip\n${key} root@ip\n-----END SSH HOST KEY KEYS-----\n`;
  const pinnedOther = `192.0.2.1 ${theirs.public}\n`;

  test("the console's own key is admitted, another one refused", async () => {
    expect(await check(hostKeysInConsole(text(mine.public)))).toEqual({ accepted: true });
    expect(await check(hostKeysInConsole(text(theirs.public)))).toMatchObject({
      accepted: false,
      reason: expect.stringContaining("none of those that the instance's console tells"),
    });
  });

  test("a replaced machine is known by its console; without one it is refused", async () => {
    expect(await check(hostKeysInConsole(text(mine.public)), pinnedOther)).toEqual({
      accepted: true,
    });
    expect(await check(undefined, pinnedOther)).toMatchObject({ accepted: false });
  });

  test("a console without keys says nothing", () => expect(hostKeysInConsole("boot")).toEqual([]));
});

test.each([
  ["me@gate.example.com:2222", { user: "me", host: "gate.example.com", port: 2222 }],
  ["192.0.2.1", { user: undefined, host: "192.0.2.1", port: 22 }],
  ["[2001:db8::1]:22022", { user: undefined, host: "2001:db8::1", port: 22022 }],
])("an address: %s", (text, expected) => expect(parseAddress(text, "--jump")).toEqual(expected));

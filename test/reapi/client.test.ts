import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { ReapiClient } from "../../reapi/client.ts";
import { digestOf } from "../../reapi/digest.ts";
import { type FakeReapiOptions, Refusal, startFakeReapi } from "../support/fake-reapi.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const connected = async (options: FakeReapiOptions = {}, apiKey?: string) => {
  const server = await startFakeReapi(options);
  const client = new ReapiClient({
    address: server.address,
    tls: false,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  closing.push(() => client.close(), server.close);
  return { client, server };
};
const blob = Buffer.from("hello\n");
const echo = { arguments: ["echo", "hello"], execProperties: { OSFamily: "linux" } };

test("capabilities, with the API key as the header that the load balancer looks at", async () => {
  const { client, server } = await connected({}, "key of a test");
  expect(await client.capabilities()).toEqual({ execution: true, updatesActionCache: false });
  expect(server.headersSeen[0]).toMatchObject({ "x-api-key": "key of a test" });
});

test("the CAS gives back what it was given", async () => {
  const { client } = await connected();
  const digest = digestOf(blob);
  expect(await client.findMissing([digest])).toEqual([digest]);
  await expect(client.read(digest)).rejects.toMatchObject({ code: status.NOT_FOUND });
  await client.upload([blob]);
  expect(await client.findMissing([digest])).toEqual([]);
  expect(await client.read(digest)).toEqual(blob);
});

describe("executing", () => {
  test("the command arrives as it was asked for, the result as the worker told it", async () => {
    const seen: unknown[] = [];
    const { client } = await connected({
      run: (command, action) => {
        seen.push(command, action);
        return {
          exitCode: 3,
          stdoutRaw: Buffer.from("out"),
          stderrRaw: Buffer.from("err"),
          outputFiles: [{ path: "a.txt", digest: digestOf(blob) }],
          executionMetadata: {
            worker: '{"pod":"a"}',
            queuedTimestamp: { seconds: 10 },
            workerStartTimestamp: { seconds: 12, nanos: 500_000_000 },
          },
        };
      },
    });
    const stages: string[] = [];
    const execution = await client.execute(
      {
        ...echo,
        environment: { B: "2", A: "1" },
        inputs: { "in.txt": { content: blob } },
        outputs: ["a.txt"],
        timeoutSec: 5,
      },
      { onStage: (stage) => stages.push(stage) },
    );
    expect(stages).toEqual(["QUEUED", "EXECUTING", "COMPLETED"]);
    expect(execution).toMatchObject({ exitCode: 3, stdout: "out", stderr: "err" });
    expect(execution.outputs).toEqual(new Map([["a.txt", digestOf(blob)]]));
    expect([execution.worker, execution.queuedSec]).toEqual(['{"pod":"a"}', 2.5]);
    expect(seen[0]).toMatchObject({
      arguments: ["echo", "hello"],
      environmentVariables: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      outputPaths: ["a.txt"],
      platform: { properties: [{ name: "OSFamily", value: "linux" }] },
    });
    expect(seen[1]).toMatchObject({
      timeout: { seconds: 5 },
      platform: { properties: [{ name: "OSFamily", value: "linux" }] },
    });
    expect(await client.read(digestOf(blob))).toEqual(blob);
  });

  test("its result is in the action cache, unless it must not be", async () => {
    const { client } = await connected();
    const { digest } = await client.execute(echo);
    expect(await client.cachedExitCode(digest)).toBe(0);
    const other = await client.execute({ ...echo, doNotCache: true });
    expect(await client.cachedExitCode(other.digest)).toBe(undefined);
  });

  test("alike actions have the same digest, salted ones another", async () => {
    const { client } = await connected();
    const digests = await Promise.all(
      [echo, { ...echo }, { ...echo, salt: "x" }].map(
        async (request) => (await client.execute(request)).digest.hash,
      ),
    );
    expect(new Set(digests).size).toBe(2);
    expect(digests[0]).toBe(digests[1]);
  });

  test("long output is fetched from the CAS", async () => {
    const { client } = await connected({ run: () => ({ stdoutDigest: digestOf(blob) }) });
    await client.upload([blob]);
    expect((await client.execute(echo)).stdout).toBe("hello\n");
  });
});

describe("what goes wrong is told with its code", () => {
  test.each([
    ["a call", (client: ReapiClient) => client.capabilities()],
    ["an execution", (client: ReapiClient) => client.execute(echo)],
  ])("%s that is not let in", async (_, call) => {
    const { client } = await connected({
      admit: () => new Refusal(status.PERMISSION_DENIED, "no"),
    });
    await expect(call(client)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: "PERMISSION_DENIED: no",
    });
  });

  test("an action that cannot be executed", async () => {
    const { client } = await connected({
      run: () => new Refusal(status.FAILED_PRECONDITION, "no workers"),
    });
    await expect(client.execute(echo)).rejects.toThrow("FAILED_PRECONDITION: no workers");
  });

  test("clients that write the action cache", async () => {
    const { client } = await connected();
    await expect(client.updateActionCache(digestOf(blob), 0)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  test("nobody there", async () => {
    const client = new ReapiClient({ address: "127.0.0.1:1", tls: false, timeoutSec: 5 });
    closing.push(() => client.close());
    await expect(client.capabilities()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });
});

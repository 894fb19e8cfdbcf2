import fc from "fast-check";
import { expect, test } from "vitest";
import { shardGeometry } from "../../buildbarn/storage-geometry.ts";

const GIB = 1024 ** 3;
const anySize = fc.tuple(fc.integer({ min: 10, max: 16_384 }), fc.integer({ min: 1, max: 32 }));

test("any size fits its volume, or is refused with the reason", () => {
  fc.assert(
    fc.property(anySize, ([sizeGiB, shards]) => {
      if (sizeGiB / shards < 5) {
        expect(() => shardGeometry(sizeGiB, shards)).toThrow(
          `${sizeGiB} GiB are too little for ${shards} shards`,
        );
        return;
      }
      const {
        contentAddressableStorage: cas,
        actionCache: ac,
        ...rest
      } = shardGeometry(sizeGiB, shards);
      const allotted = cas.blocksBytes + cas.mapBytes + ac.blocksBytes + ac.mapBytes;
      expect(allotted).toBeLessThanOrEqual((sizeGiB * GIB) / shards);
      // What was asked for is used: rounding takes less than a hundredth.
      expect(allotted).toBeGreaterThan(((sizeGiB * GIB) / shards) * 0.99);
      // A tenth and a GiB stay free for the file system.
      expect(allotted * 1.09 + GIB).toBeLessThanOrEqual(rest.volumeGiB * GIB);
      // Files are whole MiB, maps are large enough for blobs of 5 KiB on average.
      for (const bytes of [cas.blocksBytes, cas.mapBytes, ac.blocksBytes, ac.mapBytes]) {
        expect(bytes % 1024 ** 2).toBe(0);
        expect(bytes).toBeGreaterThan(0);
      }
      expect(cas.blocksBytes / (cas.mapBytes / 66)).toBeLessThan(6 * 1024);
      expect(rest.largestBlobBytes).toBeGreaterThan(128 * 1024 ** 2);
    }),
  );
});

test("the example's 200 GiB over two shards", () => {
  expect(shardGeometry(200, 2)).toEqual({
    contentAddressableStorage: { blocksBytes: 104_392_032_256, mapBytes: 1_304_428_544 },
    actionCache: { blocksBytes: 1_598_029_824, mapBytes: 79_691_776 },
    largestBlobBytes: 2_747_158_743,
    volumeGiB: 111,
  });
});

/**
 * How workers mount the store. `lookupcache=positive`: a path that was looked for before it was built
 * is seen at once; `hard`: while the server is away, actions wait instead of failing.
 * https://man7.org/linux/man-pages/man5/nfs.5.html
 */
export const WORKER_MOUNT_OPTIONS = [
  ...["ro", "nfsvers=4.2", "lookupcache=positive", "hard", "nconnect=4", "noatime"],
] as const;

/** The environment of a shop that is asked more in a minute than one client may: here all requests are one client's. */
export const UNLIMITED = {
  LOGINS_PER_MINUTE: '1000000',
  MUTATIONS_PER_MINUTE: '100000000',
  READS_PER_MINUTE: '100000000',
  MIN_CONCURRENCY: '10000',
};

/** How many connections each client address holds, of all transports together. */

export type Addresses = {
  /** Takes a place for a connection, until `exit`; `false` where there is none left. */
  enter: (address: string) => boolean;
  exit: (address: string) => void;
};

/** `max` connections an address; default: no limit. */
export const createAddresses = (max = Infinity): Addresses => {
  const counts = new Map<string, number>();
  return {
    enter: (address) => {
      const count = counts.get(address) ?? 0;
      if (count >= max) return false;
      counts.set(address, count + 1);
      return true;
    },
    exit: (address) => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    },
  };
};
